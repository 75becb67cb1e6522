import { InvalidInputError } from '../core/errors.js';
import type { TRMShapes } from './shapes.js';
import { checkData, type IntTensor, sameDims, type TRMData } from './token-input.js';

/** float32 tensor by value, row-major; `data.length` is the product of `dims`. */
export interface FloatTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/**
 * The state between two supervision steps, as a value: a step makes a new one and leaves the old one as it is
 * (reference `TinyRecursiveReasoningModel_ACTV1Carry`; paper, figure 3).
 */
export interface TRMCarry {
  /** The answer y of the paper, [batch, S, D] with S = prefix + tokens. Not looked at in halted rows. */
  readonly zH: FloatTensor;
  /** The reasoning z of the paper, [batch, S, D]. Not looked at in halted rows. */
  readonly zL: FloatTensor;
  /** Supervision steps that each row has done, [batch]. */
  readonly steps: Int32Array;
  /** Rows that start afresh, with new data, at the next step, [batch]. */
  readonly halted: readonly boolean[];
  /** What each row is working on. */
  readonly currentData: TRMData;
}

/**
 * A carry of which every row has halted, so that the first step resets all of them and takes its data.
 *
 * @param batchSize rows, 1 or more
 * @throws InvalidInputError for a batch size out of range
 */
export function initialCarry(shapes: TRMShapes, batchSize: number): TRMCarry {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new InvalidInputError('batchSize', `expected a whole number of 1 or more, received ${String(batchSize)}`);
  }
  const dims = stateDims(shapes, batchSize);
  const length = dims.reduce((product, size) => product * size, 1);
  return {
    zH: { data: new Float32Array(length), dims },
    zL: { data: new Float32Array(length), dims },
    steps: new Int32Array(batchSize),
    halted: Array.from({ length: batchSize }, () => true),
    currentData: {
      inputs: {
        data: new Int32Array(batchSize * shapes.sequenceLength),
        dims: [batchSize, shapes.sequenceLength],
      },
      puzzleIdentifiers: { data: new Int32Array(batchSize), dims: [batchSize] },
    },
  };
}

/** Halted rows take the new data, the others keep what they work on. Neither argument is changed. */
export function takeNewData(carry: TRMCarry, fresh: TRMData): TRMData {
  const choose = (kept: IntTensor, offered: IntTensor): IntTensor => {
    const data = kept.data.slice();
    const rowLength = data.length / carry.halted.length;
    for (const [row, halted] of carry.halted.entries()) {
      if (halted) data.set(offered.data.subarray(row * rowLength, (row + 1) * rowLength), row * rowLength);
    }
    return { data, dims: kept.dims };
  };
  return {
    inputs: choose(carry.currentData.inputs, fresh.inputs),
    puzzleIdentifiers: choose(carry.currentData.puzzleIdentifiers, fresh.puzzleIdentifiers),
  };
}

/** The carry after a step: one step more (the first one for rows that were reset), halted at `maxSteps`. */
export function advanceCarry(
  previous: TRMCarry,
  next: { readonly zH: FloatTensor; readonly zL: FloatTensor; readonly currentData: TRMData },
  maxSteps: number,
): TRMCarry {
  const steps = previous.steps.map((count, row) => (previous.halted[row] ? 0 : count) + 1);
  return { ...next, steps, halted: Array.from(steps, (count) => count >= maxSteps) };
}

/**
 * Checks that a carry fits the model: shapes, data, and finite numbers in the rows that go on.
 *
 * @returns the number of rows
 * @throws InvalidInputError naming the field
 */
export function checkCarry(carry: TRMCarry, shapes: TRMShapes): number {
  if (typeof carry !== 'object' || carry === null) {
    throw new InvalidInputError('carry', 'expected what initialCarry or step returned');
  }
  const batch = carry.halted?.length ?? 0;
  if (batch < 1) throw new InvalidInputError('carry.halted', 'expected one entry a row, and at least one row');
  if (!(carry.steps instanceof Int32Array) || carry.steps.length !== batch) {
    throw new InvalidInputError(
      'carry.steps',
      `expected an Int32Array of ${batch} elements, as many as carry.halted has`,
    );
  }
  const dims = stateDims(shapes, batch);
  checkState('carry.zH', carry.zH, dims, carry.halted);
  checkState('carry.zL', carry.zL, dims, carry.halted);
  if (typeof carry.currentData !== 'object' || carry.currentData === null) {
    throw new InvalidInputError('carry.currentData', 'expected what initialCarry or step returned');
  }
  checkData(carry.currentData, batch, shapes, 'carry.currentData.');
  return batch;
}

function checkState(path: string, state: FloatTensor, dims: readonly number[], halted: readonly boolean[]): void {
  const length = dims.reduce((product, size) => product * size, 1);
  if (!(state?.data instanceof Float32Array) || state.data.length !== length || !sameDims(state.dims, dims)) {
    throw new InvalidInputError(
      path,
      `expected a Float32Array of ${length} elements with dims [${dims.join(', ')}], received ` +
        `${state?.data?.length ?? 'nothing'} elements with dims [${state?.dims?.join(', ') ?? ''}]`,
    );
  }
  const rowLength = length / halted.length;
  for (const [row, isHalted] of halted.entries()) {
    if (isHalted) continue;
    const wrong = state.data
      .subarray(row * rowLength, (row + 1) * rowLength)
      .findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      const index = row * rowLength + wrong;
      throw new InvalidInputError(
        `${path}.data[${index}]`,
        `expected a finite number in row ${row}, which has not halted, received ${state.data[index]}`,
      );
    }
  }
}

/** [batch, S, D]. */
function stateDims(shapes: TRMShapes, batch: number): readonly number[] {
  return [batch, shapes.prefixLength + shapes.sequenceLength, shapes.hiddenSize];
}
