import type { Parameter } from '../graph/weight-source.js';
import { normalizeStateDict, type TensorMap, toFloat32 } from '../weights/index.js';

/** Tensors that the graph computes with; a checkpoint may hold derived tables besides. */
const USED = /^(?:[HL]_init$|L_level\.|embed_tokens\.|embed_pos\.|lm_head\.|q_head\.|puzzle_emb\.weights$)/;

/**
 * The weights of a reference checkpoint as float32, under the names of the inner module, in the file's order.
 *
 * @throws CheckpointError when two names become the same
 */
export function referenceParameters(weights: TensorMap): Map<string, Parameter> {
  const parameters = new Map<string, Parameter>();
  for (const [name, tensor] of normalizeStateDict(weights)) {
    if (USED.test(name)) parameters.set(name, { shape: tensor.shape, data: toFloat32(tensor) });
  }
  return parameters;
}
