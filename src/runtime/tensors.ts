import { InvalidInputError } from '../core/errors.js';
import type { Tensor, TensorArray, TensorType } from './types.js';

const ARRAY_OF: Readonly<Record<TensorType, new (length: number) => TensorArray>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** Throws InvalidInputError unless the tensor's array fits its type and its dims; `path` names it in the message. */
export function checkTensor(path: string, tensor: Tensor): void {
  const expected = ARRAY_OF[tensor.type];
  if (!expected) {
    throw new InvalidInputError(
      `${path}.type`,
      `expected one of ${Object.keys(ARRAY_OF).join(', ')}, received "${tensor.type}"`,
    );
  }
  // A view of the right kind from another realm (vitest, vm) is not an instance of this realm's class.
  if (Object.prototype.toString.call(tensor.data) !== `[object ${expected.name}]`) {
    throw new InvalidInputError(
      `${path}.data`,
      `expected a ${expected.name} for ${tensor.type}, received ${kindOf(tensor.data)}`,
    );
  }
  const bad = tensor.dims.find((dim) => !Number.isSafeInteger(dim) || dim < 0);
  const length = tensor.dims.reduce((product, dim) => product * dim, 1);
  if (bad !== undefined || length !== tensor.data.length) {
    throw new InvalidInputError(
      `${path}.dims`,
      `[${tensor.dims.join(', ')}] does not describe ${tensor.data.length} elements`,
    );
  }
}

/**
 * A tensor that can be handed to the worker: its array's memory is given away when `transfer` allows it and the
 * array owns all of it, else it is copied now, so that the caller may change its own array at once.
 */
export function detachable(tensor: Tensor, transfer: boolean): Tensor {
  const { type, data, dims } = tensor;
  const ownsMemory = data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength;
  return { type, dims: [...dims], data: transfer && ownsMemory ? data : data.slice() };
}

function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
