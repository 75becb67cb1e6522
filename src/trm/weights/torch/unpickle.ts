import { CheckpointError } from '../../../core/errors.js';
import { ByteCursor } from './byte-cursor.js';
import {
  describeValue,
  PickleDict,
  PickleGlobal,
  type PickleKey,
  PickleTuple,
  type PickleValue,
  shorten,
} from './pickle-values.js';

/** What the pickle's names mean. Each method gets plain values and returns one, or throws a CheckpointError. */
export interface PickleSemantics {
  /** Called for every name the pickle refers to, before anything is done with it. */
  resolveGlobal(global: PickleGlobal): PickleValue;
  persistentLoad(id: PickleValue): PickleValue;
  /** The result of `callable(*args)` as the pickle would have Python compute it. */
  reduce(callable: PickleGlobal, args: readonly PickleValue[]): PickleValue;
  /** Applies the state that the pickle sets on an object. */
  build(target: PickleValue, state: PickleValue): void;
}

const MARK = Symbol('mark');
type StackItem = PickleValue | typeof MARK;

/**
 * Reads a pickle of protocol 2 to 5, restricted to the instructions that a saved state dict needs. Names and calls
 * go to `semantics`; this function itself knows no name, imports nothing and runs nothing. Work and memory are
 * linear in the size of the pickle.
 *
 * @throws CheckpointError for an instruction outside the list, with its code and offset, and for every malformation.
 */
export function unpickle(bytes: Uint8Array, semantics: PickleSemantics, source = 'data.pkl'): PickleValue {
  return new Unpickler(bytes, semantics, source).run();
}

class Unpickler {
  readonly #cursor: ByteCursor;
  readonly #semantics: PickleSemantics;
  readonly #source: string;
  readonly #memo = new Map<number, PickleValue>();
  readonly #stack: StackItem[] = [];
  #opcodeOffset = 0;

  constructor(bytes: Uint8Array, semantics: PickleSemantics, source: string) {
    this.#cursor = new ByteCursor(bytes, source);
    this.#semantics = semantics;
    this.#source = source;
  }

  run(): PickleValue {
    for (;;) {
      this.#opcodeOffset = this.#cursor.offset;
      const opcode = this.#cursor.uint8();
      if (opcode === 0x2e) return this.#stop();
      this.#execute(opcode);
    }
  }

