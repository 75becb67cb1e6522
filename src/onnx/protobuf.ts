/**
 * The part of the protobuf wire format that an ONNX file needs: varints, 32-bit floats and length-delimited
 * fields (https://protobuf.dev/programming-guides/encoding/).
 */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** int32, int64, bool and enum fields. */
  varint(field: number, value: number | bigint): this {
    this.#key(field, 0);
    return this.#raw(encodeVarint(BigInt.asUintN(64, BigInt(value))));
  }

  float(field: number, value: number): this {
    this.#key(field, 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#raw(bytes);
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#key(field, 2);
    this.#raw(encodeVarint(BigInt(value.length)));
    return this.#raw(value);
  }

  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const writer = new ProtobufWriter();
    write(writer);
    this.#key(field, 2);
    this.#raw(encodeVarint(BigInt(writer.#length)));
    for (const chunk of writer.#chunks) this.#raw(chunk);
    return this;
  }

  finish(): Uint8Array {
    const result = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      result.set(chunk, offset);
      offset += chunk.length;
    }
    return result;
  }

  #key(field: number, wireType: number): void {
    this.#raw(encodeVarint(BigInt((field << 3) | wireType)));
  }

  #raw(bytes: Uint8Array): this {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}

function encodeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
