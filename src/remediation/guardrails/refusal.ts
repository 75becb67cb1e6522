import { redact } from '../../core/redact.js';
import type { GuardrailName, Refusal } from './verdict.js';

/** Characters of a detail. */
const LONGEST = 300;

/** A refusal in one line, without control characters and secrets. */
export function refusal(check: GuardrailName, detail: string): Refusal {
  const line = detail.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ').trim();
  // Redacted before it is cut: half a secret would not be recognised.
  return { check, detail: [...redact(line)].slice(0, LONGEST).join('') };
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
