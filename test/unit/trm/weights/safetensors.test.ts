import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import {
  DTYPE_BYTES,
  readSafetensors,
  readSafetensorsMetadata,
  type TensorMap,
  toFloat32,
  type WeightDtype,
  type WeightTensor,
  writeSafetensors,
} from '../../../../src/trm/weights/index.js';
import { checkpointErrorOf, fixture } from './fixtures.js';

const anyTensor: fc.Arbitrary<WeightTensor> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(DTYPE_BYTES) as WeightDtype[])),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
  })
  .chain(({ dtype, shape }) => {
    const length = shape.reduce((product, size) => product * size, 1) * DTYPE_BYTES[dtype];
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ dtype, shape, data }));
  });
const anyName = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('__proto__', 'constructor', '0', '17', 'a"b\\c', '', 'L_level.layers.0.mlp.down_proj.weight'),
);
const anyMap = fc
  .uniqueArray(
    fc.tuple(
      anyName.filter((name) => name !== '__metadata__'),
      anyTensor,
    ),
    { selector: ([name]) => name, maxLength: 8 },
  )
  .map((entries): TensorMap => new Map(entries));

describe('round trip', () => {
  it('gives back names, dtypes, shapes, bytes and metadata', () => {
    fc.assert(
      fc.property(anyMap, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
        const bytes = writeSafetensors(tensors, metadata);
        const result = readSafetensors(bytes);
        expect([...result.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [name, tensor] of tensors) {
          const read = result.get(name)!;
          expect({ dtype: read.dtype, shape: read.shape }).toEqual({ dtype: tensor.dtype, shape: tensor.shape });
          expect(Uint8Array.from(read.data)).toEqual(tensor.data);
        }
        expect({ ...readSafetensorsMetadata(bytes) }).toEqual({ ...metadata });
      }),
    );
  });

  it('writes the same bytes whatever the order of the map, padded and aligned', () => {
    fc.assert(
      fc.property(anyMap, (tensors) => {
        const bytes = writeSafetensors(tensors, { b: '1', a: '2' });
        expect(writeSafetensors(new Map([...tensors].reverse()), { a: '2', b: '1' })).toEqual(bytes);
        expect(headerLength(bytes) % 8).toBe(0);
        for (const { dtype, data } of readSafetensors(bytes).values()) {
          expect((data.byteOffset - bytes.byteOffset) % DTYPE_BYTES[dtype]).toBe(0);
        }
      }),
    );
  });

  it('reads from a view that starts inside a larger buffer', () => {
    const file = writeSafetensors(new Map([['x', { dtype: 'F32', shape: [1], data: floatBytes(2.5) }]]));
    const larger = new Uint8Array(file.length + 5);
    larger.set(file, 3);
    const tensors = readSafetensors(larger.subarray(3, 3 + file.length));
    expect([...toFloat32(tensors.get('x')!)]).toEqual([2.5]);
  });

  it('lists names in code unit order', () => {
    const tensor: WeightTensor = { dtype: 'U8', shape: [1], data: Uint8Array.of(1) };
    const bytes = writeSafetensors(new Map(['b', 'a', 'B', '10', '9'].map((name) => [name, tensor])));
    expect(readSafetensors(bytes).size).toBe(5);
    expect(headerText(bytes)).toMatch(/^\{"10":.*"9":.*"B":.*"a":.*"b":.*\} *$/);
  });
});

describe('the golden files', () => {
  it('are read as the reference wrote them, and survive being written again', async () => {
    for (const name of ['weights', 'expected']) {
      const bytes = new Uint8Array(await readFile(fixture(`golden/attention-64.${name}.safetensors`)));
      const tensors = readSafetensors(bytes);
      const again = readSafetensors(writeSafetensors(tensors));
      expect(again.size).toBe(tensors.size);
      for (const [key, tensor] of tensors) expect(Buffer.compare(tensor.data, again.get(key)!.data)).toBe(0);
    }
  });

  it('hold what the fixture notes say', async () => {
    const weights = readSafetensors(new Uint8Array(await readFile(fixture('golden/attention-64.weights.safetensors'))));
    expect(weights.size).toBe(15);
    expect(weights.get('_orig_mod.model.inner.L_level.layers.1.mlp.gate_up_proj.weight')!.shape).toEqual([512, 64]);
    expect([...toFloat32(weights.get('_orig_mod.model.inner.q_head.bias')!)]).toEqual([
      Math.fround(0.3),
      Math.fround(-0.2),
    ]);
    const expected = readSafetensors(
      new Uint8Array(await readFile(fixture('golden/attention-64.expected.safetensors'))),
    );
    expect(expected.get('inputs')).toMatchObject({ dtype: 'I32', shape: [4, 12] });
    expect([...toFloat32(expected.get('puzzle_identifiers')!)]).toEqual([6, 1, 1, 1]);
  });
});

