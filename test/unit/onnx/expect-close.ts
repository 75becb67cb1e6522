import { expect } from 'vitest';
import type { Tensor } from './reference/tensor.js';

/** Same shape, and every element within `relative * (1 + |expected|) + absolute`; NaN and infinities must be equal. */
export function expectClose(actual: Tensor, expected: Tensor, relative: number, absolute = 0): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.data).toHaveLength(expected.data.length);
  for (const [position, wanted] of expected.data.entries()) {
    const found = actual.data[position] as number;
    if (Object.is(found, wanted)) continue;
    const error = Math.abs(found - wanted);
    const allowed = relative * (1 + Math.abs(wanted)) + absolute;
    if (!(error <= allowed)) {
      expect.fail(
        `element ${position}: ${found} is not within ${allowed} of ${wanted}\n${actual.data}\n${expected.data}`,
      );
    }
  }
}
