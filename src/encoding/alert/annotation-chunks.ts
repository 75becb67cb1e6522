import type { Alert } from '../../domain/alert/alert.js';
import type { Tokenizer } from '../text/tokenizer.js';
import { cleanText } from '../text/words.js';

/** A part of an annotation that fits into one field. */
export interface AnnotationChunk {
  readonly key: string;
  readonly text: string;
}

const FIRST = ['summary', 'description', 'message'] as const;

/** Instructions to an agent and addresses are no evidence about the fault. */
const SKIPPED = /^lambda_|(?:^|_)(?:url|uri|link|links|runbook|dashboard|id|uid)$/i;

/**
 * Cuts the annotations into at most `maxChunks` parts of at most `maxTokens` tokens: summary, description and message
 * first, the others by key. `lambda_*` annotations and addresses are left out. Generated names that a label holds too
 * are replaced by the label's key, so that prose does not depend on what the objects are called.
 */
export function chunkAnnotations(alert: Alert, tokenizer: Tokenizer, maxChunks: number): AnnotationChunk[] {
  const keys = Object.keys(alert.annotations)
    .filter((key) => !SKIPPED.test(key))
    .sort((left, right) => rank(left) - rank(right) || (left < right ? -1 : 1));
  const replaceNames = nameReplacer(alert.labels);
  const chunks: AnnotationChunk[] = [];
  for (const key of keys) {
    if (chunks.length >= maxChunks) break;
    const prose = cleanText(alert.annotations[key] ?? '').replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, ' ');
    for (const text of cutText(replaceNames(prose), tokenizer, maxChunks - chunks.length)) chunks.push({ key, text });
  }
  return chunks;
}

function rank(key: string): number {
  const index = (FIRST as readonly string[]).indexOf(key);
  return index < 0 ? FIRST.length : index;
}

function cutText(text: string, tokenizer: Tokenizer, maxParts: number): string[] {
  const parts: string[] = [];
  let part: string[] = [];
  let tokens = 0;
  for (const segment of text.split(/\s+/)) {
    if (segment === '') continue;
    const count = tokenizer.countTokens(segment);
    if (part.length > 0 && tokens + count > tokenizer.vocabulary.maxTokens) {
      parts.push(part.join(' '));
      if (parts.length >= maxParts) return parts;
      part = [];
      tokens = 0;
    }
    part.push(segment);
    tokens += count;
  }
  if (tokens > 0) parts.push(part.join(' '));
  return parts;
}

/** Only values with punctuation or digits are replaced: a plain word may be part of the sentence. */
function nameReplacer(labels: Readonly<Record<string, string>>): (text: string) => string {
  const keyOfValue = new Map<string, string>();
  for (const key of Object.keys(labels).sort()) {
    const value = labels[key] ?? '';
    const isName = value.length >= 3 && value.length <= 253 && /[-._:0-9]/.test(value) && /[a-z]/i.test(value);
    if (isName && key !== 'alertname' && !keyOfValue.has(value)) keyOfValue.set(value, key);
  }
  if (keyOfValue.size === 0) return (text) => text;
  const values = [...keyOfValue.keys()].sort((left, right) => right.length - left.length || (left < right ? -1 : 1));
  const pattern = values.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const names = new RegExp(`(?<![\\w-])(?:${pattern})(?![\\w-])`, 'g');
  return (text) => text.replace(names, (value) => keyOfValue.get(value) ?? value);
}
