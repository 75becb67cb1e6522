import { CheckpointError } from '../../core/errors.js';
import { identifyCheckpoint, namingFile } from './checkpoint-kind.js';
import { openTorchArchive, type TorchArchive } from './torch/archive.js';
import { isContiguous, materialize } from './torch/materialize.js';
import {
  describeValue,
  PickleDict,
  type PickleValue,
  type StorageReference,
  shorten,
  TensorReference,
} from './torch/pickle-values.js';
import { torchSemantics } from './torch/torch-semantics.js';
import { unpickle } from './torch/unpickle.js';
import { DTYPE_BYTES, elementCount, type TensorMap } from './weight-tensor.js';

/** Names under which training scripts put a state dict beside other things, in the order they are looked for. */
const WRAPPERS = ['model_state_dict', 'state_dict', 'model'] as const;

/** Descriptions of tensors, not their data: a state dict of thousands of tensors takes well under one megabyte. */
const MAX_PICKLE_BYTES = 64 * 1024 * 1024;
/** Largest `ArrayBuffer` of the Node versions supported, and more than the reference's largest checkpoint. */
const MAX_STORAGE_BYTES = 4 * 1024 ** 3 - 1;
const MAX_WRAPPER_DEPTH = 4;

/**
 * Reads a checkpoint of `torch.save` (zip archive with a pickle, PyTorch 1.6 or newer; the reference writes them as
 * `step_N`). The pickle is interpreted, never executed: only descriptions of tensors are understood, any other name
 * or call is refused. Accepts a state dict as such or under `model_state_dict`, `state_dict` or `model`.
 *
 * Names are as in the file; see `normalizeStateDict`. Tensors that share a storage share its bytes; transposed and
 * other strided tensors come out row-major. Memory stays within about twice the size of the file.
 *
 * @throws CheckpointError, with the path in its message, when the file is missing or damaged, is not a state dict, or refers to anything but tensors.
 */
export async function readTorchCheckpoint(path: string): Promise<TensorMap> {
  const kind = await identifyCheckpoint(path);
  return await namingFile(path, async () => {
    if (kind !== 'torch') throw new CheckpointError('This is a safetensors file, not a checkpoint of torch.save.');
    const archive = await openTorchArchive(path);
    try {
      const bigEndian = await readsBigEndian(archive);
      const root = unpickle(await archive.read('data.pkl', MAX_PICKLE_BYTES), torchSemantics);
      return await readTensors(findStateDict(root), archive, bigEndian);
    } finally {
      archive.close();
    }
  });
}

async function readsBigEndian(archive: TorchArchive): Promise<boolean> {
  // Archives from before the entry was introduced are taken as little-endian, as PyTorch does.
  if (!archive.has('byteorder')) return false;
  const order = new TextDecoder().decode(await archive.read('byteorder', 64)).trim();
  if (order !== 'little' && order !== 'big') {
    throw new CheckpointError(`The checkpoint's byteorder is ${JSON.stringify(order)}; expected "little" or "big".`);
  }
  return order === 'big';
}

function findStateDict(root: PickleValue): ReadonlyMap<string, TensorReference> {
  let current = root;
  for (let depth = 0; depth <= MAX_WRAPPER_DEPTH; depth += 1) {
    if (!(current instanceof PickleDict)) {
      throw new CheckpointError(
        `The checkpoint holds ${describeValue(current)}; expected a state dict (names to tensors).`,
      );
    }
    const { entries } = current;
    const wrapper = WRAPPERS.find((name) => entries.get(name) instanceof PickleDict);
    if (wrapper === undefined) return tensorsOnly(current);
    current = entries.get(wrapper)!;
  }
  throw new CheckpointError(`The checkpoint nests ${WRAPPERS.join(', ')} more than ${MAX_WRAPPER_DEPTH} levels deep.`);
}

function tensorsOnly(dict: PickleDict): ReadonlyMap<string, TensorReference> {
  const tensors = new Map<string, TensorReference>();
  for (const [name, value] of dict.entries) {
    if (typeof name !== 'string' || !(value instanceof TensorReference)) {
      throw new CheckpointError(
        `Entry ${shorten(JSON.stringify(name))} of the checkpoint is ${describeValue(value)}; expected only names with tensors, ` +
          `or a state dict under ${WRAPPERS.join(', ')}.`,
      );
    }
    tensors.set(name, value);
  }
  return tensors;
}

async function readTensors(
  references: ReadonlyMap<string, TensorReference>,
  archive: TorchArchive,
  bigEndian: boolean,
): Promise<TensorMap> {
  checkCopies(references, archive, bigEndian);
  const storages = new Map<string, Uint8Array>();
  const tensors: TensorMap = new Map();
  for (const [name, reference] of references) {
    checkStorageSize(name, reference.storage, archive);
    const { key } = reference.storage;
    const bytes = storages.get(key) ?? (await archive.read(`data/${key}`, MAX_STORAGE_BYTES));
    storages.set(key, bytes);
    tensors.set(name, materialize(reference, bytes, bigEndian));
  }
  return tensors;
}

/** A small file may describe the same storage many times over; what has to be copied may not exceed the file. */
function checkCopies(
  references: ReadonlyMap<string, TensorReference>,
  archive: TorchArchive,
  bigEndian: boolean,
): void {
  let copied = 0;
  for (const [name, reference] of references) {
    if (isContiguous(reference) && !bigEndian) continue;
    copied += elementCount(reference.shape) * DTYPE_BYTES[reference.dtype];
    if (copied > archive.fileBytes) {
      throw new CheckpointError(
        `Tensor ${shorten(name)}: the checkpoint describes more strided tensors than its ${archive.fileBytes} bytes hold. ` +
          'Make them contiguous and save again.',
      );
    }
  }
}

function checkStorageSize(name: string, storage: StorageReference, archive: TorchArchive): void {
  const entry = `data/${storage.key}`;
  if (!archive.has(entry)) {
    throw new CheckpointError(`Tensor ${shorten(name)}: the checkpoint's archive lacks its storage ${shorten(entry)}.`);
  }
  const expected = storage.length * (storage.dtype === undefined ? 1 : DTYPE_BYTES[storage.dtype]);
  if (archive.size(entry) !== expected) {
    throw new CheckpointError(
      `Tensor ${shorten(name)}: its storage ${shorten(entry)} should have ${expected} bytes, but has ${archive.size(entry)}.`,
    );
  }
}
