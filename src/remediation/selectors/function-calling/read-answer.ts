import type { AbstainReason } from '../../../domain/decision/decision.js';
import { quote } from '../../../domain/describe.js';
import type { SelectRequest } from '../../../domain/selection/index.js';
import type { GenerateResult } from '../../../domain/text/index.js';
import { type ResolvedCall, resolveCall } from '../../call/index.js';
import { type CallForm, type ProposedCallReading, parseProposedCall } from '../../output/index.js';
import type { Offer } from './offer.js';

/** Most characters of an answer that are read; a call is a fraction of it. */
const LONGEST_ANSWER = 65_536;

/** What an answer comes to: a call that may be made, the word that none applies, or why it is neither. */
export type JudgedAnswer =
  | { readonly kind: 'call'; readonly call: ResolvedCall; readonly loose: boolean }
  | { readonly kind: 'none'; readonly loose: boolean }
  | {
      readonly kind: 'refused';
      readonly reason: AbstainReason;
      readonly detail: string;
      /** Whether another answer could do better; what the alert does not name, no answer can add. */
      readonly repairable: boolean;
    };

/** Judges an answer: reads what it proposes and resolves it against the alert and the catalog. */
export function judgeAnswer(result: GenerateResult, request: SelectRequest, offer: Offer, by: string): JudgedAnswer {
  const reading = readProposal(result, offer);
  if (reading.kind === 'unreadable') return refused('unreadable-answer', `the answer holds no call: ${reading.detail}`);
  const loose = !EXPECTED_FORMS.has(reading.how);
  if (reading.how === 'repaired' && result.finishReason === 'length') {
    return refused('unreadable-answer', 'the answer was cut off before it was complete');
  }
  if (reading.others.length > 0) {
    const names = [reading, ...reading.others].map(nameOf);
    return refused(
      'contradiction',
      `the answer makes ${names.length} different calls (${names.slice(0, 4).join(', ')})`,
    );
  }
  if (reading.kind === 'none') return { kind: 'none', loose };
  const { lambdaFunction } = reading;
  const call = resolveCall(request, {
    lambdaFunction: offer.functions.get(lambdaFunction)?.name ?? lambdaFunction,
    parameters: givenParameters(reading.parameters),
    by,
  });
  return call.kind === 'call' ? { kind: 'call', call, loose } : refused(call.reason, call.detail);
}

const EXPECTED_FORMS: ReadonlySet<CallForm> = new Set<CallForm>([
  'json',
  'fenced',
  'tool-call',
  'function-call',
  'value',
]);

function readProposal(result: GenerateResult, offer: Offer): ProposedCallReading {
  const functions = [...new Set([...offer.catalog.map(({ name }) => name), ...offer.functions.keys()])];
  const { toolCalls = [] } = result;
  if (toolCalls.length > 0) return parseProposedCall(toolCalls, { functions });
  return parseProposedCall(result.text, { functions, maxLength: LONGEST_ANSWER });
}

/** Models write null, or nothing, for what they leave out. */
function givenParameters(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null && value !== ''));
}

function nameOf(call: { readonly lambdaFunction: string } | { readonly kind: 'none' } | 'none'): string {
  return typeof call === 'object' && 'lambdaFunction' in call ? quote(call.lambdaFunction) : 'none';
}

function refused(reason: AbstainReason, detail: string): JudgedAnswer {
  return { kind: 'refused', reason, detail, repairable: reason !== 'missing-parameter' };
}

/** What a model said, for the follow-up and the evidence: its text, else its calls. */
export function saidIn({ text, toolCalls }: GenerateResult): string {
  if (text.trim() !== '' || !toolCalls) return text.trim();
  return JSON.stringify(toolCalls);
}
