import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import { readTorchCheckpoint, toFloat32 } from '../../../../src/trm/weights/index.js';
import { checkpointErrorOf, fixture, temporaryFiles } from './fixtures.js';
import { float32Bytes, PickleAssembler, type TensorOptions, torchArchive, zipArchive } from './torch-writer.js';

const write = temporaryFiles();
const SIX = float32Bytes([0, 1, 2, 3, 4, 5]);

/** A state dict with one tensor `w`. */
function single(options: TensorOptions = {}): Uint8Array {
  return new PickleAssembler().emptyDict().text('w').tensor(options).setItem().finish();
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const path = await write(bytes);
  const { message } = await checkpointErrorOf(() => readTorchCheckpoint(path));
  expect(message.startsWith(`${path}: `)).toBe(true);
  return message;
}

async function values(bytes: Uint8Array, name = 'w'): Promise<number[]> {
  return [...toFloat32((await readTorchCheckpoint(await write(bytes))).get(name)!)];
}

describe('what Python writes is read', () => {
  it.each(['protocol-2', 'protocol-3', 'protocol-4', 'protocol-5', 'big-endian'])(
    'assorted tensors, %s',
    async (variant) => {
      const tensors = await readTorchCheckpoint(fixture(`torch/assorted-${variant}.pt`));
      const read = Object.fromEntries(
        [...tensors].map(([name, { dtype, shape }]) => [name, `${dtype}[${shape.join()}]`]),
      );
      expect(read).toEqual({
        contiguous: 'F32[2,3,4]',
        transposed: 'F32[4,3,2]',
        slice: 'F32[2,2]',
        scalar: 'F32[]',
        empty: 'F32[0,3]',
        parameter: 'F32[3]',
        half: 'F16[2,2]',
        double: 'F64[3]',
        long: 'I64[2]',
        int: 'I32[2]',
        bool: 'BOOL[3]',
      });
      const numbers = (name: string): number[] => [...toFloat32(tensors.get(name)!)];
      const ramp = Array.from({ length: 24 }, (_, index) => (index - 12) / 4);
      expect(numbers('contiguous')).toEqual(ramp);
      const transposed = [];
      for (let k = 0; k < 4; k += 1)
        for (let j = 0; j < 3; j += 1) for (let i = 0; i < 2; i += 1) transposed.push(ramp[12 * i + 4 * j + k]);
      expect(numbers('transposed')).toEqual(transposed);
      expect(numbers('slice')).toEqual([ramp[9], ramp[11], ramp[13], ramp[15]]);
      expect(numbers('scalar')).toEqual([ramp[5]]);
      expect(numbers('empty')).toEqual([]);
      expect(numbers('parameter')).toEqual([-0.25, 0, 0.25]);
      expect(numbers('half')).toEqual([-1, 0, -0.5, 0.5]);
      expect(numbers('double')).toEqual([Math.fround(-1e-3), 0, Math.fround(1e-3)]);
      expect(numbers('long')).toEqual([-1, 2 ** 40]);
      expect(numbers('int')).toEqual([-7, 7]);
      expect(numbers('bool')).toEqual([1, 0, 1]);
    },
  );

  it('a checkpoint of the reference: OrderedDict with _metadata, bfloat16 buffers, no file extension', async () => {
    const tensors = await readTorchCheckpoint(fixture('torch/step_12'));
    expect(tensors.size).toBe(15);
    const start = tensors.get('_orig_mod.model.inner.H_init')!;
    expect(start.dtype).toBe('BF16');
    expect([...toFloat32(start)]).toEqual([-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5]);
  });

  it.each(['model_state_dict', 'state_dict', 'model'])('a state dict under %s beside other things', async (wrapper) => {
    const plain = await readTorchCheckpoint(fixture('torch/step_12'));
    expect(await readTorchCheckpoint(fixture(`torch/wrapped-${wrapper}.pt`))).toEqual(plain);
  });
});

