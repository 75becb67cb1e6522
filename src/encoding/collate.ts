import { InvalidInputError } from '../core/errors.js';
import { ECHO_FEATURES } from './alert/echoes.js';
import type { EncodedAlert } from './alert/encode-alert.js';
import type { EncodedCatalog } from './catalog/encode-catalog.js';
import { pointerMask } from './catalog/pointer-options.js';
import { POINTER_FEATURES, writePointerOverlap } from './catalog/pointer-overlap.js';
import { DECIDING } from './demonstration/compare-fields.js';
import { type EncodedDemonstration, MAX_DEMONSTRATIONS } from './demonstration/encode-demonstration.js';
import { ShownFields } from './demonstration/shown-fields.js';
import type { HostTensor } from './host-tensor.js';
import { WORD_FEATURES, writeOverlap } from './overlap.js';
import { TextTable } from './text/text-table.js';

/** One alert with the catalog that it is asked about. */
export interface EncodedRow {
  readonly alert: EncodedAlert;
  readonly catalog: EncodedCatalog;
  /** Answered alerts beside it, at most `MAX_DEMONSTRATIONS`. */
  readonly demonstrations?: readonly EncodedDemonstration[];
}

/** Numbers that demonstrations give to what they answer: the greatest likeness (names, all words), deciding fields. */
export const SHOWN_VOTES = 2 + DECIDING;

/** Numbers beside every function: how far its words meet the alert's, and what demonstrations give to it. */
export const FUNCTION_FEATURES = WORD_FEATURES + SHOWN_VOTES;

/** The inputs of the graph for one batch, without the carry. */
export interface ModelInputs {
  /** B, alerts in the batch. */
  readonly batch: number;
  readonly tensors: Record<string, HostTensor>;
}

/**
 * Puts rows into one batch: distinct texts once (row 0 is the empty text, also the padding), everything else as
 * references to them. Sizes are the largest of the batch, at least 1; what is padding is 0 in every tensor, so a row
 * says the same alone and in a batch.
 *
 * Of the alerts: `field_type`, `field_key`, `field_value` [B,M], `field_echoes` [B,M,2], `field_shown` [B,M,1+N] (1 at the
 * demonstrations in which the field of the same key filled a parameter).
 * Of the catalogs: `function_name`, `function_description`, `function_mask` [B,F]; `overlap` [B,F,11]; `none_votes` [B,7],
 * the last seven of these for "none applies"; `function_shown` [B,F,1+N] and `none_shown` [B,1+N], 1 at the demonstrations that
 * answer so; `parameter_function` (row * F + index of the function), `parameter_name`, `parameter_description` [B,R];
 * `pointer_overlap` [B,R,M,2]; `pointer_mask` [B,R,M+1], whose last column is the default.
 * Tokens that are compared word by word: `alert_words` [B,W], `function_words` [B,F,V].
 * Of the demonstrations, a field each: see `ShownFields`. Texts are rows of `text_tokens` [U,T]; N = MAX_DEMONSTRATIONS.
 *
 * @throws InvalidInputError for no rows.
 */
