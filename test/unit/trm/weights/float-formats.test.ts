import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bfloat16ToNumber,
  float16ToNumber,
  numberToBfloat16,
  numberToFloat16,
} from '../../../../src/trm/weights/float-formats.js';

const FORMATS = [
  { name: 'float16', decode: float16ToNumber, encode: numberToFloat16, infinity: 0x7c00, largest: 65504 },
  {
    name: 'bfloat16',
    decode: bfloat16ToNumber,
    encode: numberToBfloat16,
    infinity: 0x7f80,
    largest: (2 - 2 ** -7) * 2 ** 127,
  },
] as const;

describe.each(FORMATS)('$name', ({ decode, encode, infinity, largest }) => {
  it('gives every one of the 65536 numbers back, NaN as NaN', () => {
    for (let bits = 0; bits < 0x10000; bits += 1) {
      const value = decode(bits);
      if (Number.isNaN(value)) expect(decode(encode(value))).toBeNaN();
      else if (encode(value) !== bits) expect.fail(`0x${bits.toString(16)} became 0x${encode(value).toString(16)}`);
    }
  });

  it('orders the positive numbers as their bits', () => {
    for (let bits = 1; bits <= infinity; bits += 1) {
      if (!(decode(bits) > decode(bits - 1)))
        expect.fail(`0x${bits.toString(16)} is not larger than the number before it`);
    }
  });

  it('rounds to the nearest number, ties to the even one', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, max: Math.fround(largest), min: Math.fround(-largest) }), (value) => {
        const bits = encode(value);
        const error = Math.abs(decode(bits) - value);
        const magnitude = bits & 0x7fff;
        for (const neighbour of [magnitude - 1, magnitude + 1]) {
          if (neighbour < 0 || neighbour >= infinity) continue;
          const other = Math.abs(decode((bits & 0x8000) | neighbour) - value);
          expect(error).toBeLessThanOrEqual(other);
          if (error === other) expect(magnitude % 2).toBe(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('rounds every half-way point that float32 can express to the even neighbour', () => {
    for (let bits = 0; bits < infinity - 1; bits += 1) {
      const middle = (decode(bits) + decode(bits + 1)) / 2;
      if (Math.fround(middle) !== middle) continue;
      const expected = bits % 2 === 0 ? bits : bits + 1;
      if (encode(middle) !== expected)
        expect.fail(`the point after 0x${bits.toString(16)} became 0x${encode(middle).toString(16)}`);
    }
  });

  it('keeps signed zero and infinities, and overflows to infinity', () => {
    expect(encode(-0)).toBe(0x8000);
    expect(Object.is(decode(0x8000), -0)).toBe(true);
    expect(encode(Number.POSITIVE_INFINITY)).toBe(infinity);
    expect(encode(Number.NEGATIVE_INFINITY)).toBe(infinity | 0x8000);
    expect(encode(3.4028234663852886e38)).toBe(infinity);
    expect(decode(infinity)).toBe(Number.POSITIVE_INFINITY);
  });
});

it('knows the published constants of binary16', () => {
  expect(float16ToNumber(0x3c00)).toBe(1);
  expect(float16ToNumber(0x3555)).toBe(0.333251953125);
  expect(float16ToNumber(0x7bff)).toBe(65504);
  expect(float16ToNumber(0x0001)).toBe(2 ** -24);
  expect(numberToFloat16(65519.99609375)).toBe(0x7bff);
  expect(numberToFloat16(65520)).toBe(0x7c00);
});

it('does not turn a NaN with only low payload bits into infinity', () => {
  const nan = new Float32Array(Uint32Array.of(0x7f800001).buffer)[0]!;
  expect(bfloat16ToNumber(numberToBfloat16(nan))).toBeNaN();
  expect(float16ToNumber(numberToFloat16(nan))).toBeNaN();
});
