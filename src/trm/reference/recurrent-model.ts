import { InvalidInputError } from '../../core/errors.js';
import type { FloatTensor, TRMCarry } from '../carry.js';
import type { TRMModel } from '../model.js';
import type { RecurrentModel, RecurrentRow, RowCarry } from '../recurrent-model.js';

/** One request to a reference model. */
export interface ReferenceInput {
  /** Tokens [seq_len], each in [0, vocab_size). */
  readonly inputs: Int32Array | readonly number[];
  /** Row of the puzzle table; left out where there is none. */
  readonly puzzleIdentifier?: number | undefined;
}

/** What a reference model says about one request after a supervision step. */
export interface ReferenceOutput {
  /** [seq_len, vocab_size]. */
  readonly logits: FloatTensor;
  /** Logit; over 0 means that the model would halt. */
  readonly qHalt: number;
  /** Logit; trained only without `no_ACT_continue`. */
  readonly qContinue: number;
}

/** Lets a reference model run in an Engine. The model stays the caller's, to be disposed after the engine. */
export function referenceRecurrentModel(model: TRMModel): RecurrentModel<ReferenceInput, ReferenceOutput> {
  return {
    maxSteps: model.config.halt_max_steps,
    check: (input) => {
      const { inputs, puzzleIdentifiers } = joinInputs([input]);
      model.checkData({ inputs, puzzleIdentifiers }, 1);
    },
    async step(rows, signal) {
      const carry = await joinCarries(model, rows);
      const result = await model.step({ carry, ...joinInputs(rows.map(({ input }) => input)), signal });
      return rows.map((_, row) => ({
        carry: {
          zH: pickRow(result.carry.zH, row),
          zL: pickRow(result.carry.zL, row),
          step: result.carry.steps[row] as number,
        },
        output: {
          logits: { data: pickRow(result.logits, row), dims: result.logits.dims.slice(1) },
          qHalt: result.qHaltLogits.data[row] as number,
          qContinue: result.qContinueLogits.data[row] as number,
        },
      }));
    },
  };
}

function joinInputs(inputs: readonly ReferenceInput[]): {
  readonly inputs: readonly number[];
  readonly puzzleIdentifiers: readonly number[] | undefined;
} {
  const identifiers = inputs.map(({ puzzleIdentifier }) => puzzleIdentifier);
  const given = identifiers.filter((identifier) => identifier !== undefined);
  return {
    inputs: inputs.flatMap(({ inputs: tokens }) => {
      if (Array.isArray(tokens) || tokens instanceof Int32Array) return [...tokens];
      throw new InvalidInputError('inputs', 'expected an Int32Array of tokens');
    }),
    puzzleIdentifiers: given.length === 0 ? undefined : identifiers.map((identifier) => identifier ?? 0),
  };
}

/** New requests become halted rows, which the next step resets; the others go on with the data they came with. */
async function joinCarries(model: TRMModel, rows: readonly RecurrentRow<ReferenceInput>[]): Promise<TRMCarry> {
  const fresh = await model.initialCarry(rows.length);
  const { inputs, puzzleIdentifiers } = joinInputs(rows.map(({ input }) => input));
  const place = (state: FloatTensor, pick: (carry: RowCarry) => Float32Array): FloatTensor => {
    const rowLength = state.data.length / rows.length;
    const data = new Float32Array(state.data.length);
    for (const [row, { carry }] of rows.entries()) if (carry) data.set(pick(carry), row * rowLength);
    return { data, dims: state.dims };
  };
  return {
    zH: place(fresh.zH, ({ zH }) => zH),
    zL: place(fresh.zL, ({ zL }) => zL),
    steps: Int32Array.from(rows, ({ carry }) => carry?.step ?? 0),
    halted: rows.map(({ carry }) => carry === undefined),
    currentData: model.checkData({ inputs, puzzleIdentifiers }, rows.length),
  };
}

function pickRow(tensor: FloatTensor, row: number): Float32Array {
  const length = tensor.data.length / (tensor.dims[0] as number);
  return tensor.data.slice(row * length, (row + 1) * length);
}
