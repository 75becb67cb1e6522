/**
 * Conversion between float32 and the two 16-bit formats of checkpoints. Encoding rounds to nearest, ties to even,
 * and keeps infinities and NaN, as IEEE 754 asks and as PyTorch does.
 */

const FLOAT_VIEW = new Float32Array(1);
const BITS_VIEW = new Uint32Array(FLOAT_VIEW.buffer);

/** Value of an IEEE 754 binary16 number (1 sign, 5 exponent, 10 fraction bits) given as its 16 bits. */
export function float16ToNumber(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const magnitude = bits & 0x7fff;
  if (magnitude >= 0x0400) {
    // Same fields, moved to their places in a float32; 112 is the difference of the exponent biases, and the
    // exponent of infinity and NaN is all ones in both.
    BITS_VIEW[0] = sign | (magnitude >= 0x7c00 ? 0x7f800000 | (magnitude << 13) : (magnitude << 13) + (112 << 23));
    return FLOAT_VIEW[0]!;
  }
  // No implicit bit: multiples of 2^-24, with a zero that keeps its sign.
  return sign === 0 ? magnitude * 2 ** -24 : -magnitude * 2 ** -24;
}

/** The 16 bits of the binary16 number nearest to `value` (taken as float32); beyond 65504 this is infinity. */
export function numberToFloat16(value: number): number {
  FLOAT_VIEW[0] = value;
  const bits = BITS_VIEW[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 lies half-way between the largest finite binary16 number and the next step: it and all above overflow.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Below 2^-14 the target has no implicit bit and a fixed step of 2^-24. The scaled value is exact in a double.
    return sign | roundHalfToEven(Math.abs(FLOAT_VIEW[0]!) * 2 ** 24);
  }
  // 112 is the difference of the exponent biases; a carry out of the fraction moves on into the exponent, as it must.
  const rebased = magnitude - (112 << 23);
  return sign | ((rebased + 0x0fff + ((rebased >>> 13) & 1)) >>> 13);
}

/** Value of a bfloat16 number (the upper half of a float32) given as its 16 bits. */
export function bfloat16ToNumber(bits: number): number {
  BITS_VIEW[0] = bits << 16;
  return FLOAT_VIEW[0]!;
}

/** The 16 bits of the bfloat16 number nearest to `value` (taken as float32). */
export function numberToBfloat16(value: number): number {
  FLOAT_VIEW[0] = value;
  const bits = BITS_VIEW[0]!;
  // A NaN whose payload sits in the lower half would round to infinity; set the quiet bit instead.
  if ((bits & 0x7fffffff) > 0x7f800000) return ((bits >>> 16) | 0x0040) & 0xffff;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}
