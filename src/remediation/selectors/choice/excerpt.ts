import { redact } from '../../../core/redact.js';
import { cleanText } from '../../../encoding/text/words.js';

/** Characters of the text of one piece of evidence. */
const LONGEST = 500;

/** A text from outside as evidence shows it: one line of at most 500 characters, without secrets and control characters. */
export function excerpt(text: string): string {
  const clean = redact(cleanText(text)).replace(/\s+/g, ' ').trim();
  if (clean.length <= LONGEST) return clean;
  return `${clean.slice(0, LONGEST - 3).replace(/\p{Cs}$/u, '')}...`;
}
