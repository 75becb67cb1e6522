import type { Random } from '../../../core/random.js';
import type { OutOfDomainSplit } from './domain.js';

/** Letters of one script as ranges of assigned code points, both ends inclusive. */
type Script = readonly (readonly [number, number])[];

/** Scripts by split, so that a tested one was never shown. */
const SCRIPTS: Readonly<Record<OutOfDomainSplit, readonly Script[]>> = {
  train: [
    [[0x0430, 0x044f]], // Cyrillic
    [[0x03b1, 0x03c9]], // Greek
    [[0x3041, 0x3096]], // Hiragana
    [[0x0627, 0x063a]], // Arabic
    [[0x1f300, 0x1f5ff]], // pictographs
    [[0x2190, 0x21ff]], // arrows
  ],
  calibration: [
    [[0x05d0, 0x05ea]], // Hebrew
    [[0x10d0, 0x10f0]], // Georgian
    [[0x30a1, 0x30fa]], // Katakana
  ],
  test: [
    [[0xac00, 0xd7a3]], // Hangul
    [[0x0905, 0x0939]], // Devanagari
    [[0x4e00, 0x9fa5]], // Han
    [[0x0561, 0x0586]], // Armenian
    [[0x1f600, 0x1f64f]], // emoticons
    [[0x2200, 0x22ff]], // mathematical operators
  ],
};

const PRINTABLE = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&()*+,-./:;<=>?@[]^_|~';
const VOWELS = 'aaaeeeiioou';
const CONSONANTS = 'bcdfghjklmnprstvwz';
const LOREM =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna ' +
  'aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute';
const LOREM_WORDS = LOREM.split(' ');

/** `count` printable ASCII characters, without spaces. */
export function randomCharacters(count: number, random: Random): string {
  return Array.from({ length: count }, () => PRINTABLE.charAt(random.integer(PRINTABLE.length))).join('');
}

/** A pronounceable word of letters drawn one by one, so that it stands in no list. */
export function babbleWord(random: Random): string {
  const letter = (letters: string): string => letters.charAt(random.integer(letters.length));
  let word = random.chance(0.3) ? letter(VOWELS) : '';
  for (let syllable = 1 + random.integer(4); syllable >= 0; syllable--) {
    word += letter(CONSONANTS) + letter(VOWELS) + (random.chance(0.25) ? letter(CONSONANTS) : '');
  }
  return word;
}

/** Words of letters of one script that the split owns. */
export function scriptText(split: OutOfDomainSplit, words: number, random: Random): string {
  const script = random.pick(SCRIPTS[split]);
  const letter = (): string => {
    const [first, last] = random.pick(script);
    return String.fromCodePoint(first + random.integer(last - first + 1));
  };
  const word = (): string => Array.from({ length: 1 + random.integer(8) }, letter).join('');
  return Array.from({ length: words }, word).join(' ');
}

/** Placeholder prose as typesetters use it; each word is now and then replaced by an invented one. */
export function loremText(words: number, random: Random): string {
  const word = (): string => (random.chance(0.2) ? babbleWord(random) : random.pick(LOREM_WORDS));
  return Array.from({ length: words }, word).join(' ');
}
