import { InvalidInputError } from '../../core/errors.js';
import type { Tensor } from '../types.js';

/** Tensors that stay in the worker between runs, by name. */
export class Residents {
  readonly #tensors = new Map<string, Tensor>();
  readonly #free: (buffer: ArrayBuffer) => void;

  /**
   * @param free gives memory back at once. A training step replaces parameters and optimizer state as a whole;
   *   waiting for the garbage collector would make each step touch fresh memory, which costs more than its arithmetic
   */
  constructor(free: (buffer: ArrayBuffer) => void) {
    this.#free = free;
  }

  /** The tensor of that name; throws InvalidInputError when there is none. */
  get(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (tensor) return tensor;
    const known = [...this.#tensors.keys()].join(', ') || 'none';
    throw new InvalidInputError(
      'resident',
      `there is no resident tensor "${name}" (there are: ${known}); set it with setResident, or keep it from a run`,
    );
  }

  /** Sets or replaces a tensor; takes its array over. */
  set(name: string, tensor: Tensor): void {
    const old = this.#tensors.get(name);
    this.#tensors.set(name, tensor);
    if (old) this.#release(old);
  }

  /** Frees a tensor; throws InvalidInputError when there is none of that name. */
  delete(name: string): void {
    const old = this.get(name);
    this.#tensors.delete(name);
    this.#release(old);
  }

  /** Whether a resident tensor lives in this memory. */
  holds(buffer: ArrayBufferLike): boolean {
    return [...this.#tensors.values()].some(({ data }) => data.buffer === buffer);
  }

  clear(): void {
    for (const name of [...this.#tensors.keys()]) this.delete(name);
  }

  #release({ data }: Tensor): void {
    if (data.buffer instanceof ArrayBuffer && !this.holds(data.buffer)) this.#free(data.buffer);
  }
}
