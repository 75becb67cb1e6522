/** What our unpickler can hold. Nothing in here is ever called: a global is a pair of names, a tensor a description. */

import type { WeightDtype } from '../weight-tensor.js';

/** A name that the pickle refers to, such as `torch._utils` `_rebuild_tensor_v2`. Only a name: nothing is imported. */
export class PickleGlobal {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
  get qualifiedName(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An immutable sequence; Python lists are plain arrays, so that the two stay apart. */
export class PickleTuple {
  readonly items: readonly PickleValue[];
  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** A dict or an OrderedDict, in insertion order. */
export class PickleDict {
  readonly ordered: boolean;
  readonly entries = new Map<PickleKey, PickleValue>();
  constructor(ordered: boolean) {
    this.ordered = ordered;
  }
}

/** A storage: the bytes of one `data/<key>` entry of the archive. `dtype` is undefined for an untyped storage. */
export class StorageReference {
  readonly key: string;
  readonly dtype: WeightDtype | undefined;
  /** Number of elements of `dtype`; of bytes for an untyped storage. */
  readonly length: number;
  constructor(key: string, dtype: WeightDtype | undefined, length: number) {
    this.key = key;
    this.dtype = dtype;
    this.length = length;
  }
}

/** A strided view of a storage; offset and strides count elements of `dtype`. */
export class TensorReference {
  readonly storage: StorageReference;
  readonly dtype: WeightDtype;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  constructor(
    storage: StorageReference,
    view: { dtype: WeightDtype; offset: number; shape: readonly number[]; strides: readonly number[] },
  ) {
    this.storage = storage;
    this.dtype = view.dtype;
    this.offset = view.offset;
    this.shape = view.shape;
    this.strides = view.strides;
  }
}

/** What a dict of a checkpoint may have as key. */
export type PickleKey = string | number | boolean | null;

export type PickleValue =
  | PickleKey
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | StorageReference
  | TensorReference;

/** A short name of a value's kind for error messages. */
export function describeValue(value: PickleValue): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return `the string ${JSON.stringify(shorten(value))}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value} ${String(value)}`;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof PickleTuple) return `a tuple of ${value.items.length}`;
  if (value instanceof PickleDict) return `a ${value.ordered ? 'OrderedDict' : 'dict'} of ${value.entries.size}`;
  if (value instanceof PickleGlobal) return `the global ${shorten(value.qualifiedName)}`;
  return value instanceof StorageReference ? 'a storage' : 'a tensor';
}

/** Cuts long text from a file so that an error message stays readable. */
export function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
