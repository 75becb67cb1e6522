import { CheckpointError } from '../../../core/errors.js';
import { DTYPE_BYTES, elementCount, type WeightDtype } from '../weight-tensor.js';
import {
  describeValue,
  PickleDict,
  PickleGlobal,
  PickleTuple,
  type PickleValue,
  StorageReference,
  shorten,
  TensorReference,
} from './pickle-values.js';
import type { PickleSemantics } from './unpickle.js';

/** Storage classes by the name that `torch.save` writes; an untyped storage counts bytes. */
const STORAGE_DTYPES: Readonly<Record<string, WeightDtype | 'untyped'>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  'torch.UntypedStorage': 'untyped',
  'torch.storage.UntypedStorage': 'untyped',
  'torch.storage.TypedStorage': 'untyped',
};

const TORCH_DTYPES: Readonly<Record<string, WeightDtype>> = {
  'torch.float64': 'F64',
  'torch.float32': 'F32',
  'torch.float16': 'F16',
  'torch.bfloat16': 'BF16',
  'torch.int64': 'I64',
  'torch.int32': 'I32',
  'torch.int16': 'I16',
  'torch.int8': 'I8',
  'torch.uint8': 'U8',
  'torch.bool': 'BOOL',
};

const ORDERED_DICT = 'collections.OrderedDict';
const REBUILD_TENSOR_V2 = 'torch._utils._rebuild_tensor_v2';
const REBUILD_TENSOR_V3 = 'torch._utils._rebuild_tensor_v3';
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';
const CALLABLE: ReadonlySet<string> = new Set([ORDERED_DICT, REBUILD_TENSOR_V2, REBUILD_TENSOR_V3, REBUILD_PARAMETER]);

/** More axes than PyTorch itself allows for a tensor. */
const MAX_RANK = 64;

/**
 * The meaning of the few names that a saved state dict uses. Everything else is refused by name before it can have
 * any effect; what is known is interpreted here as data, so no Python or JavaScript of the file's choosing ever runs.
 */
export const torchSemantics: PickleSemantics = {
  resolveGlobal(global) {
    const name = global.qualifiedName;
    if (CALLABLE.has(name) || Object.hasOwn(STORAGE_DTYPES, name) || Object.hasOwn(TORCH_DTYPES, name)) return global;
    throw new CheckpointError(
      `The checkpoint refers to ${shorten(name)}, which is not part of a plain state dict; it was not executed. ` +
        'Save only tensors: torch.save(model.state_dict(), path).',
    );
  },

  persistentLoad(id) {
    const [kind, storageClass, key, , length, ...rest] = id instanceof PickleTuple ? id.items : [];
    if (kind !== 'storage' || rest.length > 1) {
      throw new CheckpointError(`Expected a persistent id of a storage, found ${describeValue(id)}.`);
    }
    const dtype = storageClass instanceof PickleGlobal ? own(STORAGE_DTYPES, storageClass.qualifiedName) : undefined;
    if (dtype === undefined) {
      throw new CheckpointError(
        `A storage names its class as ${describeValue(storageClass ?? null)}; expected a torch storage.`,
      );
    }
    if (typeof key !== 'string' || !isCount(length)) {
      throw new CheckpointError('A storage needs a key as text and a non-negative whole number of elements.');
    }
    return new StorageReference(key, dtype === 'untyped' ? undefined : dtype, length);
  },

  reduce(callable, args) {
    switch (callable.qualifiedName) {
      case ORDERED_DICT:
        // Python 3 fills it by SETITEMS afterwards. Copying a shared list here could grow beyond the file's size.
        if (args.length > 0) throw unexpectedArguments(callable, args);
        return new PickleDict(true);
      case REBUILD_TENSOR_V2:
        return rebuildTensor(callable, args, undefined);
      case REBUILD_TENSOR_V3:
        return rebuildTensor(callable, args, args[6]);
      case REBUILD_PARAMETER:
        if (!(args[0] instanceof TensorReference)) throw unexpectedArguments(callable, args);
        return args[0];
      default:
        throw new CheckpointError(
          `The checkpoint calls ${shorten(callable.qualifiedName)}, which is not a function; it was not executed.`,
        );
    }
  },

  build(target, state) {
    // A module's state dict carries its versions as an attribute; tensors are all we need of it.
    const isStateDict = target instanceof PickleDict && target.ordered;
    const keys = state instanceof PickleDict ? [...state.entries.keys()] : undefined;
    if (!isStateDict || keys === undefined || keys.some((key) => key !== '_metadata')) {
      const what = keys === undefined ? describeValue(state) : `the attributes ${shorten(keys.map(String).join(', '))}`;
      throw new CheckpointError(
        `The checkpoint sets ${what} on ${describeValue(target)}; only _metadata of an OrderedDict is expected. It was not executed.`,
      );
    }
  },
};

