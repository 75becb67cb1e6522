import { crc32 } from 'node:zlib';

/** Assembles a pickle instruction by instruction, so that tests can write what no honest pickler would. */
export class PickleAssembler {
  readonly #bytes: number[] = [0x80, 2];

  raw(...bytes: readonly number[]): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  text(value: string): this {
    const encoded = new TextEncoder().encode(value);
    return this.raw(0x58, ...uint32(encoded.length), ...encoded);
  }

  int(value: number): this {
    return this.raw(0x4a, ...uint32(value));
  }

  global(module: string, name: string): this {
    return this.raw(0x63, ...new TextEncoder().encode(`${module}\n${name}\n`));
  }

  mark(): this {
    return this.raw(0x28);
  }

  /** TUPLE of everything since the mark. */
  tuple(): this {
    return this.raw(0x74);
  }

  intTuple(values: readonly number[]): this {
    this.mark();
    for (const value of values) this.int(value);
    return this.tuple();
  }

  emptyTuple(): this {
    return this.raw(0x29);
  }

  reduce(): this {
    return this.raw(0x52);
  }

  build(): this {
    return this.raw(0x62);
  }

  emptyDict(): this {
    return this.raw(0x7d);
  }

  orderedDict(): this {
    return this.global('collections', 'OrderedDict').emptyTuple().reduce();
  }

  setItem(): this {
    return this.raw(0x73);
  }

  /** The persistent id of a storage. */
  storage(options: { storageClass?: string; key?: string; length?: number } = {}): this {
    this.mark()
      .text('storage')
      .global('torch', options.storageClass ?? 'FloatStorage')
      .text(options.key ?? '0');
    return this.text('cpu')
      .int(options.length ?? 6)
      .tuple()
      .raw(0x51);
  }

  tensor(options: TensorOptions = {}): this {
    this.global('torch._utils', '_rebuild_tensor_v2').mark().storage(options);
    this.int(options.offset ?? 0)
      .intTuple(options.size ?? [2, 3])
      .intTuple(options.stride ?? [3, 1]);
    return this.raw(0x89).orderedDict().tuple().reduce();
  }

  finish(): Uint8Array {
    return Uint8Array.from([...this.#bytes, 0x2e]);
  }
}

export interface TensorOptions {
  readonly storageClass?: string;
  readonly key?: string;
  readonly length?: number;
  readonly offset?: number;
  readonly size?: readonly number[];
  readonly stride?: readonly number[];
}

/** One entry of a zip archive; the optional fields replace what would be true. */
export interface ZipEntry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly declaredSize?: number;
  readonly declaredCompressedSize?: number;
  /** Place of the local header in the file that the directory names. */
  readonly declaredOffset?: number;
}

/** A zip archive of stored entries. */
export function zipArchive(entries: readonly ZipEntry[]): Uint8Array {
  const local: number[] = [];
  const directory: number[] = [];
  for (const entry of entries) {
    const name = [...new TextEncoder().encode(entry.name)];
    const offset = entry.declaredOffset ?? local.length;
    const sizes = [
      ...uint32(entry.crc ?? crc32(entry.data)),
      ...uint32(entry.declaredCompressedSize ?? entry.data.length),
      ...uint32(entry.declaredSize ?? entry.data.length),
    ];
    const common = [
      20,
      0,
      ...uint16(entry.flags ?? 0),
      ...uint16(entry.method ?? 0),
      0,
      0,
      0,
      0,
      ...sizes,
      ...uint16(name.length),
      0,
      0,
    ];
    for (const byte of [0x50, 0x4b, 3, 4, ...common, ...name]) local.push(byte);
    for (const byte of entry.data) local.push(byte);
    for (const byte of [0x50, 0x4b, 1, 2, 20, 0, ...common, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...uint32(offset), ...name])
      directory.push(byte);
  }
  const end = [
    0x50,
    0x4b,
    5,
    6,
    0,
    0,
    0,
    0,
    ...uint16(entries.length),
    ...uint16(entries.length),
    ...uint32(directory.length),
    ...uint32(local.length),
    0,
    0,
  ];
  return Uint8Array.from([...local, ...directory, ...end]);
}

/** An archive like that of torch.save; `storages` become data/0, data/1 and so on. */
export function torchArchive(
  pickle: Uint8Array,
  storages: readonly Uint8Array[],
  extra: readonly ZipEntry[] = [],
): Uint8Array {
  return zipArchive([
    { name: 'archive/data.pkl', data: pickle },
    { name: 'archive/byteorder', data: new TextEncoder().encode('little') },
    ...storages.map((data, key) => ({ name: `archive/data/${key}`, data })),
    { name: 'archive/version', data: new TextEncoder().encode('3\n') },
    ...extra,
  ]);
}

export function float32Bytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

function uint16(value: number): readonly number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

function uint32(value: number): readonly number[] {
  return [...uint16(value & 0xffff), ...uint16(value >>> 16)];
}
