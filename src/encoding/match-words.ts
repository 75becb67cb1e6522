import type { EncodedField } from './alert/field.js';
import type { EncodedText } from './text/tokenizer.js';

/** Distinct tokens that are compared word by word, at most. */
export const MATCH_WORDS = { alert: 64, function: 48 } as const;

/** Tokens of an alert's fields, its name first; what an object is called says nothing about what to do. */
export function alertMatchWords(fields: readonly EncodedField[]): Int32Array {
  const texts = fields.flatMap(({ keyText, valueText, facts }) =>
    facts.targetClass === 'target' ? [keyText] : [valueText, keyText],
  );
  return distinctTokens(texts, MATCH_WORDS.alert);
}

/** Tokens of a function's name and description. */
export function functionMatchWords(name: EncodedText, description: EncodedText): Int32Array {
  return distinctTokens([name, description], MATCH_WORDS.function);
}

function distinctTokens(texts: readonly EncodedText[], limit: number): Int32Array {
  const tokens = new Set<number>();
  for (const text of texts) {
    for (const token of text.tokens) {
      if (tokens.size >= limit) return Int32Array.from(tokens);
      tokens.add(token);
    }
  }
  return Int32Array.from(tokens);
}
