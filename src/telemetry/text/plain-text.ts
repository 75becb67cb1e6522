import { redact } from '../../core/redact.js';

/** Characters that are read at all: longer text is cut before the search for secrets, whose cost grows with it. */
const MOST_READ = 16_384;

/** Controls, formats (bidirectional marks too), line separators, lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Untrusted text as it may stand in a log line or a span: secrets blanked out, unprintable characters as `\\uXXXX`, at
 * most `longest` characters and an ellipsis.
 *
 * @param secrets texts that must not appear, besides what looks like a secret
 */
export function plainText(text: string, longest: number, secrets: readonly string[] = []): string {
  // Redacted before it is cut to its length: half a secret would not be recognised.
  const clean = redact(text.slice(0, MOST_READ), secrets);
  const cut = clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
  return cut.replace(UNPRINTABLE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}
