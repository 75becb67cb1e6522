import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProtobufWriter } from '../../../src/onnx/protobuf.js';

/** A protobuf reader of its own: fields in order, as [number, wire type, contents]. */
function read(bytes: Uint8Array): [number, number, bigint | Uint8Array][] {
  const fields: [number, number, bigint | Uint8Array][] = [];
  let position = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[position++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (position < bytes.length) {
    const key = Number(varint());
    if (key % 8 === 0) {
      fields.push([key >> 3, 0, varint()]);
    } else {
      const length = key % 8 === 5 ? 4 : Number(varint());
      fields.push([key >> 3, key % 8, bytes.slice(position, position + length)]);
      position += length;
    }
  }
  return fields;
}

const RUNS = { seed: 20_251_123, numRuns: 200 };
const field = fc.integer({ min: 1, max: 2000 });

describe('ProtobufWriter', () => {
  test('writes the examples of the encoding guide', () => {
    expect([...new ProtobufWriter().varint(1, 150).finish()]).toEqual([0x08, 0x96, 0x01]);
    const text = new ProtobufWriter().string(2, 'testing').finish();
    expect([...text]).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
    const nested = new ProtobufWriter().message(3, (writer) => writer.varint(1, 150)).finish();
    expect([...nested]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  });

  test('varints hold every 64-bit integer; negative ones take ten bytes', () => {
    fc.assert(
      fc.property(field, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number, value) => {
        const [[at, wireType, found] = []] = read(new ProtobufWriter().varint(number, value).finish());
        expect([at, wireType, BigInt.asIntN(64, found as bigint)]).toEqual([number, 0, value]);
      }),
      RUNS,
    );
    expect(new ProtobufWriter().varint(1, -1).finish()).toHaveLength(11);
  });

  test('floats are four bytes, little end first', () => {
    fc.assert(
      fc.property(field, fc.float(), (number, value) => {
        const [[at, wireType, bytes] = []] = read(new ProtobufWriter().float(number, value).finish());
        expect([at, wireType]).toEqual([number, 5]);
        const { buffer, byteOffset } = bytes as Uint8Array;
        expect(new DataView(buffer, byteOffset).getFloat32(0, true)).toBe(value);
      }),
      RUNS,
    );
  });

  test('texts are UTF-8, and fields keep their order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
        const writer = new ProtobufWriter();
        for (const text of texts) writer.string(7, text);
        const found = read(writer.finish()).map(([, , bytes]) => new TextDecoder().decode(bytes as Uint8Array));
        expect(found).toEqual(texts);
      }),
      RUNS,
    );
  });

  test('messages nest, also empty ones', () => {
    const bytes = new ProtobufWriter()
      .message(1, (outer) => outer.message(2, () => undefined).message(3, (inner) => inner.varint(4, 5)))
      .finish();
    const outer = read(bytes)[0]?.[2] as Uint8Array;
    expect(read(outer).map(([number]) => number)).toEqual([2, 3]);
    expect(read(read(outer)[1]?.[2] as Uint8Array)).toEqual([[4, 0, 5n]]);
  });
});
