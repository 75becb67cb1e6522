import type { ParameterOrigin } from '../../domain/index.js';
import { type EncodedRow, type HostTensor, pointerOptions } from '../../encoding/index.js';
import type { Example } from '../dataset/example.js';

/** A labelled alert, encoded. */
export interface TrainingRow {
  readonly example: Example;
  readonly encoded: EncodedRow;
}

/** Weight of an acceptable function against the one that is ranked before it: right, but the other is better. */
const NEXT_RANK = 0.3;

/** Acceptable answers of a batch, as the inputs of the gradient graph; sizes as in `ModelInputs` of the same rows. */
export function collateTargets(rows: readonly TrainingRow[], causes: readonly string[]): Record<string, HostTensor> {
  const largest = (size: (row: EncodedRow) => number): number => Math.max(1, ...rows.map((row) => size(row.encoded)));
  const batch = rows.length;
  const functions = largest(({ catalog }) => catalog.functions.length);
  const parameters = largest(({ catalog }) => catalog.parameters.length);
  const columns = largest(({ alert }) => alert.fields.length) + 1;
  const functionTarget = new Float32Array(batch * (1 + functions));
  const pointerTarget = new Float32Array(batch * parameters * columns);
  const pointerWeight = new Float32Array(batch * parameters);
  const causeTarget = new Float32Array(batch * causes.length);
  const answerable = new Float32Array(batch);

  for (const [row, { example, encoded }] of rows.entries()) {
    answerable[row] = example.answerable === false ? 0 : 1;
    const names = encoded.catalog.functions.map(({ definition }) => definition.name);
    if (example.noneAcceptable || example.functions.length === 0) functionTarget[row * (1 + functions)] = 1;
    for (const [rank, name] of example.functions.entries()) {
      functionTarget[row * (1 + functions) + 1 + names.indexOf(name)] = NEXT_RANK ** rank;
    }
    for (const [index, parameter] of encoded.catalog.parameters.entries()) {
      const accepted = example.parameters[names[parameter.functionIndex] as string]?.[parameter.name];
      if (!accepted) continue;
      const start = (row * parameters + index) * columns;
      const hits = acceptedColumns(encoded, index, accepted, columns);
      for (const column of hits) pointerTarget[start + column] = 1;
      if (hits.length > 0) pointerWeight[row * parameters + index] = 1;
    }
    const cause = causes.indexOf(example.cause);
    causeTarget[row * causes.length + (cause < 0 ? causes.indexOf('unknown') : cause)] = 1;
  }
  const tensor = (data: Float32Array, ...dims: number[]): HostTensor => ({ type: 'float32', data, dims });
  return {
    function_target: tensor(functionTarget, batch, 1 + functions),
    pointer_target: tensor(pointerTarget, batch, parameters, columns),
    pointer_weight: tensor(pointerWeight, batch, parameters),
    cause_target: tensor(causeTarget, batch, causes.length),
    answerable: tensor(answerable, batch),
  };
}

/** Columns of a pointer that yield an accepted origin and are not masked. */
function acceptedColumns(
  { alert, catalog }: EncodedRow,
  parameterIndex: number,
  accepted: readonly ParameterOrigin[],
  columns: number,
): number[] {
  const parameter = catalog.parameters[parameterIndex];
  if (!parameter) return [];
  const options = pointerOptions(alert, parameter);
  const hits = options.flatMap((option, column) =>
    option && accepted.some((origin) => sameSource(origin, option.origin)) ? [column] : [],
  );
  if (parameter.omittable && accepted.some(({ kind }) => kind === 'default')) hits.push(columns - 1);
  return hits;
}

/** The same field of the alert; a rule that reads a label counts as that label. */
export function sameSource(left: ParameterOrigin, right: ParameterOrigin): boolean {
  if (left.kind === 'alert-name' || right.kind === 'alert-name') {
    return (
      left.kind === right.kind &&
      'word' in left &&
      'word' in right &&
      left.word.toLowerCase() === right.word.toLowerCase()
    );
  }
  if (left.kind === 'default' || right.kind === 'default') return left.kind === right.kind;
  const kindOf = (origin: ParameterOrigin): string => (origin.kind === 'rule' ? 'label' : origin.kind);
  return kindOf(left) === kindOf(right) && 'key' in left && 'key' in right && left.key === right.key;
}
