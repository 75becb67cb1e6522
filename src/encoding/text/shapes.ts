import { isReplicaSetHash } from '../../domain/kubernetes-names.js';
import { cleanText, splitWords } from './words.js';

/** Lower bounds of the magnitude tokens: a reading of 85 becomes `ge80`, one of 0.97 `ge0.95`. */
const BOUNDS = [
  0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1, 2, 3, 5, 10, 20, 50, 70, 80, 90, 95, 99, 100, 200, 500,
  1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e12,
] as const;

/** Tokens that stand for a class of text rather than for the text; every vocabulary begins with them. */
export const SHAPE_WORDS: readonly string[] = [
  '<num>',
  '<id>',
  '<ip>',
  '<uuid>',
  'neg',
  'eq0',
  'gt0',
  ...BOUNDS.map((bound) => `ge${bound}`),
];

const SHAPES = new RegExp(
  [
    '(?<uuid>(?<![\\w-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\\w-]))',
    '(?<ip>(?<![\\w.])(?:\\d{1,3}\\.){3}\\d{1,3}(?![\\w.])|(?<![\\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\\w:]))',
    '(?<pod>(?<=[a-z0-9])-(?<hash>[a-z0-9]{8,10})-[a-z0-9]{5}(?![\\w-]))',
    '(?<number>(?<![\\w.])-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?(?![\\w]|\\.\\d))',
  ].join('|'),
  'gi',
);

/**
 * The words of a text with the parts that carry no meaning of their own collapsed: numbers to `<num>` and a magnitude,
 * IP addresses, UUIDs, and generated identifiers (pod suffixes, hashes) to one token each, so that a name never seen
 * adds no noise.
 */
export function lexWords(text: string): string[] {
  const clean = cleanText(text);
  const words: string[] = [];
  let end = 0;
  for (const match of clean.matchAll(SHAPES)) {
    pushWords(words, clean.slice(end, match.index));
    end = match.index + match[0].length;
    const { uuid, ip, pod, hash, number } = match.groups ?? {};
    if (uuid !== undefined) words.push('<uuid>');
    else if (ip !== undefined) words.push('<ip>');
    else if (number !== undefined) words.push('<num>', magnitudeOf(Number(number)));
    else if (pod !== undefined && isReplicaSetHash(hash ?? '')) words.push('<id>');
    else pushWords(words, match[0]);
  }
  pushWords(words, clean.slice(end));
  return words;
}

function pushWords(words: string[], text: string): void {
  for (const word of splitWords(text.replaceAll('%', ' percent '))) {
    words.push(/^\d+$/.test(word) ? '<num>' : isGenerated(word) ? '<id>' : word);
  }
}

/** The magnitude token of a reading; `gt0` stands for positive numbers under 0.001. */
export function magnitudeOf(value: number): string {
  if (value < 0) return 'neg';
  if (value === 0) return 'eq0';
  let token = 'gt0';
  for (const bound of BOUNDS) {
    if (value < bound) break;
    token = `ge${bound}`;
  }
  return token;
}

/** True for a word that a program made up: a hash, or letters and digits in quick turns (`x2x4z`). */
function isGenerated(word: string): boolean {
  if (word.length < 5 || !/\d/.test(word)) return false;
  if (word.length >= 8 && /^[0-9a-f]+$/.test(word) && /[a-f]/.test(word)) return true;
  if (word.length >= 24) return true;
  const turns = word.match(/\d(?=\p{L})|\p{L}(?=\d)/gu);
  return (turns?.length ?? 0) >= 3;
}