/** Header text, or a whole file, and what its error must say. 8 bytes of data follow where nothing else is said. */
const x = '"dtype":"F32","shape":[2]';
const whole = `"x":{${x},"data_offsets":[0,8]}`;
const FAULTY_HEADERS: readonly [what: string, header: string, message: RegExp, dataBytes?: number][] = [
  ['an empty header', '', /offset 8 must start with "\{", found an empty header/],
  ['a header that is no object', '[1]', /must start with "\{", found byte 0x5b/],
  ['leading spaces', ` {${whole}}`, /found byte 0x20/],
  ['a byte order mark', `\uFEFF{${whole}}`, /found byte 0xef/],
  ['broken JSON', `{${whole}`, /offset 8 is not valid JSON/],
  ['text after the JSON', `{${whole}} x`, /not valid JSON/],
  ['a name given twice', `{${whole},${whole}}`, /names "x" twice \(second time at header character 54\)/],
  ['a name given twice in other letters', `{${whole},"\\u0078":{${x},"data_offsets":[0,8]}}`, /names "x" twice/],
  ['a key given twice inside a tensor', `{"x":{"dtype":"F32",${x},"data_offsets":[0,8]}}`, /names "dtype" twice/],
  ['metadata given twice', `{"__metadata__":{},"__metadata__":{},${whole}}`, /names "__metadata__" twice/],
  [
    'metadata that is a list',
    `{"__metadata__":["a"],${whole}}`,
    /__metadata__ must be an object of strings, found \["a"\]/,
  ],
  ['metadata that is null', `{"__metadata__":null,${whole}}`, /__metadata__ must be an object of strings, found null/],
  ['metadata with a number', `{"__metadata__":{"epoch":3},${whole}}`, /__metadata__\.epoch must be a string, found 3/],
  ['a tensor that is null', '{"x":null}', /tensor "x": expected an object.*found null/],
  ['a tensor that is a list', '{"x":[]}', /tensor "x": expected an object.*found \[\]/],
  ['an unknown key', `{"x":{${x},"data_offsets":[0,8],"strides":[1]}}`, /tensor "x": unknown key "strides"/],
  ['no dtype', '{"x":{"shape":[2],"data_offsets":[0,8]}}', /tensor "x": dtype must be one of F64, .* found nothing/],
  [
    'an unknown dtype',
    '{"x":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}',
    /dtype must be one of .* found "F8_E4M3"/,
  ],
  [
    'a dtype from Object.prototype',
    '{"x":{"dtype":"toString","shape":[8],"data_offsets":[0,8]}}',
    /dtype must be one of/,
  ],
  ['no shape', '{"x":{"dtype":"F32","data_offsets":[0,8]}}', /shape must be a list .* found nothing/],
  ['a negative size', '{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}', /shape must be .* found \[-2\]/],
  ['a broken size', '{"x":{"dtype":"F32","shape":[0.5],"data_offsets":[0,8]}}', /shape must be .* found \[0\.5\]/],
  ['a size as text', '{"x":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}', /shape must be .* found \["2"\]/],
  ['a huge size', '{"x":{"dtype":"F32","shape":[1e30],"data_offsets":[0,8]}}', /shape must be/],
  [
    'a product beyond all files',
    '{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}',
    /takes 73786976294838210000 bytes/,
  ],
  ['no offsets', `{"x":{${x}}}`, /data_offsets must be two .* found nothing/],
  ['one offset', `{"x":{${x},"data_offsets":[8]}}`, /data_offsets must be two .* found \[8\]/],
  ['three offsets', `{"x":{${x},"data_offsets":[0,8,8]}}`, /data_offsets must be two/],
  ['a negative offset', `{"x":{${x},"data_offsets":[-8,0]}}`, /data_offsets must be two .* found \[-8,0\]/],
  ['offsets the wrong way round', `{"x":{${x},"data_offsets":[8,0]}}`, /end at 0, before they begin at 8/],
  [
    'a shape smaller than the range',
    '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}',
    /F32 of shape \[1\] takes 4 bytes, but data_offsets \[0, 8\] span 8/,
  ],
  ['a scalar over 8 bytes', '{"x":{"dtype":"F32","shape":[],"data_offsets":[0,8]}}', /takes 4 bytes/],
  [
    'data cut short',
    `{${whole}}`,
    /tensor "x": data_offsets \[0, 8\] run past the 7 bytes of data that follow the header at file offset 64/,
    7,
  ],
  ['data left over', `{${whole}}`, /1 bytes at file offset 72 belong to no tensor/, 9],
  ['data without tensors', '{}', /8 bytes at file offset 16 belong to no tensor/],
  [
    'an overlap',
    `{${whole},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`,
    /tensor "y": data_offsets \[4, 8\] overlap tensor "x", which ends at 8/,
  ],
  ['two tensors on the same bytes', `{${whole},"y":{${x},"data_offsets":[0,8]}}`, /tensor "y": .* overlap tensor "x"/],
  [
    'an empty tensor inside another',
    `{${whole},"y":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}`,
    /tensor "y": .* overlap tensor "x"/,
  ],
  [
    'a gap at the front',
    '{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
    /tensor "x": begins at data offset 4, leaving a gap of 4 bytes after the start/,
  ],
  [
    'a gap in the middle',
    `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[6],"data_offsets":[2,8]}}`,
    /tensor "b": .* gap of 1 bytes after tensor "a"/,
  ],
];

