import { mul, sub, type Value } from '../../onnx/index.js';

/** Added to a score to hide it; exp() of it is exactly zero in float32. */
const HIDDEN = -1e9;

/** 0 where the mask is 1, HIDDEN where it is 0. */
export function hide(mask: Value): Value {
  return mul(sub(1, mask), HIDDEN);
}
