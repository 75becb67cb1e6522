import { GraphError } from '../../core/errors.js';
import { add, div, minimum, mul, reduceSum, sqrt } from '../ops/index.js';
import type { Value } from '../types.js';

/**
 * Scales gradients together so that their global norm is at most `maximum` (Pascanu et al. 2013).
 * Returns them with the norm before clipping (a scalar). Throws GraphError when there are none.
 */
export function clipByGlobalNorm(gradients: readonly Value[], maximum: number): { gradients: Value[]; norm: Value } {
  if (gradients.length === 0) throw new GraphError('clipByGlobalNorm: expected at least one gradient, received none');
  const squares = gradients.map((gradient) => reduceSum(mul(gradient, gradient)));
  const norm = sqrt(squares.reduce((total, square) => add(total, square)));
  const scale = minimum(div(maximum, add(norm, 1e-12)), 1);
  return { gradients: gradients.map((gradient) => mul(gradient, scale)), norm };
}
