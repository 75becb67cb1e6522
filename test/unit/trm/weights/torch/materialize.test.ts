import { expect, it } from 'vitest';
import { isContiguous } from '../../../../../src/trm/weights/torch/materialize.js';

it.each<[readonly number[], readonly number[], boolean]>([
  [[], [], true],
  [[2, 3], [3, 1], true],
  [[2, 3], [1, 2], false],
  [[2, 3], [4, 1], false],
  // The stride of an axis of size 1 has no effect, nor has any stride of an empty tensor.
  [[1, 3], [99, 1], true],
  [[3, 1], [1, 99], true],
  [[0, 3], [7, 7], true],
])('isContiguous: shape %j with strides %j is %s', (shape, strides, expected) => {
  expect(isContiguous({ shape, strides })).toBe(expected);
});
