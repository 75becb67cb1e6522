import { InvalidInputError } from '../core/errors.js';
import type { Tensor, TensorArray } from './types.js';

interface Slot {
  tensor: Tensor;
  /** The array that the last replacement freed; the next run writes into it. */
  spare: TensorArray | undefined;
}

/**
 * Tensors that stay in the worker between runs. Each name keeps the array that it held before, so that a training
 * step writes the new parameters into memory that exists already (touching fresh memory costs more than the
 * arithmetic) while it still reads the old ones.
 */
export class Residents {
  readonly #slots = new Map<string, Slot>();

  /** The tensor of that name; throws InvalidInputError when there is none. */
  get(name: string): Tensor {
    const slot = this.#slots.get(name);
    if (slot) return slot.tensor;
    const known = [...this.#slots.keys()].join(', ') || 'none';
    throw new InvalidInputError(
      'resident',
      `there is no resident tensor "${name}" (there are: ${known}); set it with setResident, or keep it from a run`,
    );
  }

  /** Sets or replaces a tensor; takes the array over. */
  set(name: string, tensor: Tensor): void {
    this.#slots.set(name, { tensor, spare: undefined });
  }

  /** Puts a run's output in place; the array that was there becomes the spare one. */
  replace(name: string, tensor: Tensor): void {
    const slot = this.#slots.get(name);
    this.#slots.set(name, { tensor, spare: slot && sameShape(slot.tensor, tensor) ? slot.tensor.data : undefined });
  }

  /** A tensor to write the next value of `name` into, shaped as the present one; undefined when there is none. */
  spare(name: string): Tensor | undefined {
    const slot = this.#slots.get(name);
    return slot?.spare && { type: slot.tensor.type, dims: slot.tensor.dims, data: slot.spare };
  }

  /** Whether a resident tensor (or a spare array) lives in this memory. */
  holds(buffer: ArrayBufferLike): boolean {
    for (const slot of this.#slots.values()) {
      if (slot.tensor.data.buffer === buffer || slot.spare?.buffer === buffer) return true;
    }
    return false;
  }

  delete(name: string): void {
    this.get(name);
    this.#slots.delete(name);
  }

  clear(): void {
    this.#slots.clear();
  }
}

function sameShape(a: Tensor, b: Tensor): boolean {
  return a.type === b.type && a.dims.length === b.dims.length && a.dims.every((dim, axis) => dim === b.dims[axis]);
}
