import { type FileHandle, open } from 'node:fs/promises';
import { CheckpointError } from '../../core/errors.js';
import { identifyCheckpoint, namingFile } from './checkpoint-kind.js';
import { readSafetensors } from './safetensors.js';
import { readTorchCheckpoint } from './torch-checkpoint.js';
import type { TensorMap } from './weight-tensor.js';

/** Largest `ArrayBuffer` of the Node versions supported, which a safetensors file has to fit into. */
const MAX_FILE_BYTES = 4 * 1024 ** 3 - 1;
/** Node refuses single reads of 2 GiB and more. */
const READ_CHUNK_BYTES = 256 * 1024 * 1024;

/**
 * Reads a checkpoint of either kind, told apart by what is in the file, not by its name: a zip archive of
 * `torch.save`, or safetensors. Names are as in the file; see `normalizeStateDict`.
 *
 * @throws CheckpointError, with the path in its message, when the file is missing, unreadable, empty, of another
 *   format or damaged.
 */
export async function readCheckpoint(path: string): Promise<TensorMap> {
  const kind = await identifyCheckpoint(path);
  if (kind === 'torch') return await readTorchCheckpoint(path);
  return await namingFile(path, async () => readSafetensors(await readWholeFile(path)));
}

async function readWholeFile(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > MAX_FILE_BYTES) {
      throw new CheckpointError(
        `The file has ${size} bytes; safetensors files up to ${MAX_FILE_BYTES} bytes are read.`,
      );
    }
    return await readBytes(file, size);
  } finally {
    await file.close();
  }
}

async function readBytes(file: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, Math.min(READ_CHUNK_BYTES, length - filled), filled);
    if (bytesRead === 0) throw new CheckpointError(`The file ended at ${filled} of ${length} bytes while it was read.`);
    filled += bytesRead;
  }
  return bytes;
}
