import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import {
  elementCount,
  type FloatDtype,
  fromFloat32,
  toFloat32,
  type WeightTensor,
} from '../../../../src/trm/weights/index.js';

describe('fromFloat32 and toFloat32', () => {
  it.each<FloatDtype>(['F32', 'F64'])('give every float32 back through %s', (dtype) => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 50 }), (values) => {
        expect(toFloat32(fromFloat32(values, [values.length], dtype))).toEqual(values);
      }),
    );
  });

  it.each<[FloatDtype, number]>([
    ['F16', 2 ** -11],
    ['BF16', 2 ** -8],
  ])('keep the relative error of %s in bounds', (dtype, bound) => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(1e-4), max: 60_000, noNaN: true }), (value) => {
        const [result] = toFloat32(fromFloat32(Float32Array.of(value, -value), [2], dtype));
        expect(Math.abs(result! - value) / value).toBeLessThanOrEqual(bound);
      }),
    );
  });

  it('round to the even neighbour', () => {
    // 1 + 2^-11 and 1 + 3 * 2^-11 lie half-way between neighbours in F16; likewise 2^-8 in BF16.
    expect([...toFloat32(fromFloat32(Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11), [2], 'F16'))]).toEqual([
      1,
      1 + 2 ** -9,
    ]);
    expect([...toFloat32(fromFloat32(Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8), [2], 'BF16'))]).toEqual([
      1,
      1 + 2 ** -6,
    ]);
  });

  it('read data that starts at an odd address', () => {
    const bytes = new Uint8Array(9);
    bytes.set(fromFloat32(Float32Array.of(1.5, -2.5), [2]).data, 1);
    expect([...toFloat32({ dtype: 'F32', shape: [2], data: bytes.subarray(1) })]).toEqual([1.5, -2.5]);
  });

  it('copy: changing the result leaves the tensor alone', () => {
    const tensor = fromFloat32(Float32Array.of(1), [1]);
    toFloat32(tensor)[0] = 9;
    expect([...toFloat32(tensor)]).toEqual([1]);
  });

  it.each<[WeightTensor['dtype'], ArrayBuffer, number[]]>([
    ['F64', new Float64Array([0.1, -1e300]).buffer, [Math.fround(0.1), Number.NEGATIVE_INFINITY]],
    ['I64', new BigInt64Array([-3n, 2n ** 40n]).buffer, [-3, 2 ** 40]],
    ['I32', new Int32Array([-3, 7]).buffer, [-3, 7]],
    ['I16', new Int16Array([-3, 7]).buffer, [-3, 7]],
    ['I8', new Int8Array([-3, 7]).buffer, [-3, 7]],
    ['U8', new Uint8Array([3, 255]).buffer, [3, 255]],
    ['BOOL', new Uint8Array([0, 1]).buffer, [0, 1]],
  ])('convert %s', (dtype, buffer, expected) => {
    expect([...toFloat32({ dtype, shape: [2], data: new Uint8Array(buffer) })]).toEqual(expected);
  });

  it('refuse data that does not fit the shape', () => {
    expect(() => fromFloat32(new Float32Array(5), [2, 3])).toThrow(/\[2, 3\] has 6 elements, but 5/);
    expect(() => toFloat32({ dtype: 'F16', shape: [3], data: new Uint8Array(5) })).toThrow(/takes 6 bytes.*has 5/);
    expect(() => fromFloat32(new Float32Array(0), [-1, 0])).toThrow(CheckpointError);
    expect(() => fromFloat32(new Float32Array(1), [1], 'I8' as FloatDtype)).toThrow(/F64, F32, F16, BF16/);
  });
});

it('elementCount: scalars have one element, a zero axis makes a tensor empty whatever the others are', () => {
  expect(elementCount([])).toBe(1);
  expect(elementCount([2, 3, 4])).toBe(24);
  expect(elementCount([1e200, 1e200, 0])).toBe(0);
});
