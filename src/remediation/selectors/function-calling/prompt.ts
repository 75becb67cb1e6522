import { cutMiddle, estimateMessages, estimateTokens } from '../../../core/prompt/token-budget.js';
import { BOUNDARY_LENGTH, createBoundary, dataRule, delimit } from '../../../core/prompt/untrusted-data.js';
import type { Alert } from '../../../domain/alert/alert.js';
import type { ChatMessage, GenerateCall, ToolDefinition } from '../../../domain/text/index.js';
import { alertText, cleanText } from './alert-text.js';
import { type Dialect, offersTools } from './dialect.js';
import { GEMMA_INSTRUCTION, gemmaDeclarations } from './gemma-declarations.js';
import { describeOffer, type Offer } from './offer.js';
import { answerSchema, toolsOf } from './tool-schemas.js';

/** What a prompt is made of. */
export interface PromptParts {
  readonly alert: Alert;
  readonly offer: Offer;
  readonly dialect: Dialect;
  /** Whether the provider takes tools, which FunctionGemma's dialect then leaves to it. */
  readonly takesTools: boolean;
  /** Tokens for the prompt, tools included. */
  readonly tokens: number;
  /** The answer that was refused, and why; asks for another one. */
  readonly refused?: { readonly answer: string; readonly problem: string } | undefined;
}

/** The parts of a call that a prompt decides. */
export type Prompt = Pick<GenerateCall, 'messages' | 'tools' | 'jsonSchema'>;

const TASK =
  'You choose the remediation function for one Prometheus alert. Choose among the functions given and no other. ' +
  'Copy every name and namespace exactly from the labels of the alert; leave out what the labels do not say.';

/** The part of the tokens that the functions may take. */
const OFFER_SHARE = 0.6;

/** Tokens that a chat format adds around a tool. */
const TOKENS_OF_TOOL = 12;

/** Tokens of a refused answer, and of what was wrong with it. */
const REFUSED_TOKENS = 96;

/** Tokens of the alert at least; below that there is nothing to choose by. */
const LEAST_ALERT_TOKENS = 96;

/** Builds the prompt of one dialect. The alert is data from outside, cut to what the functions leave of the tokens. */
export function buildPrompt(parts: PromptParts): Prompt {
  const { alert, offer, dialect, tokens } = parts;
  const forOffer = Math.floor(tokens * OFFER_SHARE);
  const tools = toolsFor(parts, forOffer);
  const native = tools !== undefined && (offersTools(dialect) || parts.takesTools);
  const instruction = instructionFor(parts, forOffer, native ? undefined : tools);
  const toolTokens = native ? estimateTokens(JSON.stringify(tools)) + tools.length * TOKENS_OF_TOOL : 0;
  const empty = render(instruction, '', '0'.repeat(BOUNDARY_LENGTH), followUp(parts));
  const room = tokens - toolTokens - estimateMessages(empty);
  const text = alertText(alert, Math.max(LEAST_ALERT_TOKENS, room));
  const boundary = createBoundary([text, ...followUp(parts).map(({ content }) => content)]);
  return {
    messages: render(instruction, text, boundary, followUp(parts)),
    ...(native && { tools }),
    ...(dialect === 'json-schema' && { jsonSchema: answerSchema(offer) }),
  };
}

function toolsFor({ offer, dialect }: PromptParts, tokens: number): readonly ToolDefinition[] | undefined {
  if (!offersTools(dialect) && dialect !== 'function-gemma') return undefined;
  const budget = tokens - (offer.functions.size + 1) * TOKENS_OF_TOOL;
  return toolsOf(offer, dialect === 'openai-tools' ? 'full' : 'plain', budget);
}

/** @param declared tools that the prompt itself has to declare */
function instructionFor(
  { offer, dialect }: PromptParts,
  tokens: number,
  declared: readonly ToolDefinition[] | undefined,
): string {
  if (dialect === 'function-gemma') {
    return declared ? `${GEMMA_INSTRUCTION}${gemmaDeclarations(declared)}` : GEMMA_INSTRUCTION;
  }
  if (offersTools(dialect)) {
    return `${TASK} Call exactly one function; call ${offer.none} when no function fits or it is not clear which.`;
  }
  return [
    TASK,
    `Functions:\n${describeOffer(offer, tokens)}`,
    'Answer with one JSON object and nothing else, in this form: ' +
      `{"lambda_function": "<name of a function, or ${offer.none}>", "parameters": {"<parameter>": "<value>"}}`,
  ].join('\n\n');
}

function render(
  instruction: string,
  alert: string,
  boundary: string,
  followUps: readonly ChatMessage[],
): readonly ChatMessage[] {
  return [
    { role: 'system', content: `${instruction}\n\n${dataRule(boundary)}` },
    { role: 'user', content: `Which function does this alert call for?\n${delimit(alert, boundary)}` },
    ...followUps,
  ];
}

/** The one message that says what was wrong, behind the answer that it is about. */
function followUp({ refused, offer, dialect }: PromptParts): readonly ChatMessage[] {
  if (!refused) return [];
  const again = offersTools(dialect) || dialect === 'function-gemma' ? 'Call exactly one function' : 'Answer again';
  const answer = cutMiddle(cleanText(refused.answer), REFUSED_TOKENS);
  const problem = cutMiddle(cleanText(refused.problem), REFUSED_TOKENS);
  return [
    { role: 'assistant', content: answer === '' ? '(no answer)' : answer },
    {
      role: 'user',
      content: `This cannot be used: ${problem}. ${again}, with values of the alert's labels, or choose ${offer.none}.`,
    },
  ];
}
