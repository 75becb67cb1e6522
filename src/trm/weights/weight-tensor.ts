import { CheckpointError } from '../../core/errors.js';
import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from './float-formats.js';

/** Bytes of one element, by element type. The names are those of the safetensors format. */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** Element type of a stored tensor. */
export type WeightDtype = keyof typeof DTYPE_BYTES;

/** Element types that `fromFloat32` can write. */
export type FloatDtype = 'F64' | 'F32' | 'F16' | 'BF16';

/** A tensor as a weights file holds it: row-major, no strides. */
export interface WeightTensor {
  readonly dtype: WeightDtype;
  /** Non-negative whole numbers; empty for a scalar. */
  readonly shape: readonly number[];
  /**
   * Raw little-endian bytes, exactly `elementCount(shape) * DTYPE_BYTES[dtype]` long. May be a view into a larger
   * buffer that other tensors share, and may start at any address: read it through `toFloat32` or a DataView.
   */
  readonly data: Uint8Array;
}

/** Tensors by name. */
export type TensorMap = Map<string, WeightTensor>;

/** True for a name of `DTYPE_BYTES`. */
export function isWeightDtype(value: unknown): value is WeightDtype {
  return typeof value === 'string' && Object.hasOwn(DTYPE_BYTES, value);
}

/** Number of elements of a shape: 1 for a scalar. Not a safe integer when the shape is absurd, which callers check. */
export function elementCount(shape: readonly number[]): number {
  // A zero anywhere makes the tensor empty, however large the product of the other axes (Infinity * 0 is NaN).
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
}

/**
 * The elements as float32. F16 and BF16 convert exactly; F64 and the integers round to the nearest float32;
 * BOOL gives 0 or 1. The result is always a copy.
 *
 * @throws CheckpointError when `data` does not have the length that shape and dtype call for.
 */
export function toFloat32(tensor: WeightTensor): Float32Array {
  const result = new Float32Array(checkedCount(tensor));
  READERS[tensor.dtype](new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength), result);
  return result;
}

/**
 * A tensor from float32 values, row-major. F16 and BF16 round to nearest, ties to even; F32 and F64 are exact.
 *
 * @throws CheckpointError when `data.length` is not the number of elements of `shape`, or `shape` is not one.
 */
export function fromFloat32(data: Float32Array, shape: readonly number[], dtype: FloatDtype = 'F32'): WeightTensor {
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new CheckpointError(`A shape must be a list of non-negative whole numbers, not [${shape.join(', ')}].`);
  }
  if (elementCount(shape) !== data.length) {
    throw new CheckpointError(
      `A tensor of shape [${shape.join(', ')}] has ${elementCount(shape)} elements, but ${data.length} were given.`,
    );
  }
  const write = ELEMENT_WRITERS[dtype];
  if (write === undefined) {
    throw new CheckpointError(
      `Cannot write float32 values as ${String(dtype)}; use one of ${Object.keys(ELEMENT_WRITERS).join(', ')}.`,
    );
  }
  const step = DTYPE_BYTES[dtype];
  const bytes = new Uint8Array(data.length * step);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i += 1) write(view, i * step, data[i]!);
  return { dtype, shape: [...shape], data: bytes };
}

function checkedCount(tensor: WeightTensor): number {
  const count = elementCount(tensor.shape);
  const expected = count * DTYPE_BYTES[tensor.dtype];
  if (tensor.data.byteLength !== expected) {
    throw new CheckpointError(
      `A ${tensor.dtype} tensor of shape [${tensor.shape.join(', ')}] takes ${expected} bytes, ` +
        `but its data has ${tensor.data.byteLength}.`,
    );
  }
  return count;
}

type Reader = (view: DataView, result: Float32Array) => void;

/** A loop of its own for each type that weights come in: a shared one runs several times slower over millions. */
const READERS: Record<WeightDtype, Reader> = {
  F32: (view, result) => {
    for (let i = 0; i < result.length; i += 1) result[i] = view.getFloat32(i * 4, true);
  },
  F16: (view, result) => {
    for (let i = 0; i < result.length; i += 1) result[i] = float16ToNumber(view.getUint16(i * 2, true));
  },
  BF16: (view, result) => {
    for (let i = 0; i < result.length; i += 1) result[i] = bfloat16ToNumber(view.getUint16(i * 2, true));
  },
  F64: readEach(8, (view, offset) => view.getFloat64(offset, true)),
  I64: readEach(8, (view, offset) => Number(view.getBigInt64(offset, true))),
  I32: readEach(4, (view, offset) => view.getInt32(offset, true)),
  I16: readEach(2, (view, offset) => view.getInt16(offset, true)),
  I8: readEach(1, (view, offset) => view.getInt8(offset)),
  U8: readEach(1, (view, offset) => view.getUint8(offset)),
  BOOL: readEach(1, (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1)),
};

function readEach(step: number, read: (view: DataView, offset: number) => number): Reader {
  return (view, result) => {
    for (let i = 0; i < result.length; i += 1) result[i] = read(view, i * step);
  };
}

const ELEMENT_WRITERS: Record<FloatDtype, (view: DataView, offset: number, value: number) => void> = {
  F64: (view, offset, value) => view.setFloat64(offset, value, true),
  F32: (view, offset, value) => view.setFloat32(offset, value, true),
  F16: (view, offset, value) => view.setUint16(offset, numberToFloat16(value), true),
  BF16: (view, offset, value) => view.setUint16(offset, numberToBfloat16(value), true),
};
