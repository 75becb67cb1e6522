import { InvalidInputError } from '../core/errors.js';
import type { EncodedAlert } from './alert/encode-alert.js';
import type { EncodedCatalog } from './catalog/encode-catalog.js';
import { pointerMask } from './catalog/pointer-options.js';
import { writeOverlap } from './overlap.js';
import type { EncodedText } from './text/tokenizer.js';

/** One alert with the catalog that it is asked about. */
export interface EncodedRow {
  readonly alert: EncodedAlert;
  readonly catalog: EncodedCatalog;
}

/** A tensor on the host, row-major. */
export interface HostTensor {
  readonly type: 'float32' | 'int32';
  readonly data: Float32Array | Int32Array;
  readonly dims: readonly number[];
}

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
 * Shapes: `text_tokens` [U,T]; `field_type`, `field_key`, `field_value` [B,M]; `function_name`,
 * `function_description`, `function_mask` [B,F]; `overlap` [B,F,3]; `parameter_function`, `parameter_name`,
 * `parameter_description` [B,R], where `parameter_function` is row * F + index of the function; `pointer_mask`
 * [B,R,M+1], whose last column is the default.
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
  const fieldValue = int(batch * fields);
  const functionName = int(batch * functions);
  const functionDescription = int(batch * functions);
  const functionMask = new Float32Array(batch * functions);
  const overlap = new Float32Array(batch * functions * 3);
  const parameterFunction = int(batch * parameters);
  const parameterName = int(batch * parameters);
  const parameterDescription = int(batch * parameters);
  const pointerMaskData = new Float32Array(batch * parameters * (fields + 1));

  for (const [row, { alert, catalog }] of rows.entries()) {
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
    }
    writeOverlap(catalog.overlapIndex, alert.overlapWords, overlap, row * functions * 3);
    for (const [index, parameter] of catalog.parameters.entries()) {
      const at = row * parameters + index;
      parameterFunction[at] = row * functions + parameter.functionIndex;
      parameterName[at] = texts.rowOf(parameter.nameText);
      parameterDescription[at] = texts.rowOf(parameter.descriptionText);
      const maskStart = at * (fields + 1);
      pointerMaskData.set(pointerMask(alert, parameter), maskStart);
      if (parameter.omittable) pointerMaskData[maskStart + fields] = 1;
    }
  }

  const int32 = (data: Int32Array, ...dims: number[]): HostTensor => ({ type: 'int32', data, dims });
  const float32 = (data: Float32Array, ...dims: number[]): HostTensor => ({ type: 'float32', data, dims });
  return {
    batch,
    tensors: {
      text_tokens: texts.toTensor(),
      field_type: int32(fieldType, batch, fields),
      field_key: int32(fieldKey, batch, fields),
      field_value: int32(fieldValue, batch, fields),
      function_name: int32(functionName, batch, functions),
      function_description: int32(functionDescription, batch, functions),
      function_mask: float32(functionMask, batch, functions),
      overlap: float32(overlap, batch, functions, 3),
      parameter_function: int32(parameterFunction, batch, parameters),
      parameter_name: int32(parameterName, batch, parameters),
      parameter_description: int32(parameterDescription, batch, parameters),
      pointer_mask: float32(pointerMaskData, batch, parameters, fields + 1),
    },
  };
}

function largest(rows: readonly EncodedRow[], size: (row: EncodedRow) => number): number {
  return rows.reduce((most, row) => Math.max(most, size(row)), 1);
}

/** The distinct texts of a batch in the order of their first use. */
class TextTable {
  readonly #rows = new Map<string, number>();
  readonly #tokens: Int32Array[] = [new Int32Array(0)];
  #longest = 1;

  /** Row of a text; 0 for a text without tokens. */
  rowOf({ text, tokens }: EncodedText): number {
    if (tokens.length === 0) return 0;
    const known = this.#rows.get(text);
    if (known !== undefined) return known;
    const row = this.#tokens.length;
    this.#rows.set(text, row);
    this.#tokens.push(tokens);
    this.#longest = Math.max(this.#longest, tokens.length);
    return row;
  }

  toTensor(): HostTensor {
    const data = new Int32Array(this.#tokens.length * this.#longest);
    for (const [row, tokens] of this.#tokens.entries()) data.set(tokens, row * this.#longest);
    return { type: 'int32', data, dims: [this.#tokens.length, this.#longest] };
  }
}
