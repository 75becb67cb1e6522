import { add, mul, sub } from '../ops/index.js';
import type { Value } from '../types.js';

/** average <- decay * average + (1 - decay) * value; `decay` is a scalar in [0, 1]. */
export function exponentialMovingAverage(average: Value, value: Value, decay: Value): Value {
  return add(mul(average, decay), mul(value, sub(1, decay)));
}
