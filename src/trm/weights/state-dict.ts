import { CheckpointError } from '../../core/errors.js';
import type { TensorMap } from './weight-tensor.js';

/** What training scripts put before a model's own names: compiled, data-parallel, loss head, inner module. */
const PREFIXES = ['_orig_mod.', 'module.', 'model.', 'inner.'] as const;

/**
 * Brings the names of a checkpoint to those of the reference's inner module, such as `H_init` or
 * `L_level.layers.0.mlp.down_proj.weight`: any of the prefixes `_orig_mod.`, `module.`, `model.` and `inner.` is
 * taken off, again and again. The tensors themselves are shared, and the order is kept.
 *
 * @throws CheckpointError when two names become the same.
 */
export function normalizeStateDict(tensors: TensorMap): TensorMap {
  const result: TensorMap = new Map();
  const origins = new Map<string, string>();
  for (const [name, tensor] of tensors) {
    const stripped = stripPrefixes(name);
    const other = origins.get(stripped);
    if (other !== undefined) {
      throw new CheckpointError(`Both ${other} and ${name} of the checkpoint mean ${stripped}; keep one of them.`);
    }
    origins.set(stripped, name);
    result.set(stripped, tensor);
  }
  return result;
}

function stripPrefixes(name: string): string {
  let start = 0;
  for (;;) {
    const prefix = PREFIXES.find((candidate) => name.startsWith(candidate, start));
    if (prefix === undefined) return name.slice(start);
    start += prefix.length;
  }
}
