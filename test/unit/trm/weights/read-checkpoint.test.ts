import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, readTorchCheckpoint } from '../../../../src/trm/weights/index.js';
import { checkpointErrorOf, fixture, temporaryFiles } from './fixtures.js';

const write = temporaryFiles();

describe('readCheckpoint', () => {
  it('tells the formats apart by content, whatever the file is called', async () => {
    expect((await readCheckpoint(fixture('golden/attention-64.weights.safetensors'))).size).toBe(15);
    expect(await readCheckpoint(fixture('torch/step_12'))).toEqual(await readTorchCheckpoint(fixture('torch/step_12')));
  });

  it.each([
    ['a pickle', 0x280],
    ['gzip', 0x8b1f],
    ['XML', 0x3c],
    ['JSON', 0x7b],
  ])('is not misled by a header length whose first bytes look like %s', async (_, headerBytes) => {
    const header = '{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'.padEnd(headerBytes);
    const bytes = new Uint8Array(8 + headerBytes);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
    bytes.set(new TextEncoder().encode(header), 8);
    expect([...(await readCheckpoint(await write(bytes))).keys()]).toEqual(['x']);
  });

  it.each<[string, Uint8Array | string, RegExp]>([
    ['an empty file', '', /The file is empty/],
    ['a file of three bytes', 'abc', /Not a valid safetensors file: expected at least 8 bytes/],
    ['a bare pickle', Uint8Array.of(0x80, 4, 0x95, 0x7d), /bare pickle.*weights_only=True/],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
      /Git LFS pointer.*git lfs pull/,
    ],
    ['an HTML page', '<!DOCTYPE html><html></html>', /an HTML or XML page/],
    ['JSON', '{"hidden_size": 64}', /a JSON file/],
    ['GGUF', 'GGUF\x03\0\0\0\0\0\0\0', /a GGUF file/],
    ['HDF5', Uint8Array.from('\x89HDF\r\n\x1a\n\0', (char) => char.charCodeAt(0)), /an HDF5 file/],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), /a gzip file/],
    ['text', 'The quick brown fox jumps over the lazy dog', /neither a safetensors file nor a zip archive/],
    ['another zip', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0), /zip archive cannot be read/],
  ])('refuses %s', async (_, content, message) => {
    const path = await write(content);
    const error = await checkpointErrorOf(() => readCheckpoint(path));
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(`${path}: `)).toBe(true);
    expect(error.message.indexOf(path)).toBe(error.message.lastIndexOf(path));
  });

  it('refuses a missing file and a directory', async () => {
    expect((await checkpointErrorOf(() => readCheckpoint('no-such-folder/step_1'))).message).toBe(
      'no-such-folder/step_1: There is no such file.',
    );
    expect((await checkpointErrorOf(() => readCheckpoint(tmpdir()))).message).toMatch(/directory/);
  });
});
