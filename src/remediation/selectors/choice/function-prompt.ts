import { allocateTokens, cutMiddle, estimateMessages, estimateTokens } from '../../../core/prompt/token-budget.js';
import { BOUNDARY_LENGTH, createBoundary, dataRule, delimit } from '../../../core/prompt/untrusted-data.js';
import { redact } from '../../../core/redact.js';
import type { Alert, ChatMessage, RemediationFunction } from '../../../domain/index.js';
import { cleanText } from '../../../encoding/text/words.js';

/** Something from outside that the model may go by. */
export interface PromptSource {
  readonly title: string;
  readonly text: string;
}

export interface FunctionPrompt {
  /** What the sources are and how they are to be used. */
  readonly instruction: string;
  readonly alert: Alert;
  /** To choose from. */
  readonly functions: readonly RemediationFunction[];
  /** The word for "none of them". */
  readonly none: string;
  /** Best first. */
  readonly sources: readonly PromptSource[];
  /** Tokens that prompt and answer share. */
  readonly contextTokens: number;
}

/** Tokens of the answer at most: one name in JSON. */
export const ANSWER_TOKENS = 96;
/** Characters of a function's description. */
const LONGEST_DESCRIPTION = 240;

/** Messages that ask for one function, within the tokens; alert and sources are marked as data. */
export function functionPrompt(prompt: FunctionPrompt): readonly ChatMessage[] {
  const parts = [
    { title: 'Alert', text: describeAlert(prompt.alert), weight: 2 },
    ...prompt.sources.map(({ title, text }) => ({ title, text: readable(text), weight: 1 })),
  ];
  const empty = parts.map((part) => ({ ...part, text: '' }));
  const fixed = estimateMessages(render(prompt, empty, '0'.repeat(BOUNDARY_LENGTH)));
  const granted = allocateTokens(
    prompt.contextTokens - ANSWER_TOKENS - fixed,
    parts.map(({ text, weight }) => ({ tokens: estimateTokens(text), weight })),
  );
  const cut = parts.map((part, index) => ({ ...part, text: cutMiddle(part.text, granted[index] ?? 0) }));
  return render(prompt, cut, createBoundary(cut.map(({ text }) => text)));
}

function render(prompt: FunctionPrompt, parts: readonly PromptSource[], boundary: string): ChatMessage[] {
  const { instruction, functions, none } = prompt;
  const list = functions.map(
    ({ name, description }) => `- ${name}: ${readable(description).slice(0, LONGEST_DESCRIPTION)}`,
  );
  const system =
    `${instruction} ${dataRule(boundary)} Answer with JSON only: {"lambda_function": "<name>"}, where <name> is one of ` +
    `the functions, or ${JSON.stringify(none)} when none of them fits.`;
  const sections = parts.map(({ title, text }) => `${readable(title)}:\n${delimit(text, boundary)}`);
  const user = [`Functions:\n${list.join('\n')}`, ...sections, 'Which function?'].join('\n\n');
  return [
    { role: 'system', content: system },
    { role: 'user', content: user },
  ];
}

function describeAlert({ labels, annotations, metrics }: Alert): string {
  const prose = Object.entries(annotations).filter(([key]) => !key.startsWith('lambda_'));
  const lines = [...Object.entries(labels), ...prose, ...Object.entries(metrics)];
  return lines.map(([key, value]) => `${readable(key)}: ${readable(String(value))}`).join('\n');
}

/** One line, without secrets and without what is not to be seen. */
function readable(text: string): string {
  return redact(cleanText(text)).replace(/\s+/g, ' ').trim();
}