describe('tensors', () => {
  it('any permuted, strided or shifted view comes out row-major', async () => {
    const view = fc
      .array(fc.record({ size: fc.integer({ min: 1, max: 4 }), step: fc.integer({ min: 1, max: 2 }) }), {
        maxLength: 4,
      })
      .chain((axes) =>
        fc.record({
          axes: fc.constant(axes),
          order: fc.shuffledSubarray([...axes.keys()], { minLength: axes.length }),
          offset: fc.nat({ max: 3 }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(view, async ({ axes, order, offset }) => {
        const strides: number[] = [];
        let length = 1;
        for (const axis of order) {
          strides[axis] = length * axes[axis]!.step;
          length *= axes[axis]!.size * axes[axis]!.step;
        }
        const size = axes.map((axis) => axis.size);
        const storage = Array.from({ length: length + offset }, (_, index) => index + 0.5);
        let positions = [offset];
        size.forEach((count, axis) => {
          positions = positions.flatMap((start) =>
            Array.from({ length: count }, (_, index) => start + index * strides[axis]!),
          );
        });
        const pickle = single({ size, stride: strides, offset, length: storage.length });
        expect(await values(torchArchive(pickle, [float32Bytes(storage)]))).toEqual(
          positions.map((position) => position + 0.5),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('share the bytes of a shared storage', async () => {
    const pickle = new PickleAssembler()
      .emptyDict()
      .text('a')
      .tensor()
      .setItem()
      .text('b')
      .tensor({ offset: 3, size: [3], stride: [1] })
      .setItem();
    const tensors = await readTorchCheckpoint(await write(torchArchive(pickle.finish(), [SIX])));
    expect([...toFloat32(tensors.get('b')!)]).toEqual([3, 4, 5]);
    expect(tensors.get('a')!.data.buffer).toBe(tensors.get('b')!.data.buffer);
  });

  it('of an untyped storage take the dtype that is named beside them', async () => {
    const pickle = new PickleAssembler().emptyDict().text('w').global('torch._utils', '_rebuild_tensor_v3').mark();
    pickle
      .mark()
      .text('storage')
      .global('torch.storage', 'UntypedStorage')
      .text('0')
      .text('cpu')
      .int(24)
      .tuple()
      .raw(0x51);
    pickle
      .int(1)
      .intTuple([2])
      .intTuple([2])
      .raw(0x89)
      .orderedDict()
      .global('torch', 'float32')
      .tuple()
      .reduce()
      .setItem();
    expect(await values(torchArchive(pickle.finish(), [SIX]))).toEqual([1, 3]);
  });

  it.each<[string, TensorOptions, RegExp]>([
    ['a negative stride', { stride: [-3, 1] }, /stride \(-3, 1\); expected non-negative whole numbers/],
    ['a negative size', { size: [-2, 3] }, /size \(-2, 3\)/],
    ['a negative offset', { offset: -1 }, /offset -1/],
    ['fewer strides than sizes', { stride: [1] }, /as many strides as sizes/],
    ['an offset past the end', { offset: 1 }, /reaches element 6 of storage 0, which has 6 elements/],
    ['a stride past the end', { stride: [4, 1] }, /reaches element 6 of storage 0/],
    ['a size past the end', { size: [2, 4] }, /reaches element 6 of storage 0/],
    ['a size beyond all memory', { size: [2147483647, 2147483647] }, /reaches element \d+ of storage 0, which has 6/],
    [
      'a tensor that repeats one number a billion times',
      { size: [1_000_000_000], stride: [0] },
      /has 1000000000 elements, more than the 6 of its storage/,
    ],
    ['more axes than PyTorch has', { size: Array(65).fill(1), stride: Array(65).fill(1) }, /65 axes/],
    [
      'a storage smaller than declared',
      { length: 7, size: [7], stride: [1] },
      /Tensor w: its storage data\/0 should have 28 bytes, but has 24/,
    ],
    ['a storage larger than declared', { length: 5, size: [5], stride: [1] }, /should have 20 bytes, but has 24/],
    ['a storage that is not there', { key: '9' }, /Tensor w: the checkpoint's archive lacks its storage data\/9/],
    ['a storage key that climbs out', { key: '../data.pkl' }, /lacks its storage data\/\.\.\/data\.pkl/],
    [
      'an element type that is not read',
      { storageClass: 'ComplexFloatStorage' },
      /refers to torch\.ComplexFloatStorage/,
    ],
  ])('%s is refused', async (_, options, message) => {
    expect(await refusal(torchArchive(single(options), [SIX]))).toMatch(message);
  });

  it('a small file that describes a large copy many times over is refused', async () => {
    const pickle = new PickleAssembler().emptyDict();
    const size = 4096;
    for (let i = 0; i < 400; i += 1)
      pickle
        .text(`w${i}`)
        .tensor({ length: size, size: [64, 64], stride: [1, 64] })
        .setItem();
    const bytes = torchArchive(pickle.finish(), [float32Bytes(Array(size).fill(1))]);
    expect(await refusal(bytes)).toMatch(
      /Tensor w\d+: the checkpoint describes more strided tensors than its \d+ bytes hold/,
    );
  });
});

describe('a bad archive is refused', () => {
  const good = torchArchive(single(), [SIX]);
  const pkl = { name: 'archive/data.pkl', data: single() };

  it('wherever it is cut off', async () => {
    for (let length = 4; length < good.length; length += 7) {
      expect(await refusal(good.slice(0, length))).toMatch(/zip archive cannot be read: .* Is the file complete\?/);
    }
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['no entries', zipArchive([]), /one <name>\/data\.pkl .* found 0; its first entries are none/],
    [
      'no data.pkl',
      zipArchive([{ name: 'word/document.xml', data: SIX }]),
      /found 0; its first entries are word\/document\.xml/,
    ],
    ['two data.pkl', zipArchive([pkl, { ...pkl, name: 'other/data.pkl' }]), /found 2/],
    ['an entry named twice', zipArchive([pkl, pkl]), /names the entry archive\/data\.pkl twice/],
    ['a TorchScript program', zipArchive([pkl, { name: 'archive/constants.pkl', data: SIX }]), /TorchScript program/],
    [
      'a compressed entry',
      zipArchive([{ ...pkl, method: 8 }]),
      /archive\/data\.pkl of the checkpoint is compressed \(method 8\)/,
    ],
    [
      'an encrypted entry',
      zipArchive([{ ...pkl, flags: 1, declaredCompressedSize: pkl.data.length + 12 }]),
      /is encrypted/,
    ],
    [
      'declared sizes beyond the file',
      zipArchive([{ ...pkl, declaredSize: 0xfffffff0, declaredCompressedSize: 0xfffffff0 }]),
      /declares 4294967280 bytes of entries, but the whole file has/,
    ],
    [
      'a deflated bomb by its declared size',
      zipArchive([{ ...pkl, method: 8, declaredSize: 0xfffffff0 }]),
      /is compressed/,
    ],
    ['sizes that disagree', zipArchive([{ ...pkl, declaredSize: 10 }]), /size mismatch/],
    ['an entry that reaches past the end', zipArchive([{ ...pkl, declaredOffset: 60 }]), /zip archive cannot be read/],
    [
      'a path that climbs out',
      zipArchive([pkl, { name: '../../x', data: SIX }]),
      /zip archive cannot be read: invalid relative path/,
    ],
    [
      'a byte order of its own',
      zipArchive([pkl, { name: 'archive/byteorder', data: new TextEncoder().encode('middle') }]),
      /byteorder is "middle"/,
    ],
    [
      'a checksum that does not match',
      torchArchive(single(), [], [{ name: 'archive/data/0', data: SIX, crc: 1 }]),
      /data\/0 of the checkpoint does not match its checksum/,
    ],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes)).toMatch(message);
  });

  it('overlapping entries that add up to more than the file', async () => {
    const big = { name: 'archive/data/0', data: new Uint8Array(4000) };
    const aliases = Array.from({ length: 50 }, (_, key) => ({
      ...big,
      name: `archive/data/a${key}`,
      data: new Uint8Array(0),
      declaredSize: 4000,
      declaredCompressedSize: 4000,
    }));
    expect(await refusal(zipArchive([pkl, big, ...aliases]))).toMatch(/entries overlap or the file is damaged/);
  });

  it('but a checksum of 0 means that PyTorch was told not to compute one', async () => {
    expect(await values(torchArchive(single(), [], [{ name: 'archive/data/0', data: SIX, crc: 0 }]))).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });

  it('any damage gives tensors or a CheckpointError, nothing else', async () => {
    const original = new Uint8Array(await readFile(fixture('torch/assorted-protocol-2.pt')));
    const edit = fc.record({ at: fc.nat({ max: original.length - 1 }), byte: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const bytes = original.slice();
        for (const { at, byte } of edits) bytes[at] = byte;
        try {
          await readTorchCheckpoint(await write(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('any damage inside the pickle, with its checksum mended, does no more', async () => {
    const original = single();
    const edit = fc.record({ at: fc.nat({ max: original.length - 1 }), byte: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const pickle = original.slice();
        for (const { at, byte } of edits) pickle[at] = byte;
        try {
          await readTorchCheckpoint(await write(torchArchive(pickle, [SIX])));
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('files of another kind', () => {
  it('the format from before PyTorch 1.6 comes with a hint', async () => {
    const legacy = Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e);
    expect(await refusal(legacy)).toMatch(
      /bare pickle, .* before PyTorch 1\.6\. Load it with PyTorch and save it again/,
    );
  });

  it('safetensors is named as such', async () => {
    const path = fixture('golden/attention-64.weights.safetensors');
    expect((await checkpointErrorOf(() => readTorchCheckpoint(path))).message).toMatch(/This is a safetensors file/);
  });
});