  #checkProtocol(protocol: number): void {
    if (protocol < 2 || protocol > 5) throw this.#fail(`uses pickle protocol ${protocol}; 2 to 5 can be read`);
  }

  #stop(): PickleValue {
    const result = this.#pop();
    if (this.#stack.length > 0) throw this.#fail(`leaves ${this.#stack.length} values behind at its end`);
    return result;
  }

  #execute(opcode: number): void {
    const value = this.#produce(opcode);
    if (value !== undefined) this.#stack.push(value);
    else this.#act(opcode);
  }

  /** Instructions that yield a new value, by the names and codes of Python's `pickletools`. */
  #produce(opcode: number): PickleValue | undefined {
    const cursor = this.#cursor;
    switch (opcode) {
      case 0x4e: // NONE
        return null;
      case 0x88: // NEWTRUE
        return true;
      case 0x89: // NEWFALSE
        return false;
      case 0x4a: // BININT
        return cursor.int32();
      case 0x4b: // BININT1
        return cursor.uint8();
      case 0x4d: // BININT2
        return cursor.uint16();
      case 0x8a: // LONG1
        return this.#readLong(cursor.uint8());
      case 0x47: // BINFLOAT
        return cursor.float64BigEndian();
      case 0x8c: // SHORT_BINUNICODE
        return cursor.utf8(cursor.uint8());
      case 0x58: // BINUNICODE
        return cursor.utf8(cursor.uint32());
      case 0x8d: // BINUNICODE8
        return cursor.utf8(cursor.uint64());
      case 0x43: // SHORT_BINBYTES
        return cursor.bytes(cursor.uint8());
      case 0x42: // BINBYTES
        return cursor.bytes(cursor.uint32());
      case 0x8e: // BINBYTES8
        return cursor.bytes(cursor.uint64());
      case 0x5d: // EMPTY_LIST
        return [];
      case 0x7d: // EMPTY_DICT
        return new PickleDict(false);
      case 0x29: // EMPTY_TUPLE
        return new PickleTuple([]);
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return new PickleTuple(this.#popSeveral(opcode - 0x84));
      case 0x74: // TUPLE
        return new PickleTuple(this.#popToMark());
      case 0x68: // BINGET
        return this.#recall(cursor.uint8());
      case 0x6a: // LONG_BINGET
        return this.#recall(cursor.uint32());
      case 0x63: // GLOBAL
        return this.#semantics.resolveGlobal(new PickleGlobal(cursor.line(), cursor.line()));
      case 0x93: // STACK_GLOBAL
        return this.#stackGlobal();
      case 0x51: // BINPERSID
        return this.#semantics.persistentLoad(this.#pop());
      case 0x52: // REDUCE
        return this.#reduce();
      default:
        return undefined;
    }
  }

  /** Instructions that change what is there already. */
  #act(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        this.#checkProtocol(this.#cursor.uint8());
        break;
      case 0x95: // FRAME: a hint for readers of streams, without meaning here
        this.#cursor.uint64();
        break;
      case 0x28: // MARK
        this.#stack.push(MARK);
        break;
      case 0x71: // BINPUT
        this.#remember(this.#cursor.uint8());
        break;
      case 0x72: // LONG_BINPUT
        this.#remember(this.#cursor.uint32());
        break;
      case 0x94: // MEMOIZE
        this.#remember(this.#memo.size);
        break;
      case 0x61: // APPEND
        this.#append([this.#pop()]);
        break;
      case 0x65: // APPENDS
        this.#append(this.#popToMark());
        break;
      case 0x73: // SETITEM
        this.#setItems(this.#popSeveral(2));
        break;
      case 0x75: // SETITEMS
        this.#setItems(this.#popToMark());
        break;
      case 0x62: // BUILD
        this.#build();
        break;
      case 0x69: // INST
        throw this.#fail(
          `creates an object of ${shorten(`${this.#cursor.line()}.${this.#cursor.line()}`)}; it was not executed`,
        );
      default:
        throw this.#fail(
          `contains the instruction ${describeOpcode(opcode)}, which a saved state dict does not need; it was not executed`,
        );
    }
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined) throw this.#fail('takes a value from an empty stack');
    if (value === MARK) throw this.#fail('takes a value where a mark lies');
    return value;
  }

  #popSeveral(count: number): PickleValue[] {
    const values: PickleValue[] = [];
    for (let i = 0; i < count; i += 1) values.push(this.#pop());
    return values.reverse();
  }

  #popToMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#fail('refers to a mark that was never set');
    const values = this.#stack.splice(mark + 1) as PickleValue[];
    this.#stack.pop();
    return values;
  }

  #peek(): PickleValue {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }

  #append(values: readonly PickleValue[]): void {
    const list = this.#peek();
    if (!Array.isArray(list)) throw this.#fail(`appends to ${describeValue(list)} instead of a list`);
    for (const value of values) list.push(value);
  }

  #setItems(values: readonly PickleValue[]): void {
    const dict = this.#peek();
    if (!(dict instanceof PickleDict)) throw this.#fail(`sets items of ${describeValue(dict)} instead of a dict`);
    if (values.length % 2 !== 0) throw this.#fail('sets a dict item without a value');
    for (let i = 0; i < values.length; i += 2) dict.entries.set(this.#asKey(values[i]!), values[i + 1]!);
  }

  #asKey(value: PickleValue): PickleKey {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return value;
    throw this.#fail(`uses ${describeValue(value)} as a dict key; only strings, numbers, booleans and None are read`);
  }

  #remember(index: number): void {
    this.#memo.set(index, this.#peek());
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#fail(`refers to value ${index}, which it never stored`);
    return value;
  }

  #stackGlobal(): PickleValue {
    const [module, name] = this.#popSeveral(2);
    if (typeof module !== 'string' || typeof name !== 'string')
      throw this.#fail('names a global by something else than text');
    return this.#semantics.resolveGlobal(new PickleGlobal(module, name));
  }

  #reduce(): PickleValue {
    const [callable, args] = this.#popSeveral(2) as [PickleValue, PickleValue];
    if (!(callable instanceof PickleGlobal)) {
      throw this.#fail(`calls ${describeValue(callable)}; only known functions of torch are interpreted`);
    }
    if (!(args instanceof PickleTuple)) {
      throw this.#fail(`calls ${shorten(callable.qualifiedName)} with ${describeValue(args)} instead of a tuple`);
    }
    return this.#semantics.reduce(callable, args.items);
  }

  #build(): void {
    const state = this.#pop();
    this.#semantics.build(this.#peek(), state);
  }

  /** A little-endian two's complement number of `length` bytes; more than a safe integer is refused. */
  #readLong(length: number): number {
    if (length > 8) throw this.#fail(`contains a whole number of ${length} bytes; at most 8 are read`);
    let value = 0n;
    const digits = this.#cursor.bytes(length);
    for (let i = length - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(digits[i]!);
    const signed = Number(BigInt.asIntN(length * 8, value));
    if (!Number.isSafeInteger(signed)) throw this.#fail('contains a whole number beyond 2^53');
    return signed;
  }

  #fail(problem: string): CheckpointError {
    return new CheckpointError(`${this.#source} ${problem} (offset ${this.#opcodeOffset}).`);
  }
}

/** Instructions that old or hostile pickles use to make objects, named so that the refusal can be understood. */
const REFUSED_OPCODES: Readonly<Record<number, string>> = {
  111: 'OBJ (create an object)',
  129: 'NEWOBJ (create an object)',
  146: 'NEWOBJ_EX (create an object)',
  80: 'PERSID (persistent id as text)',
  130: 'EXT1 (registered extension)',
  131: 'EXT2 (registered extension)',
  132: 'EXT4 (registered extension)',
};

function describeOpcode(opcode: number): string {
  const name = REFUSED_OPCODES[opcode];
  return name === undefined ? hex(opcode) : `${hex(opcode)} ${name}`;
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
