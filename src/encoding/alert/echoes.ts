import { splitWords } from '../text/words.js';
import type { EncodedField } from './field.js';

/** Numbers beside every field of an alert. */
export const ECHO_FEATURES = 2;

/**
 * What the fields of one alert say about each other, two numbers a field, 0 or 1: another label or reading has the same
 * value; all words of the value stand in the name or value of another field. A network that pools words sees neither.
 */
export function findEchoes(fields: readonly Pick<EncodedField, 'key' | 'value'>[]): Float32Array {
  const echoes = new Float32Array(fields.length * ECHO_FEATURES);
  const values = new Map<string, number>();
  const wordsOf = fields.map(({ key, value }) => ({
    value: splitWords(value),
    all: new Set(splitWords(`${key} ${value}`)),
  }));
  for (const { key, value } of fields) if (key !== '') values.set(value, (values.get(value) ?? 0) + 1);
  const holders = new Map<string, number[]>();
  for (const [index, { all }] of wordsOf.entries()) {
    for (const word of all) holders.set(word, [...(holders.get(word) ?? []), index]);
  }
  for (const [index, { key, value }] of fields.entries()) {
    if (key === '' || key === 'alertname') continue;
    if ((values.get(value) ?? 0) > 1) echoes[index * ECHO_FEATURES] = 1;
    const words = wordsOf[index]?.value ?? [];
    const [first, ...rest] = words;
    if (first === undefined || words.length > 8) continue;
    const found = (holders.get(first) ?? []).some(
      (other) => other !== index && fields[other]?.key !== '' && rest.every((word) => wordsOf[other]?.all.has(word)),
    );
    if (found) echoes[index * ECHO_FEATURES + 1] = 1;
  }
  return echoes;
}
