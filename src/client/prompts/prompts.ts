import {
  allocateTokens,
  cutMiddle,
  estimateMessages,
  estimateTokens,
  TOKENS_OF_MESSAGE,
} from '../../core/prompt/token-budget.js';
import { BOUNDARY_LENGTH, createBoundary, dataRule, delimit } from '../../core/prompt/untrusted-data.js';
import type { ChatMessage } from '../../domain/index.js';

/** What is asked. */
export interface Question {
  readonly prompt: string;
  readonly context: Readonly<Record<string, unknown>> | undefined;
  /** Oldest first. */
  readonly history: readonly ChatMessage[];
}

/** The room there is. */
export interface PromptLimits {
  /** Tokens that prompt and answer share. */
  readonly contextTokens: number;
  /** Tokens of the answer at most, where the caller said. */
  readonly maxTokens: number | undefined;
}

export interface BuiltPrompt {
  readonly messages: readonly ChatMessage[];
  /** What was cut or left out, in words. */
  readonly warnings: readonly string[];
}

/** Tokens kept free for an answer of which no length was said. */
const DEFAULT_ANSWER_TOKENS = 512;

const ANSWER = 'Answer the question. Be correct and to the point. If you do not know, say so.';

const CRITIQUE =
  'You check an answer before it is used. Say in a few short points what is wrong, missing or not supported: facts, ' +
  'numbers, reasoning, and whether it answers what was asked. Do not write the answer again.';

const REFINE =
  'Write the answer to the question again. Mend what the critique is right about, keep what is right already, and ' +
  'leave aside what the critique is wrong about. Give the answer only, without a word about the critique.';

/** Asks for a first answer. */
export function answerPrompt(question: Question, limits: PromptLimits): BuiltPrompt {
  return build(ANSWER, question, [], limits);
}

/** Asks what is wrong with an answer: the feedback step of Self-Refine (Madaan et al. 2023). */
export function critiquePrompt(question: Question, answer: string, limits: PromptLimits): BuiltPrompt {
  return build(CRITIQUE, question, [{ title: 'Answer to check', name: 'answer', text: answer, weight: 2 }], limits);
}

/** Asks for a better answer: the refine step of Self-Refine. */
export function refinePrompt(question: Question, answer: string, critique: string, limits: PromptLimits): BuiltPrompt {
  const parts = [
    { title: 'Answer so far', name: 'answer', text: answer, weight: 2 },
    { title: 'Critique', name: 'critique', text: critique, weight: 1 },
  ];
  return build(REFINE, question, parts, limits);
}

/** Tokens that the window keeps free for the answer: what the caller asked for, but never over half of it. */
export function answerReserve({ contextTokens, maxTokens }: PromptLimits): number {
  return Math.min(maxTokens ?? DEFAULT_ANSWER_TOKENS, Math.floor(contextTokens / 2));
}

interface Part {
  readonly title: string;
  /** How warnings call it. */
  readonly name: string;
  readonly text: string;
  readonly weight: number;
}

/** The question itself is the caller's; context, answers and critiques are data, also when a model wrote them. */
function build(instruction: string, question: Question, extra: readonly Part[], limits: PromptLimits): BuiltPrompt {
  const { prompt, context, history } = question;
  const warnings: string[] = [];
  const data: Part[] = [
    ...(context ? [{ title: 'Context', name: 'context', text: JSON.stringify(context), weight: 2 }] : []),
    ...extra,
  ];
  const empty = data.map((part) => ({ ...part, text: '' }));
  const fixed = estimateMessages(render(instruction, '', [], empty, '0'.repeat(BOUNDARY_LENGTH)));
  const [promptTokens = 0, historyTokens = 0, ...dataTokens] = allocateTokens(
    limits.contextTokens - answerReserve(limits) - fixed,
    [
      { tokens: estimateTokens(prompt), weight: 3 },
      { tokens: estimateMessages(history), weight: 1 },
      ...data.map(({ text, weight }) => ({ tokens: estimateTokens(text), weight })),
    ],
  );
  const shorten = (name: string, text: string, tokens: number): string => {
    const cut = cutMiddle(text, tokens);
    if (cut !== text) {
      warnings.push(
        `the ${name} was cut from about ${estimateTokens(text)} to ${tokens} tokens, since the window has ` +
          `${limits.contextTokens} (contextTokens)`,
      );
    }
    return cut;
  };
  const shortPrompt = shorten('prompt', prompt, promptTokens);
  const shortData = data.map((part, index) => ({
    ...part,
    text: shorten(part.name, part.text, dataTokens[index] ?? 0),
  }));
  const recent = latestMessages(history, historyTokens);
  if (recent.length < history.length) {
    warnings.push(
      `${history.length - recent.length} of ${history.length} messages of the history were left out, since the ` +
        `window has ${limits.contextTokens} tokens (contextTokens)`,
    );
  }
  const boundary = createBoundary([shortPrompt, ...recent.map(({ content }) => content), ...shortData.map(textOf)]);
  const messages = render(instruction, shortPrompt, recent, shortData, boundary);
  const used = estimateMessages(messages);
  if (limits.maxTokens !== undefined && used + limits.maxTokens > limits.contextTokens) {
    warnings.push(
      `about ${used} tokens of prompt and an answer of up to ${limits.maxTokens} (maxTokens) are more than the ` +
        `window of ${limits.contextTokens} (contextTokens); the answer may be cut`,
    );
  }
  return { messages, warnings };
}

const textOf = ({ text }: Part): string => text;

function render(
  instruction: string,
  prompt: string,
  history: readonly ChatMessage[],
  data: readonly Part[],
  boundary: string,
): ChatMessage[] {
  const system = data.length > 0 ? `${instruction} ${dataRule(boundary)}` : instruction;
  const sections = data.map(({ title, text }) => `${title}:\n${delimit(text, boundary)}`);
  return [
    { role: 'system', content: system },
    ...history,
    { role: 'user', content: [...sections, `Question:\n${prompt}`].join('\n\n') },
  ];
}

/** The newest messages that fit; a gap in the middle would mislead more than a short memory. */
function latestMessages(history: readonly ChatMessage[], tokens: number): readonly ChatMessage[] {
  let left = tokens;
  let first = history.length;
  while (first > 0) {
    left -= estimateTokens((history[first - 1] as ChatMessage).content) + TOKENS_OF_MESSAGE;
    if (left < 0) break;
    first--;
  }
  return history.slice(first);
}