describe('a damaged file is refused with what is wrong and where', () => {
  it.each(FAULTY_HEADERS)('%s', async (_, header, message, dataBytes = 8) => {
    const text =
      header === '' || header.startsWith(' ') || header.startsWith('\uFEFF')
        ? header
        : header.padEnd(Math.ceil(header.length / 8) * 8);
    const error = await checkpointErrorOf(() => readSafetensors(file(text, dataBytes)));
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^Not a valid safetensors file: /);
  });

  it('bytes that are not UTF-8', async () => {
    const bytes = file(`{${whole}}`.padEnd(48), 8);
    bytes[10] = 0xff;
    expect((await checkpointErrorOf(() => readSafetensors(bytes))).message).toMatch(/offset 8 is not valid UTF-8/);
  });

  it('lengths that cannot be', async () => {
    const cases: [Uint8Array, RegExp][] = [
      [new Uint8Array(0), /at least 8 bytes.*found 0/],
      [new Uint8Array(7), /at least 8 bytes.*found 7/],
      [withLength(new Uint8Array(16), 9n), /offset 0 is 9 bytes, but only 8 follow/],
      [withLength(new Uint8Array(16), 100_000_001n), /over the limit of 100000000/],
      [withLength(new Uint8Array(16), 2n ** 64n - 1n), /is 18446744073709551615 bytes, over the limit/],
    ];
    for (const [bytes, message] of cases) {
      expect((await checkpointErrorOf(() => readSafetensors(bytes))).message).toMatch(message);
    }
  });

  it('any damage gives tensors or a CheckpointError, nothing else', () => {
    const good = writeSafetensors(
      new Map<string, WeightTensor>([
        ['a', { dtype: 'F32', shape: [2, 2], data: new Uint8Array(16) }],
        ['b', { dtype: 'BOOL', shape: [3], data: new Uint8Array(3) }],
      ]),
      { note: 'x' },
    );
    const edit = fc.record({ at: fc.nat({ max: good.length - 1 }), byte: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 4 }), fc.nat({ max: good.length }), (edits, cut) => {
        const bytes = good.slice(0, edits.length === 0 ? cut : good.length);
        for (const { at, byte } of edits) bytes[at] = byte;
        try {
          readSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('writing refuses', () => {
  it('data of the wrong length', () => {
    const tensor: WeightTensor = { dtype: 'F32', shape: [2], data: new Uint8Array(7) };
    expect(() => writeSafetensors(new Map([['x', tensor]]))).toThrow(
      /"x": F32 of shape \[2\] takes 8 bytes, but its data has 7/,
    );
  });

  it('the reserved name', () => {
    const tensor: WeightTensor = { dtype: 'U8', shape: [0], data: new Uint8Array(0) };
    expect(() => writeSafetensors(new Map([['__metadata__', tensor]]))).toThrow(/reserves it/);
  });
});

function file(header: string, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  bytes.set(json, 8);
  return withLength(bytes, BigInt(json.length));
}

function withLength(bytes: Uint8Array, length: bigint): Uint8Array {
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

function headerLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
}

function headerText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(8, 8 + headerLength(bytes)));
}

function floatBytes(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}