function rebuildTensor(
  callable: PickleGlobal,
  args: readonly PickleValue[],
  dtypeArgument: PickleValue | undefined,
): TensorReference {
  const [storage, offset, size, stride] = args;
  if (!(storage instanceof StorageReference)) throw unexpectedArguments(callable, args);
  const shape = countsOf(size);
  const strides = countsOf(stride);
  if (!isCount(offset) || shape === undefined || strides === undefined || shape.length !== strides.length) {
    throw new CheckpointError(
      `A tensor of storage ${shorten(storage.key)} has offset ${show(offset)}, size ${show(size)} and stride ${show(stride)}; ` +
        'expected non-negative whole numbers, with as many strides as sizes.',
    );
  }
  if (shape.length > MAX_RANK)
    throw new CheckpointError(`A tensor has ${shape.length} axes; at most ${MAX_RANK} are possible.`);
  const dtype = dtypeArgument === undefined ? (storage.dtype ?? 'U8') : dtypeOf(dtypeArgument);
  const view = { dtype, offset, shape, strides };
  checkInside(storage, view);
  return new TensorReference(storage, view);
}

/** Refuses a view that reaches outside its storage, or that is larger than it because it repeats elements. */
function checkInside(
  storage: StorageReference,
  view: { dtype: WeightDtype; offset: number; shape: readonly number[]; strides: readonly number[] },
): void {
  const storageBytes = storage.length * (storage.dtype === undefined ? 1 : DTYPE_BYTES[storage.dtype]);
  const available = Math.floor(storageBytes / DTYPE_BYTES[view.dtype]);
  const count = elementCount(view.shape);
  const what = `A tensor of size [${view.shape.join(', ')}], stride [${view.strides.join(', ')}] and offset ${view.offset}`;
  const last = view.shape.reduce((position, size, axis) => position + (size - 1) * view.strides[axis]!, view.offset);
  if (count > 0 && last >= available) {
    throw new CheckpointError(
      `${what} reaches element ${last} of storage ${shorten(storage.key)}, which has ${available} elements.`,
    );
  }
  if (count > available) {
    throw new CheckpointError(
      `${what} has ${count} elements, more than the ${available} of its storage ${shorten(storage.key)}. ` +
        'An expanded tensor must be made contiguous before it is saved.',
    );
  }
}

function dtypeOf(value: PickleValue): WeightDtype {
  const dtype = value instanceof PickleGlobal ? own(TORCH_DTYPES, value.qualifiedName) : undefined;
  if (dtype === undefined)
    throw new CheckpointError(`A tensor names its dtype as ${describeValue(value)}; expected a torch dtype.`);
  return dtype;
}

function countsOf(value: PickleValue | undefined): readonly number[] | undefined {
  return value instanceof PickleTuple && value.items.every(isCount) ? (value.items as readonly number[]) : undefined;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function show(value: PickleValue | undefined): string {
  if (value instanceof PickleTuple) return `(${shorten(value.items.map((item) => show(item)).join(', '))})`;
  return typeof value === 'number' ? String(value) : describeValue(value ?? null);
}

function unexpectedArguments(callable: PickleGlobal, args: readonly PickleValue[]): CheckpointError {
  const list = shorten(args.map((item) => describeValue(item)).join(', '));
  return new CheckpointError(
    `The checkpoint calls ${callable.qualifiedName} with (${list}), which is not what torch.save writes; it was not executed.`,
  );
}
