import { CheckpointError } from '../../../core/errors.js';

/** Reads a byte sequence from front to back; every read past the end is a CheckpointError that names the offset. */
export class ByteCursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #source: string;
  #offset = 0;

  /** `source` names the byte sequence in error messages. */
  constructor(bytes: Uint8Array, source: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#source = source;
  }

  get offset(): number {
    return this.#offset;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** An unsigned 64-bit number, refused when it is not a safe integer. */
  uint64(): number {
    const start = this.#advance(8);
    const value = this.#view.getBigUint64(start, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new CheckpointError(`${this.#source}: the length ${value} at offset ${start} is not possible.`);
    }
    return Number(value);
  }

  /** Pickle stores floats, alone among its numbers, with the most significant byte first. */
  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  utf8(length: number): string {
    const start = this.#offset;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes(length));
    } catch (cause) {
      if (cause instanceof CheckpointError) throw cause;
      throw new CheckpointError(`${this.#source}: the text at offset ${start} is not valid UTF-8.`, { cause });
    }
  }

  /** Text up to, and without, the next line feed. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#offset);
    if (end < 0) throw new CheckpointError(`${this.#source}: the line at offset ${this.#offset} does not end.`);
    const text = this.utf8(end - this.#offset);
    this.#advance(1);
    return text;
  }

  #advance(length: number): number {
    const start = this.#offset;
    if (length > this.#bytes.byteLength - start) {
      throw new CheckpointError(
        `${this.#source} ends too early: ${length} bytes expected at offset ${start}, ` +
          `${this.#bytes.byteLength - start} are left.`,
      );
    }
    this.#offset = start + length;
    return start;
  }
}
