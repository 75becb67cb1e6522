import { type FileHandle, open } from 'node:fs/promises';
import { CheckpointError } from '../../core/errors.js';
import { MAX_HEADER_BYTES } from './safetensors.js';

/** The two formats that weights come in. */
export type CheckpointKind = 'torch' | 'safetensors';

const HEAD_BYTES = 64;

/**
 * Tells a checkpoint's format from the first bytes of the file; its name does not matter.
 *
 * @throws CheckpointError, with the path in its message, when the file is missing, unreadable, empty or of another
 *   format; formats that people hand over by mistake get a hint.
 */
export async function identifyCheckpoint(path: string): Promise<CheckpointKind> {
  return await namingFile(path, async () => {
    const file = await open(path, 'r');
    try {
      return kindOf(await readHead(file));
    } finally {
      await file.close();
    }
  });
}

/** Runs `work` and puts the path before the message of what it throws, as a CheckpointError. */
export async function namingFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (CheckpointError.isInstance(error))
      throw new CheckpointError(`${path}: ${error.message}`, { cause: error.cause });
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const problem = error.code === 'ENOENT' ? 'There is no such file.' : `The file cannot be read: ${error.message}`;
    throw new CheckpointError(`${path}: ${problem}`, { cause: error });
  }
}

async function readHead(file: FileHandle): Promise<Uint8Array> {
  const stats = await file.stat();
  if (!stats.isFile()) throw new CheckpointError('Expected a checkpoint file, found a directory or a device.');
  if (stats.size === 0) throw new CheckpointError('The file is empty.');
  const head = new Uint8Array(Math.min(HEAD_BYTES, stats.size));
  const { bytesRead } = await file.read(head, 0, head.byteLength, 0);
  return head.subarray(0, bytesRead);
}

function kindOf(head: Uint8Array): CheckpointKind {
  // A header length can look like any magic number of a few bytes, so the brace behind it is looked at first.
  if (hasPlausibleHeaderLength(head) && head[8] === 0x7b) return 'safetensors';
  if (startsWith(head, 'PK\x03\x04') || startsWith(head, 'PK\x05\x06')) return 'torch';
  const hint = hintFor(head);
  if (hint !== undefined) throw new CheckpointError(hint);
  // Damaged, but most likely meant as one; its reader says what is wrong.
  if (head.byteLength < 9 || hasPlausibleHeaderLength(head)) return 'safetensors';
  throw new CheckpointError('This is neither a safetensors file nor a zip archive of torch.save.');
}

function hasPlausibleHeaderLength(head: Uint8Array): boolean {
  if (head.byteLength < 8) return false;
  const length = new DataView(head.buffer, head.byteOffset, head.byteLength).getBigUint64(0, true);
  return length <= BigInt(MAX_HEADER_BYTES);
}

function hintFor(head: Uint8Array): string | undefined {
  if (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5) {
    return (
      'This is a bare pickle, such as torch.save wrote before PyTorch 1.6. Load it with PyTorch and save it again: ' +
      'torch.save(torch.load(path, weights_only=True), new_path).'
    );
  }
  if (startsWith(head, 'version https://git-lfs')) {
    return 'This is a Git LFS pointer; fetch the file itself with: git lfs pull.';
  }
  const other = OTHER_FORMATS.find(([magic]) => startsWith(head, magic));
  return other && `This looks like ${other[1]}; a safetensors file or a checkpoint of torch.save is needed.`;
}

const OTHER_FORMATS: readonly (readonly [magic: string, name: string])[] = [
  ['GGUF', 'a GGUF file'],
  ['\x89HDF', 'an HDF5 file'],
  ['\x93NUMPY', 'a NumPy array'],
  ['\x1f\x8b', 'a gzip file'],
  ['<', 'an HTML or XML page, perhaps of a failed download'],
  ['{', 'a JSON file'],
];

function startsWith(head: Uint8Array, magic: string): boolean {
  return [...magic].every((char, index) => head[index] === char.charCodeAt(0));
}
