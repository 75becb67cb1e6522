import { allocateTokens, cutMiddle, estimateTokens } from '../../../core/prompt/token-budget.js';
import type { Alert } from '../../../domain/alert/alert.js';

/** Annotations that tell which function to call. Another phase reads them; here they would only lead the model. */
const INSTRUCTIONS = /^lambda[_-]?(?:function|parameters)$/i;

/** Longest value that is shown, in characters. */
const LONGEST_VALUE = 1_024;

/**
 * Text from outside, made harmless for a prompt: no control, format or bidirectional characters, and nothing that a
 * tokenizer or chat template takes for a mark of its own (`<start_of_turn>`, `<|im_end|>`, `[INST]`).
 */
export function cleanText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/([<[])(?=[|/A-Za-z_])/g, '$1 ')
    .trim();
}

/**
 * An alert as a model reads it, one `key = "value"` to a line, of at most so many tokens. Labels, which hold what the
 * parameters are filled with, are cut last.
 */
export function alertText(alert: Alert, tokens: number): string {
  const labels = section('Labels', alert.labels);
  const rest = [section('Metrics', alert.metrics), section('Annotations', alert.annotations)]
    .filter(Boolean)
    .join('\n');
  const [forLabels = 0, forRest = 0] = allocateTokens(tokens - 1, [
    { tokens: estimateTokens(labels), weight: 3 },
    { tokens: estimateTokens(rest), weight: 1 },
  ]);
  return [cutMiddle(labels, forLabels), cutMiddle(rest, forRest)].filter((text) => text !== '').join('\n');
}

function section(title: string, entries: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(entries)
    .filter(([key]) => !INSTRUCTIONS.test(key))
    .map(([key, value]) => `${cleanText(key)} = ${shown(value)}`);
  return lines.length === 0 ? '' : [`${title}:`, ...lines].join('\n');
}

function shown(value: string | number): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(cleanText(value.slice(0, LONGEST_VALUE)));
}
