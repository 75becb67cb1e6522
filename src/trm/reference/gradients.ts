import { InvalidInputError } from '../../core/errors.js';
import type { Runtime, Tensor } from '../../runtime/index.js';
import { advanceCarry, checkCarry, type FloatTensor, initialCarry, type TRMCarry, takeNewData } from '../carry.js';
import { parseTRMConfig } from '../config.js';
import { buildReferenceGradients } from '../graph/reference-graph.js';
import { stepFeeds } from '../model.js';
import { deriveShapes } from '../shapes.js';
import { checkData, checkIntegers, type IntegerInput } from '../token-input.js';
import type { TensorMap } from '../weights/index.js';
import { referenceParameters } from './parameters.js';

/** A training batch of the reference. */
export interface ReferenceBatch {
  /** Tokens [batch, seq_len]; flat input must come with `labels` of the same length. */
  readonly inputs: IntegerInput;
  /** Rows of the puzzle table [batch]. Left out where there is no table. */
  readonly puzzleIdentifiers?: IntegerInput | undefined;
  /** Right tokens [batch, seq_len]; a negative number (the reference writes -100) is not counted. */
  readonly labels: IntegerInput;
  /** State to go on from. Default: every row starts afresh. */
  readonly carry?: TRMCarry;
}

/** What training needs to know about one supervision step. */
export interface ReferenceGradients {
  /** Sum over rows of the mean stablemax cross-entropy of counted cells + 0.5 * binary cross-entropy of q_halt. */
  readonly loss: number;
  /** Gradient of every trained weight, by its name in the checkpoint without prefixes. */
  readonly gradients: ReadonlyMap<string, FloatTensor>;
  /** The state after the step; no gradient flows through it. */
  readonly carry: TRMCarry;
}

/**
 * Loss and gradients of one supervision step as the reference trains it: through the last H cycle only, in float32
 * with the cross-entropy in float64 (losses.py of the official code). The puzzle table has no gradient here; the
 * reference gives it an optimizer of its own.
 *
 * @param weights tensors of a checkpoint, see `readCheckpoint`
 * @param config keys of the reference's configuration
 * @throws ConfigurationError, CheckpointError, InvalidInputError naming the field of the batch, InferenceError
 */
export async function referenceGradients(
  weights: TensorMap,
  config: object,
  batch: ReferenceBatch,
  runtime: Runtime,
): Promise<ReferenceGradients> {
  const parsed = parseTRMConfig(config);
  const shapes = deriveShapes(weights, parsed);
  const carry = batch.carry ?? initialCarry(shapes, countRows(batch.inputs, shapes.sequenceLength));
  const rows = checkCarry(carry, shapes);
  const currentData = takeNewData(carry, checkData(batch, rows, shapes));
  const labels = checkIntegers('labels', batch.labels, [rows, shapes.sequenceLength], {
    least: -0x80000000,
    most: shapes.vocabularySize - 1,
    meaning: 'a token of the vocabulary, or a negative number for a cell that is not counted',
  });

  const parameters = referenceParameters(weights);
  const feeds: Record<string, Tensor> = {
    ...stepFeeds(carry, currentData, shapes),
    labels: { type: 'int32', ...labels },
  };
  for (const [name, { shape, data }] of parameters) feeds[name] = { type: 'float32', data, dims: shape };

  const session = await runtime.createSession(buildReferenceGradients(parsed, shapes, parameters), {
    name: 'trm-gradients',
  });
  try {
    const outputs = await session.run(feeds);
    const gradients = new Map<string, FloatTensor>();
    for (const [name, { data, dims }] of Object.entries(outputs)) {
      if (name.startsWith('grad.')) gradients.set(name.slice('grad.'.length), { data: data as Float32Array, dims });
    }
    const state = (name: string): FloatTensor => ({
      data: outputs[name]?.data as Float32Array,
      dims: outputs[name]?.dims as readonly number[],
    });
    return {
      loss: Number(outputs['loss']?.data[0]),
      gradients,
      carry: advanceCarry(carry, { zH: state('z_H_out'), zL: state('z_L_out'), currentData }, parsed.halt_max_steps),
    };
  } finally {
    await session.dispose();
  }
}

function countRows(inputs: IntegerInput, sequenceLength: number): number {
  const length = 'data' in inputs ? inputs.data.length : inputs.length;
  if (length === 0 || length % sequenceLength !== 0) {
    throw new InvalidInputError('inputs', `expected rows of ${sequenceLength} tokens, received ${length} tokens`);
  }
  return length / sequenceLength;
}
