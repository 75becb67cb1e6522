import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextStream } from '../../../../src/providers/transformers/text-stream.js';

/** Tokens are bytes, and the text loses its first space, as SentencePiece decoders do. */
const decode = (tokens: number[]): string => new TextDecoder().decode(Uint8Array.from(tokens)).replace(/^ /, '');

function stream(text: string): string[] {
  const tokens = [...new TextEncoder().encode(text)];
  const stream = new TextStream(decode);
  return [...tokens.map((token) => stream.push(token)), stream.end()].filter((piece) => piece !== '');
}

it('gives out whole characters, and every space but the first', () => {
  expect(stream(' a\n  é ✓ 👍🏽!')).toEqual(['a', '\n', ' ', ' ', 'é', ' ', '✓', ' ', '👍', '🏽', '!']);
});

it('gives out a character that stays incomplete when there is no more', () => {
  const broken = new TextStream(decode);
  expect([broken.push(0x61), broken.push(0xe2), broken.push(0x9c)]).toEqual(['a', '', '']);
  expect(broken.end()).toBe('\uFFFD');
});

/** One to four bytes, alone or as parts of what looks like one character. */
const character = fc.constantFrom('a', ' ', '\n', 'é', '\u0301', '✓', '漢', '👍', '🏽', '\u200d');

it('gives out in pieces what the tokens say together', () => {
  fc.assert(
    fc.property(fc.array(character), (characters) => {
      const text = characters.join('');
      const whole = decode([...new TextEncoder().encode(text)]);
      expect(stream(text).join('')).toBe(whole);
    }),
  );
});