export function collate(rows: readonly EncodedRow[]): ModelInputs {
  if (rows.length === 0) throw new InvalidInputError('rows', 'expected at least one alert to collate, received none');
  const batch = rows.length;
  const fields = largest(rows, (row) => row.alert.fields.length);
  const functions = largest(rows, (row) => row.catalog.functions.length);
  const parameters = largest(rows, (row) => row.catalog.parameters.length);
  const texts = new TextTable();
  const int = (length: number): Int32Array => new Int32Array(length);
  const fieldType = int(batch * fields);
  const fieldKey = int(batch * fields);
  const fieldEchoes = new Float32Array(batch * fields * ECHO_FEATURES);
  const fieldShown = new Float32Array(batch * fields * (1 + MAX_DEMONSTRATIONS));
  const fieldValue = int(batch * fields);
  const functionName = int(batch * functions);
  const functionDescription = int(batch * functions);
  const functionMask = new Float32Array(batch * functions);
  const overlap = new Float32Array(batch * functions * FUNCTION_FEATURES);
  const noneVotes = new Float32Array(batch * SHOWN_VOTES);
  const functionShown = new Float32Array(batch * functions * (1 + MAX_DEMONSTRATIONS));
  const noneShown = new Float32Array(batch * (1 + MAX_DEMONSTRATIONS));
  const parameterFunction = int(batch * parameters);
  const parameterName = int(batch * parameters);
  const parameterDescription = int(batch * parameters);
  const pointerOverlap = new Float32Array(batch * parameters * fields * POINTER_FEATURES);
  const pointerMaskData = new Float32Array(batch * parameters * (fields + 1));
  const alertWords = largest(rows, (row) => row.alert.matchWords.length);
  const functionWords = rows.reduce(
    (most, { catalog }) => catalog.functions.reduce((more, entry) => Math.max(more, entry.matchWords.length), most),
    1,
  );
  const alertMatch = int(batch * alertWords);
  const functionMatch = int(batch * functions * functionWords);
  const shown = new ShownFields(
    rows.map(({ demonstrations = [] }) => demonstrations),
    functions,
    parameters,
  );

  for (const [row, { alert, catalog, demonstrations = [] }] of rows.entries()) {
    alertMatch.set(alert.matchWords, row * alertWords);
    fieldEchoes.set(alert.echoes, row * fields * ECHO_FEATURES);
    for (const [index, field] of alert.fields.entries()) {
      const at = row * fields + index;
      fieldType[at] = field.type;
      fieldKey[at] = texts.rowOf(field.keyText);
      fieldValue[at] = texts.rowOf(field.valueText);
    }
    for (const [index, entry] of catalog.functions.entries()) {
      const at = row * functions + index;
      functionName[at] = texts.rowOf(entry.nameText);
      functionDescription[at] = texts.rowOf(entry.descriptionText);
      functionMask[at] = 1;
      functionMatch.set(entry.matchWords, at * functionWords);
    }
    const first = row * functions * FUNCTION_FEATURES;
    writeOverlap(catalog.overlapIndex, alert.overlapWords, overlap, first, FUNCTION_FEATURES);
    for (const [index, demonstration] of demonstrations.entries()) {
      shown.write(row, index, demonstration, texts);
      const { functionIndex, likeness } = demonstration;
      const marks = functionIndex < 0 ? noneShown : functionShown;
      const place = functionIndex < 0 ? row : row * functions + functionIndex;
      marks[place * (1 + MAX_DEMONSTRATIONS) + 1 + index] = 1;
      for (const field of demonstration.points) {
        fieldShown[(row * fields + field) * (1 + MAX_DEMONSTRATIONS) + 1 + index] = 1;
      }
      const [target, at] =
        functionIndex < 0
          ? [noneVotes, row * SHOWN_VOTES]
          : [overlap, first + functionIndex * FUNCTION_FEATURES + WORD_FEATURES];
      for (const [offset, value] of likeness.entries()) {
        target[at + offset] = Math.max(target[at + offset] as number, value);
      }
      for (const [offset, value] of demonstration.deciding.entries()) {
        target[at + 2 + offset] = (target[at + 2 + offset] as number) + value;
      }
    }
    for (const [index, parameter] of catalog.parameters.entries()) {
      const at = row * parameters + index;
      parameterFunction[at] = row * functions + parameter.functionIndex;
      parameterName[at] = texts.rowOf(parameter.nameText);
      parameterDescription[at] = texts.rowOf(parameter.descriptionText);
      const maskStart = at * (fields + 1);
      pointerMaskData.set(pointerMask(alert, parameter), maskStart);
      writePointerOverlap(parameter, alert.fields, pointerOverlap, at * fields * POINTER_FEATURES);
      if (parameter.omittable) pointerMaskData[maskStart + fields] = 1;
    }
  }

  const int32 = (data: Int32Array, ...dims: number[]): HostTensor => ({ type: 'int32', data, dims });
  const float32 = (data: Float32Array, ...dims: number[]): HostTensor => ({ type: 'float32', data, dims });
  return {
    batch,
    tensors: {
      text_tokens: texts.toTensor(),
      field_echoes: float32(fieldEchoes, batch, fields, ECHO_FEATURES),
      field_shown: float32(fieldShown, batch, fields, 1 + MAX_DEMONSTRATIONS),
      field_type: int32(fieldType, batch, fields),
      field_key: int32(fieldKey, batch, fields),
      field_value: int32(fieldValue, batch, fields),
      function_name: int32(functionName, batch, functions),
      function_description: int32(functionDescription, batch, functions),
      function_mask: float32(functionMask, batch, functions),
      alert_words: int32(alertMatch, batch, alertWords),
      function_words: int32(functionMatch, batch, functions, functionWords),
      overlap: float32(overlap, batch, functions, FUNCTION_FEATURES),
      none_votes: float32(noneVotes, batch, SHOWN_VOTES),
      function_shown: float32(functionShown, batch, functions, 1 + MAX_DEMONSTRATIONS),
      none_shown: float32(noneShown, batch, 1 + MAX_DEMONSTRATIONS),
      parameter_function: int32(parameterFunction, batch, parameters),
      parameter_name: int32(parameterName, batch, parameters),
      parameter_description: int32(parameterDescription, batch, parameters),
      pointer_overlap: float32(pointerOverlap, batch, parameters, fields, POINTER_FEATURES),
      pointer_mask: float32(pointerMaskData, batch, parameters, fields + 1),
      ...shown.tensors(),
    },
  };
}

function largest(rows: readonly EncodedRow[], size: (row: EncodedRow) => number): number {
  return rows.reduce((most, row) => Math.max(most, size(row)), 1);
}
