import type { Evidence, TextProvider } from '../../../domain/index.js';
import type { FunctionAnswer } from './ask-for-function.js';
import { excerpt } from './excerpt.js';

/** What a model said, as evidence; nothing when none was asked. */
export function providerEvidence(provider: TextProvider | undefined, answer: FunctionAnswer | undefined): Evidence[] {
  if (!provider || !answer) return [];
  return [{ kind: 'llm', source: provider.name, text: excerpt(inWords(answer)) }];
}

function inWords(answer: FunctionAnswer): string {
  if (answer.kind === 'chosen') return `chose ${answer.lambdaFunction}`;
  return answer.kind === 'none' ? 'chose none of the functions' : `gave no answer to go by: ${answer.detail}`;
}

/**
 * Whether a model agrees with the other evidence: 1 when it chose what that leads to, -1 when it chose another, 0
 * without an answer and when the evidence leads nowhere.
 */
export function agreementOf(answer: FunctionAnswer | undefined, leader: string | undefined): number {
  if (answer?.kind !== 'chosen' || leader === undefined) return 0;
  return leader === answer.lambdaFunction ? 1 : -1;
}
