import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readParts, readStart, readText } from '../../../src/http/body.js';
import { cutEvents, cutLines, type TextCutter } from '../../../src/http/lines.js';

const cut = (cutter: TextCutter, pieces: readonly string[]): string[] => [
  ...pieces.flatMap((piece) => cutter.push(piece)),
  ...cutter.end(),
];

describe('cutLines', () => {
  it('leaves blank lines and carriage returns out, and keeps an unfinished last line', () => {
    expect(cut(cutLines(100), ['a\r', '\n\n \nb', 'c\nd'])).toEqual(['a', 'bc', 'd']);
  });

  it('does not depend on how the text was cut', () => {
    const text = 'first\nsecond line\r\n\nthird';
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
        const pieces = edges.slice(1).map((end, index) => text.slice(edges[index], end));
        expect(cut(cutLines(100), pieces)).toEqual(['first', 'second line', 'third']);
      }),
    );
  });

  it('refuses a line that is too long, even one that never ends', () => {
    expect(() => cut(cutLines(4), ['abcd\n', 'abc', 'de'])).toThrow('more than 4 characters');
  });
});

describe('cutEvents', () => {
  it('gives the data of each event', () => {
    const text = ': hello\n\nevent: x\ndata: 1\nid: 3\n\ndata:two\ndata: lines\n\ndata\n\ndata: rest';
    expect(cut(cutEvents(100), [text])).toEqual(['1', 'two\nlines', '', 'rest']);
    expect(cut(cutEvents(100), ['data: a\r\n\r\ndata: b\r\n\r\n'])).toEqual(['a', 'b']);
  });

  it('refuses an event that is too long in many lines', () => {
    expect(() => cut(cutEvents(20), ['data: 0123456\n', 'data: 0123456\n'])).toThrow('more than 20 characters');
  });
});

describe('bodies', () => {
  const stream = async function* (...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  };

  it('decode characters that were cut', async () => {
    const bytes = [...Buffer.from('aé€😀')].map((byte) => Uint8Array.of(byte));
    expect(await readText(stream(...bytes), 100)).toBe('aé€😀');
  });

  it.each([
    ['a byte that is none', Uint8Array.of(0x61, 0xff)],
    ['a character that is not finished', Buffer.from('€').subarray(0, 2)],
    ['an overlong form', Uint8Array.of(0xc0, 0xaf)],
  ])('refuse %s', async (_, bytes) => {
    await expect(readText(stream(bytes), 100)).rejects.toThrow('not valid UTF-8');
  });

  it('end at the size limit, or when told to', async () => {
    await expect(readText(stream('12345', '67890'), 9)).rejects.toThrow('larger than 9 bytes');
    expect(await readStart(stream('12345', '67890'), 7)).toBe('1234567');
    const seen: string[] = [];
    const stopped = await readParts(stream('a\nb\nc\n'), 100, cutLines(10), (line) => seen.push(line) === 2);
    expect([stopped, seen]).toEqual([true, ['a', 'b']]);
  });
});
