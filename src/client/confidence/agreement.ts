/** Characters of Chinese and Japanese stand alone, since their words are not set apart. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}]+/gu;

function words(text: string): readonly string[] {
  return text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
}

/** Text as far as two answers are compared: case, width of characters and white space do not count. */
export function normalizeAnswer(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

/**
 * Token F1 of two texts, 0 to 1, as question answering measures it (SQuAD, Rajpurkar et al. 2016): the harmonic mean
 * of the shares of words, counted as often as they occur, that each has in common with the other. Symmetric.
 */
export function tokenF1(a: string, b: string): number {
  const [left, right] = [words(a), words(b)];
  if (left.length === 0 || right.length === 0) return normalizeAnswer(a) === normalizeAnswer(b) ? 1 : 0;
  const counts = new Map<string, number>();
  for (const word of left) counts.set(word, (counts.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of right) {
    const count = counts.get(word) ?? 0;
    if (count > 0) {
      common++;
      counts.set(word, count - 1);
    }
  }
  return (2 * common) / (left.length + right.length);
}
