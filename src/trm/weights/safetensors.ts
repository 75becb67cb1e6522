import { CheckpointError } from '../../core/errors.js';
import { isObject } from '../../core/is-object.js';
import { findDuplicateKey } from './json-duplicate-key.js';
import { DTYPE_BYTES, elementCount, isWeightDtype, type TensorMap, type WeightTensor } from './weight-tensor.js';

export {
  DTYPE_BYTES,
  type FloatDtype,
  fromFloat32,
  type TensorMap,
  toFloat32,
  type WeightDtype,
  type WeightTensor,
} from './weight-tensor.js';

/** Longest header that is read, in bytes; the limit of the format's reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000;

const LENGTH_BYTES = 8;
const METADATA_KEY = '__metadata__';

/** One tensor as the header describes it; offsets count from the end of the header. */
interface HeaderEntry {
  readonly name: string;
  readonly dtype: WeightTensor['dtype'];
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

interface Header {
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** File offset at which tensor data starts. */
  readonly dataStart: number;
}

/**
 * Reads a safetensors file: 8 bytes of little-endian header length, a JSON header, then the tensors' raw bytes.
 * The tensors are views into `bytes`.
 *
 * @throws CheckpointError when the file is not exactly what its header says: a length that does not fit, JSON that
 *   does not parse, a name given twice, an unknown dtype, a shape that disagrees with the byte range, ranges that
 *   overlap, leave a gap, run past the end or leave bytes behind. The message names the file offset or the tensor.
 */
export function readSafetensors(bytes: Uint8Array): TensorMap {
  const header = readHeader(bytes);
  checkCoverage(header, bytes.byteLength);
  const tensors: TensorMap = new Map();
  for (const { name, dtype, shape, begin, end } of header.entries) {
    tensors.set(name, { dtype, shape, data: bytes.subarray(header.dataStart + begin, header.dataStart + end) });
  }
  return tensors;
}

/**
 * The text pairs that a safetensors file carries beside its tensors; empty when there are none.
 *
 * @throws CheckpointError as `readSafetensors`, for faults of the header.
 */
export function readSafetensorsMetadata(bytes: Uint8Array): Readonly<Record<string, string>> {
  return readHeader(bytes).metadata;
}

/**
 * Writes a safetensors file. The same tensors and metadata always give the same bytes: names are sorted by code
 * unit, wider element types lie first so that every tensor is aligned to its element size, and spaces pad the header
 * to a multiple of 8 bytes.
 *
 * @throws CheckpointError for a tensor whose data does not have the length of its shape and dtype, for the reserved
 *   name `__metadata__`, and for a header over `MAX_HEADER_BYTES`.
 */
export function writeSafetensors(tensors: TensorMap, metadata?: Readonly<Record<string, string>>): Uint8Array {
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, tensor] of sorted) checkWritable(name, tensor);
  const laidOut = [...sorted].sort(([, a], [, b]) => DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype]);

  const ranges = new Map<string, readonly [number, number]>();
  let dataBytes = 0;
  for (const [name, tensor] of laidOut) {
    ranges.set(name, [dataBytes, dataBytes + tensor.data.byteLength]);
    dataBytes += tensor.data.byteLength;
  }
  const json = headerJson(sorted, ranges, metadata);
  const headerBytes = Math.ceil(json.byteLength / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new CheckpointError(
      `The safetensors header would take ${headerBytes} bytes; the limit is ${MAX_HEADER_BYTES}.`,
    );
  }

  const dataStart = LENGTH_BYTES + headerBytes;
  const file = new Uint8Array(dataStart + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, LENGTH_BYTES, dataStart);
  file.set(json, LENGTH_BYTES);
  for (const [name, tensor] of laidOut) file.set(tensor.data, dataStart + ranges.get(name)![0]);
  return file;
}

