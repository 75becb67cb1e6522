import { DTYPE_BYTES, elementCount, type WeightTensor } from '../weight-tensor.js';
import type { TensorReference } from './pickle-values.js';

/** True when the view's elements lie in row-major order without gaps, so that its bytes can be used in place. */
export function isContiguous(view: Pick<TensorReference, 'shape' | 'strides'>): boolean {
  if (elementCount(view.shape) <= 1) return true;
  let expected = 1;
  for (let axis = view.shape.length - 1; axis >= 0; axis -= 1) {
    const size = view.shape[axis]!;
    // The stride of an axis of size 1 is never used, and PyTorch leaves any number there.
    if (size !== 1 && view.strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/**
 * A row-major tensor from a strided view of a storage. A contiguous little-endian view shares the storage's bytes,
 * anything else is copied. The view must have been checked to lie inside the storage.
 */
export function materialize(reference: TensorReference, storage: Uint8Array, bigEndian: boolean): WeightTensor {
  const { dtype, shape, offset } = reference;
  const step = DTYPE_BYTES[dtype];
  const byteLength = elementCount(shape) * step;
  if (byteLength === 0) return { dtype, shape, data: new Uint8Array(0) };
  const contiguous = isContiguous(reference);
  if (contiguous && !(bigEndian && step > 1)) {
    return { dtype, shape, data: storage.subarray(offset * step, offset * step + byteLength) };
  }
  const data = contiguous ? storage.slice(offset * step, offset * step + byteLength) : gather(reference, storage, step);
  if (bigEndian) reverseElements(data, step);
  return { dtype, shape, data };
}

function gather(reference: TensorReference, storage: Uint8Array, step: number): Uint8Array {
  const { shape, strides } = reference;
  const count = elementCount(shape);
  const data = new Uint8Array(count * step);
  const index = new Array<number>(shape.length).fill(0);
  let source = reference.offset;
  for (let element = 0; element < count; element += 1) {
    for (let byte = 0; byte < step; byte += 1) data[element * step + byte] = storage[source * step + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis]! += 1;
      source += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return data;
}

function reverseElements(data: Uint8Array, step: number): void {
  for (let start = 0; start < data.byteLength; start += step) data.subarray(start, start + step).reverse();
}
