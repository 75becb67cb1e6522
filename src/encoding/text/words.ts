import { boundedMemo } from '../../core/bounded-memo.js';

/** Characters of a text that are read unless the caller says otherwise; what is behind them is ignored. */
const MAX_TEXT = 4_096;

/**
 * Text as a model may see it: compatibility forms unified (NFKC), format characters (zero-width, bidi overrides) and
 * lone surrogates removed, control characters and line breaks of any kind turned into spaces, cut to `maxLength`
 * characters.
 */
export function cleanText(text: string, maxLength = MAX_TEXT): string {
  if (text.length <= maxLength && /^[ -~]*$/.test(text)) return text;
  return text
    .slice(0, maxLength)
    .normalize('NFKC')
    .slice(0, maxLength)
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/**
 * Splits identifiers and prose into lower-case words at case changes, punctuation and spaces; digits stay with their
 * letters: `PodCPUHigh` -> pod, cpu, high; `api-7d9f8b6c5-x2x4z` -> api, 7d9f8b6c5, x2x4z.
 */
export function splitWords(text: string): readonly string[] {
  return text.length > MEMOIZED_LENGTH ? makeWords(text) : splitShort(text);
}

/** Keys, names and descriptions come again with every alert and catalog; only their words are kept. */
const MEMOIZED_LENGTH = 256;
const splitShort = boundedMemo(8_192, makeWords);

function makeWords(text: string): readonly string[] {
  const spaced = cleanText(text)
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Nd})(\p{Lu}\p{Ll})/gu, '$1 $2')
    // The plural of an acronym ("PVCs") is one word.
    .replace(/(\p{Lu})(?!\p{Lu}s(?![\p{Ll}\p{Nd}]))(\p{Lu}\p{Ll})/gu, '$1 $2')
    // A class of status codes ("HTTP5xx") is a word of its own.
    .replace(/(\p{L})([1-5]xx)(?![\p{L}\p{Nd}])/giu, '$1 $2');
  return (spaced.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).map((word) => word.toLowerCase());
}

/** Words that say where or how loudly an alert fires, not what it is about. */
const NOISE_WORDS: ReadonlySet<string> = new Set(
  (
    'kube kubernetes k8s homelab prod production staging dev test eu us cluster1 my sre alert alerts alarm critical ' +
    'warning crit warn info page is are was the a an of in on to for has have been being too very v1 v2'
  ).split(' '),
);

/** The words of an alert's name that say what it is about, in their order; all of them where none does. */
export function contentWords(alertName: string): readonly string[] {
  const words = splitWords(alertName);
  const content = words.filter((word) => !NOISE_WORDS.has(word) && !/^\d+$/.test(word));
  return content.length > 0 ? content : words;
}

/** Crude stem by which words are compared for overlap: no plural `s`, at most six letters. */
export function stemWord(word: string): string {
  const singular = word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
  return singular.slice(0, 6);
}
