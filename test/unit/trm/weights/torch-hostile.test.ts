import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTorchCheckpoint } from '../../../../src/trm/weights/index.js';
import { checkpointErrorOf, fixture, temporaryFiles } from './fixtures.js';
import { float32Bytes, PickleAssembler, torchArchive } from './torch-writer.js';

const write = temporaryFiles();
const SIX = float32Bytes([0, 1, 2, 3, 4, 5]);

async function refusal(bytes: Uint8Array): Promise<string> {
  const path = await write(bytes);
  const { message } = await checkpointErrorOf(() => readTorchCheckpoint(path));
  expect(message.startsWith(`${path}: `)).toBe(true);
  return message;
}

describe('a hostile pickle is refused by name and has no effect', () => {
  it.each(['system-2', 'system-4', 'eval-2', 'eval-4'])('written by Python: %s', async (name) => {
    const { message } = await checkpointErrorOf(() => readTorchCheckpoint(fixture(`torch/hostile-${name}.pt`)));
    expect(message).toMatch(
      name.startsWith('system')
        ? /refers to posix\.system, .* not executed/
        : /refers to (__builtin__|builtins)\.eval, .* not executed/,
    );
    expect(existsSync('executed-by-pickle')).toBe(false);
  });

  const command = (p: PickleAssembler): PickleAssembler => p.mark().text('touch executed-by-pickle').tuple();
  it.each<[string, (p: PickleAssembler) => PickleAssembler, RegExp]>([
    ['os.system', (p) => command(p.global('os', 'system')).reduce(), /refers to os\.system/],
    ['nt.system', (p) => command(p.global('nt', 'system')).reduce(), /refers to nt\.system/],
    ['subprocess.Popen', (p) => command(p.global('subprocess', 'Popen')).reduce(), /refers to subprocess\.Popen/],
    ['builtins.exec', (p) => command(p.global('builtins', 'exec')).reduce(), /refers to builtins\.exec/],
    ['builtins.getattr', (p) => command(p.global('builtins', 'getattr')).reduce(), /refers to builtins\.getattr/],
    [
      'importlib.import_module',
      (p) => command(p.global('importlib', 'import_module')).reduce(),
      /refers to importlib\.import_module/,
    ],
    ['torch.load', (p) => command(p.global('torch', 'load')).reduce(), /refers to torch\.load/],
    ['torch.hub.load', (p) => command(p.global('torch.hub', 'load')).reduce(), /refers to torch\.hub\.load/],
    [
      'a dotted name',
      (p) => command(p.global('torch', '_utils.os.system')).reduce(),
      /refers to torch\._utils\.os\.system/,
    ],
    ['a name of Object.prototype', (p) => p.global('constructor', 'constructor'), /refers to constructor\.constructor/],
    ['__proto__', (p) => p.global('__proto__', '__proto__'), /refers to __proto__\.__proto__/],
    ['STACK_GLOBAL', (p) => command(p.text('os').text('system').raw(0x93)).reduce(), /refers to os\.system/],
    ['STACK_GLOBAL of numbers', (p) => p.int(1).int(2).raw(0x93), /names a global by something else than text/],
    [
      'INST',
      (p) =>
        p
          .mark()
          .text('x')
          .raw(0x69, ...new TextEncoder().encode('os\nsystem\n')),
      /creates an object of os\.system/,
    ],
    ['OBJ', (p) => p.mark().global('collections', 'OrderedDict').raw(0x6f), /instruction 0x6f OBJ/],
    ['NEWOBJ', (p) => p.global('collections', 'OrderedDict').emptyTuple().raw(0x81), /instruction 0x81 NEWOBJ/],
    ['an extension code', (p) => p.raw(0x82, 1), /instruction 0x82 EXT1/],
    [
      'calling the result of a call',
      (p) => command(p.orderedDict()).reduce(),
      /calls a OrderedDict of 0; only known functions/,
    ],
    [
      'calling a call of a forbidden name',
      (p) => command(command(p.global('builtins', 'getattr')).reduce()).reduce(),
      /refers to builtins\.getattr/,
    ],
    ['calling text', (p) => command(p.text('os.system')).reduce(), /calls the string "os\.system"/],
    [
      'calling a storage class',
      (p) => command(p.global('torch', 'FloatStorage')).reduce(),
      /calls torch\.FloatStorage, which is not a function/,
    ],
    [
      'calling a dtype',
      (p) => command(p.global('torch', 'float32')).reduce(),
      /calls torch\.float32, which is not a function/,
    ],
    [
      'OrderedDict with arguments',
      (p) => command(p.global('collections', 'OrderedDict')).reduce(),
      /calls collections\.OrderedDict with \(the string/,
    ],
    [
      'arguments that are no tuple',
      (p) => p.global('collections', 'OrderedDict').text('x').reduce(),
      /with the string "x" instead of a tuple/,
    ],
    [
      'a tensor of no storage',
      (p) => command(p.global('torch._utils', '_rebuild_tensor_v2')).reduce(),
      /not what torch\.save writes/,
    ],
    [
      'a parameter of no tensor',
      (p) => command(p.global('torch._utils', '_rebuild_parameter')).reduce(),
      /not what torch\.save writes/,
    ],
    [
      '__setstate__ on an OrderedDict',
      (p) => p.orderedDict().emptyDict().text('__setstate__').int(1).setItem().build(),
      /sets the attributes __setstate__ on a OrderedDict/,
    ],
    [
      '__class__ on an OrderedDict',
      (p) => p.orderedDict().emptyDict().text('__class__').int(1).setItem().build(),
      /sets the attributes __class__/,
    ],
    ['state that is no dict', (p) => p.orderedDict().text('x').build(), /sets the string "x" on a OrderedDict/],
    ['state on a plain dict', (p) => p.emptyDict().emptyDict().build(), /on a dict of 0; only _metadata/],
    ['state on a tensor', (p) => p.tensor().emptyDict().build(), /on a tensor; only _metadata/],
    [
      'state on a global',
      (p) => p.global('torch', 'FloatStorage').emptyDict().build(),
      /on the global torch\.FloatStorage/,
    ],
    [
      'a persistent id that is text',
      (p) => p.text('file:///etc/passwd').raw(0x51),
      /Expected a persistent id of a storage, found the string/,
    ],
    [
      'a persistent id of another kind',
      (p) => p.mark().text('module').text('x').tuple().raw(0x51),
      /Expected a persistent id of a storage/,
    ],
    [
      'a storage class that is text',
      (p) => p.mark().text('storage').text('FloatStorage').text('0').text('cpu').int(6).tuple().raw(0x51),
      /names its class as the string/,
    ],
    ['a storage of negative length', (p) => p.storage({ length: -1 }), /non-negative whole number of elements/],
  ])('%s', async (_, hostile, message) => {
    const pickle = hostile(new PickleAssembler().emptyDict().text('x')).setItem().finish();
    expect(await refusal(torchArchive(pickle, [SIX]))).toMatch(message);
    expect(existsSync('executed-by-pickle')).toBe(false);
  });

  it('of protocol 0, too', async () => {
    const pickle = new TextEncoder().encode("cos\nsystem\n(S'touch executed-by-pickle'\ntR.");
    expect(await refusal(torchArchive(pickle, []))).toMatch(/refers to os\.system/);
  });
});

describe('a malformed pickle is refused with its offset', () => {
  it.each<[string, readonly number[], RegExp]>([
    ['nothing at all', [], /data\.pkl ends too early: 1 bytes expected at offset 0/],
    ['no STOP', [0x80, 2, 0x7d], /ends too early: 1 bytes expected at offset 3, 0 are left/],
    ['protocol 6', [0x80, 6, 0x7d, 0x2e], /uses pickle protocol 6; 2 to 5 can be read \(offset 0\)/],
    ['an empty stack at the end', [0x80, 2, 0x2e], /takes a value from an empty stack \(offset 2\)/],
    ['values left behind', [0x80, 2, 0x7d, 0x7d, 0x2e], /leaves 1 values behind/],
    ['a mark as value', [0x80, 2, 0x28, 0x2e], /takes a value where a mark lies/],
    ['a mark never set', [0x80, 2, 0x74, 0x2e], /mark that was never set/],
    ['an unknown memo', [0x80, 2, 0x68, 7, 0x2e], /refers to value 7, which it never stored/],
    [
      'text cut short',
      [0x80, 2, 0x58, 0xff, 0xff, 0xff, 0x7f, 0x61],
      /2147483647 bytes expected at offset 7, 1 are left/,
    ],
    [
      'text beyond 2^53',
      [0x95, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      /length 18446744073709551615 at offset 1 is not possible/,
    ],
    ['text that is not UTF-8', [0x80, 2, 0x8c, 1, 0xff, 0x2e], /text at offset 4 is not valid UTF-8/],
    ['a global without line end', [0x63, 0x6f, 0x73], /line at offset 1 does not end/],
    ['an item of a list', [0x80, 2, 0x5d, 0x4b, 1, 0x4b, 2, 0x73, 0x2e], /sets items of a list of 0/],
    ['an append to a dict', [0x80, 2, 0x7d, 0x4b, 1, 0x61, 0x2e], /appends to a dict of 0/],
    ['a key without value', [0x80, 2, 0x7d, 0x28, 0x4b, 1, 0x75, 0x2e], /dict item without a value/],
    ['a tuple as key', [0x80, 2, 0x7d, 0x29, 0x4b, 1, 0x73, 0x2e], /uses a tuple of 0 as a dict key/],
    ['a whole number of 9 bytes', [0x80, 2, 0x8a, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0x2e], /whole number of 9 bytes/],
    [
      'a whole number beyond 2^53',
      [0x80, 2, 0x8a, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x2e],
      /beyond 2\^53/,
    ],
    [
      'an instruction torch does not write',
      [0x80, 2, 0x32, 0x2e],
      /instruction 0x32, which a saved state dict does not need/,
    ],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(torchArchive(Uint8Array.from(bytes), []))).toMatch(message);
  });

  it.each<[string, (p: PickleAssembler) => PickleAssembler, RegExp]>([
    ['a single tensor', (p) => p.tensor(), /holds a tensor; expected a state dict/],
    ['a list', (p) => p.raw(0x5d), /holds a list of 0/],
    ['text', (p) => p.text('x'), /holds the string "x"/],
    [
      'a dict of numbers',
      (p) => p.emptyDict().text('x').int(1).setItem(),
      /Entry "x" of the checkpoint is number 1; expected only names with tensors/,
    ],
    [
      'a dict with number keys',
      (p) => p.emptyDict().int(3).tensor().setItem(),
      /Entry 3 of the checkpoint is a tensor; expected only names/,
    ],
    [
      'a dict that contains itself',
      (p) => p.emptyDict().raw(0x71, 0).text('model').raw(0x68, 0).setItem(),
      /nests .* more than 4 levels deep/,
    ],
  ])('no state dict: %s', async (_, content, message) => {
    expect(await refusal(torchArchive(content(new PickleAssembler()).finish(), [SIX]))).toMatch(message);
  });
});