function headerJson(
  sorted: readonly (readonly [string, WeightTensor])[],
  ranges: ReadonlyMap<string, readonly [number, number]>,
  metadata: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  // Joined by hand, since an object would put names that look like array indices first and swallow `__proto__`.
  const members = sorted.map(([name, { dtype, shape }]) => {
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: ranges.get(name) })}`;
  });
  if (metadata !== undefined && Object.keys(metadata).length > 0) {
    const pairs = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
    const text = pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',');
    members.unshift(`${JSON.stringify(METADATA_KEY)}:{${text}}`);
  }
  return new TextEncoder().encode(`{${members.join(',')}}`);
}

function checkWritable(name: string, tensor: WeightTensor): void {
  if (name === METADATA_KEY)
    throw new CheckpointError(`A tensor cannot be named ${METADATA_KEY}: the format reserves it.`);
  const expected = elementCount(tensor.shape) * DTYPE_BYTES[tensor.dtype];
  if (tensor.data.byteLength !== expected) {
    throw new CheckpointError(
      `Tensor ${quote(name)}: ${tensor.dtype} of shape [${tensor.shape.join(', ')}] takes ${expected} bytes, ` +
        `but its data has ${tensor.data.byteLength}.`,
    );
  }
}

function readHeader(bytes: Uint8Array): Header {
  if (bytes.byteLength < LENGTH_BYTES) {
    throw damaged(`expected at least ${LENGTH_BYTES} bytes for the header length, found ${bytes.byteLength}`);
  }
  const declared = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  if (declared > BigInt(MAX_HEADER_BYTES)) {
    throw damaged(`the header length at offset 0 is ${declared} bytes, over the limit of ${MAX_HEADER_BYTES}`);
  }
  const dataStart = LENGTH_BYTES + Number(declared);
  if (dataStart > bytes.byteLength) {
    throw damaged(
      `the header length at offset 0 is ${declared} bytes, but only ${bytes.byteLength - LENGTH_BYTES} follow it ` +
        '(is the file cut short?)',
    );
  }
  const parsed = parseJsonObject(bytes.subarray(LENGTH_BYTES, dataStart));
  const entries: HeaderEntry[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === METADATA_KEY) metadata = readMetadata(value);
    else entries.push(readEntry(name, value));
  }
  return { entries, metadata, dataStart };
}

function parseJsonObject(header: Uint8Array): Record<string, unknown> {
  if (header[0] !== 0x7b) {
    const found = header[0] === undefined ? 'an empty header' : `byte 0x${header[0].toString(16).padStart(2, '0')}`;
    throw damaged(`the header at offset ${LENGTH_BYTES} must start with "{", found ${found}`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch (cause) {
    throw damaged(`the header at offset ${LENGTH_BYTES} is not valid UTF-8`, cause);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw damaged(`the header at offset ${LENGTH_BYTES} is not valid JSON: ${(cause as Error).message}`, cause);
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) {
    throw damaged(
      `the header names ${quote(duplicate.key)} twice (second time at header character ${duplicate.position})`,
    );
  }
  return parsed as Record<string, unknown>;
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) throw damaged(`${METADATA_KEY} must be an object of strings, found ${describe(value)}`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw damaged(`${METADATA_KEY}.${key} must be a string, found ${describe(text)}`);
  }
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown): HeaderEntry {
  const fail = (problem: string): CheckpointError => damaged(`tensor ${quote(name)}: ${problem}`);
  if (!isObject(value)) throw fail(`expected an object with dtype, shape and data_offsets, found ${describe(value)}`);
  for (const key of Object.keys(value)) {
    if (key !== 'dtype' && key !== 'shape' && key !== 'data_offsets') throw fail(`unknown key ${quote(key)}`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isWeightDtype(dtype)) {
    throw fail(`dtype must be one of ${Object.keys(DTYPE_BYTES).join(', ')}, found ${describe(dtype)}`);
  }
  if (!isWholeNumberList(shape))
    throw fail(`shape must be a list of non-negative whole numbers, found ${describe(shape)}`);
  if (!isWholeNumberList(offsets) || offsets.length !== 2) {
    throw fail(`data_offsets must be two non-negative whole numbers, found ${describe(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  if (end < begin) throw fail(`data_offsets end at ${end}, before they begin at ${begin}`);
  const expected = elementCount(shape) * DTYPE_BYTES[dtype];
  if (end - begin !== expected) {
    throw fail(
      `${dtype} of shape [${shape.join(', ')}] takes ${expected} bytes, but data_offsets [${begin}, ${end}] span ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** Every byte after the header must belong to exactly one tensor, so that nothing can hide in a file and none alias. */
function checkCoverage(header: Header, fileBytes: number): void {
  const available = fileBytes - header.dataStart;
  let covered = 0;
  let previous = 'the start of the data';
  for (const { name, begin, end } of [...header.entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (end > available) {
      throw damaged(
        `tensor ${quote(name)}: data_offsets [${begin}, ${end}] run past the ${available} bytes of data that follow ` +
          `the header at file offset ${header.dataStart} (is the file cut short?)`,
      );
    }
    if (begin < covered) {
      throw damaged(
        `tensor ${quote(name)}: data_offsets [${begin}, ${end}] overlap ${previous}, which ends at ${covered}`,
      );
    }
    if (begin > covered) {
      throw damaged(
        `tensor ${quote(name)}: begins at data offset ${begin}, leaving a gap of ${begin - covered} bytes after ${previous}`,
      );
    }
    covered = end;
    previous = `tensor ${quote(name)}`;
  }
  if (covered !== available) {
    throw damaged(
      `${available - covered} bytes at file offset ${header.dataStart + covered} belong to no tensor: the tensors end there`,
    );
  }
}

function isWholeNumberList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function describe(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function quote(name: string): string {
  return describe(name);
}

function damaged(problem: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`Not a valid safetensors file: ${problem}.`, cause === undefined ? undefined : { cause });
}
