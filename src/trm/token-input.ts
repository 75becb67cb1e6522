import { InvalidInputError } from '../core/errors.js';
import type { TRMShapes } from './shapes.js';

/** int32 tensor by value, row-major; `data.length` is the product of `dims`. */
export interface IntTensor {
  readonly data: Int32Array;
  readonly dims: readonly number[];
}

/** What the rows of a batch are about. */
export interface TRMData {
  /** Tokens [batch, seq_len], each in [0, vocab_size). */
  readonly inputs: IntTensor;
  /** Rows of the puzzle table [batch]; all 0 in a model without one. */
  readonly puzzleIdentifiers: IntTensor;
}

/** Whole numbers as the caller has them: flat and row-major, or with their dims. */
export type IntegerInput =
  | Int32Array
  | readonly number[]
  | { readonly data: Int32Array | readonly number[]; readonly dims: readonly number[] };

/** What a caller hands in for a batch. */
export interface TRMDataInput {
  /** Tokens [batch, seq_len], each in [0, vocab_size). */
  readonly inputs: IntegerInput;
  /** Rows of the puzzle table [batch]; may be left out when the model has none. */
  readonly puzzleIdentifiers?: IntegerInput | undefined;
}

/**
 * Checks tokens and puzzle identifiers of a batch against the model's sizes.
 *
 * @param owner stands before the field in messages, such as `carry.currentData.`
 * @throws InvalidInputError naming the field: wrong length or dims, NaN, not whole, out of the vocabulary or the
 *   puzzle table
 */
export function checkData(input: TRMDataInput, batch: number, shapes: TRMShapes, owner = ''): TRMData {
  const inputs = checkIntegers(`${owner}inputs`, input.inputs, [batch, shapes.sequenceLength], {
    least: 0,
    most: shapes.vocabularySize - 1,
    meaning: 'a token of the vocabulary',
  });
  return { inputs, puzzleIdentifiers: checkIdentifiers(`${owner}puzzleIdentifiers`, input, batch, shapes) };
}

function checkIdentifiers(
  path: string,
  { puzzleIdentifiers: given }: TRMDataInput,
  batch: number,
  shapes: TRMShapes,
): IntTensor {
  const hasTable = shapes.puzzleIdentifiers > 0;
  if (given === undefined) {
    if (!hasTable) return { data: new Int32Array(batch), dims: [batch] };
    throw new InvalidInputError(
      path,
      `expected ${batch} rows of the puzzle table, one for each row of inputs; the model has a puzzle prefix`,
    );
  }
  const most = hasTable ? shapes.puzzleIdentifiers - 1 : 0x7fffffff;
  return checkIntegers(path, given, [batch], { least: 0, most, meaning: 'a row of the puzzle table' });
}

interface IntegerRange {
  readonly least: number;
  readonly most: number;
  readonly meaning: string;
}

/** A copy of the numbers as int32. Throws InvalidInputError unless they fill `dims` and all lie in the range. */
export function checkIntegers(
  path: string,
  value: IntegerInput,
  dims: readonly number[],
  { least, most, meaning }: IntegerRange,
): IntTensor {
  const { data, given } = open(value);
  const length = dims.reduce((product, size) => product * size, 1);
  if (data?.length !== length) {
    throw new InvalidInputError(
      path,
      `expected an Int32Array of ${length} elements for [${dims.join(', ')}], received ` +
        (data ? `${data.length} elements` : `${value === null ? 'null' : typeof value}`),
    );
  }
  if (given && !sameDims(given, dims)) {
    throw new InvalidInputError(`${path}.dims`, `expected [${dims.join(', ')}], received [${given.join(', ')}]`);
  }
  for (let index = 0; index < length; index++) {
    const element: unknown = data[index];
    if (Number.isInteger(element) && (element as number) >= least && (element as number) <= most) continue;
    throw new InvalidInputError(
      `${path}[${index}]`,
      `expected ${meaning}, a whole number from ${least} to ${most}, received ${String(element)}`,
    );
  }
  return { data: Int32Array.from(data), dims };
}

function open(value: IntegerInput): {
  readonly data: ArrayLike<number> | undefined;
  readonly given: readonly number[] | undefined;
} {
  if (isList(value)) return { data: value, given: undefined };
  if (typeof value !== 'object' || value === null || !isList(value.data)) return { data: undefined, given: undefined };
  return { data: value.data, given: value.dims };
}

function isList(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** True when both list the same lengths. */
export function sameDims(left: readonly number[] | undefined, right: readonly number[]): boolean {
  return left?.length === right.length && right.every((size, axis) => left[axis] === size);
}
