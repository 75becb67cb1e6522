import { meanTokenProbability } from '../../core/confidence/token-probability.js';
import { untilAborted } from '../../core/until-aborted.js';
import { cosine, type Embedder, type GenerateResult } from '../../domain/index.js';
import type { ConfidenceEvidence } from '../response.js';
import { tokenF1 } from './agreement.js';
import { type ConfidenceMap, confidenceOf } from './confidence-map.js';

/** Says how likely an answer is right, 0 to 1, by something other than the model: a query, a test, a schema. */
export type Verifier = (claim: {
  readonly prompt: string;
  readonly context: Readonly<Record<string, unknown>> | undefined;
  readonly answer: string;
  /** Fires at the deadline of the request and when the caller gives up. */
  readonly signal: AbortSignal;
}) => Promise<number>;

/** What an answer is scored with. */
export interface Scoring {
  readonly prompt: string;
  readonly context: Readonly<Record<string, unknown>> | undefined;
  readonly map: ConfidenceMap;
  readonly embedder: Embedder | undefined;
  readonly verify: Verifier | undefined;
  readonly signal: AbortSignal;
  readonly warn: (warning: string) => void;
}

export interface Score {
  readonly confidence: number;
  readonly evidence: ConfidenceEvidence;
}

/**
 * Gathers the evidence for an answer. Never throws: a hook that fails, or that the signal cuts off, is a warning, and
 * its evidence is left out. Without that an answer would be lost after it had been given.
 *
 * @param predecessor the answer that this one refines
 */
export async function scoreAnswer(
  result: Pick<GenerateResult, 'text' | 'logprobs'>,
  predecessor: string | undefined,
  scoring: Scoring,
): Promise<Score> {
  const [agreement, verifier] = await Promise.all([
    predecessor === undefined ? undefined : agreementOf(predecessor, result.text, scoring),
    verdictOn(result.text, scoring),
  ]);
  const logprob = meanTokenProbability(result.logprobs);
  const evidence: ConfidenceEvidence = {
    ...(logprob !== undefined && { logprob }),
    ...(agreement !== undefined && { agreement }),
    ...(verifier !== undefined && { verifier }),
  };
  return { evidence, confidence: confidenceOf(evidence, scoring.map) };
}

async function agreementOf(before: string, after: string, { embedder, signal, warn }: Scoring): Promise<number> {
  if (embedder && before !== after) {
    try {
      const [a, b] = await untilAborted(() => embedder([before, after]), signal);
      const value = a && b && cosine(a, b);
      if (value !== undefined) return value;
      warn('the embedder gave no two vectors that can be compared; agreement is measured by words instead');
    } catch (error) {
      warn(`the embedder failed (${messageOf(error)}); agreement is measured by words instead`);
    }
  }
  return tokenF1(before, after);
}

async function verdictOn(answer: string, scoring: Scoring): Promise<number | undefined> {
  const { verify, prompt, context, signal, warn } = scoring;
  if (!verify) return undefined;
  try {
    const value = await untilAborted(() => verify({ prompt, context, answer, signal }), signal);
    if (value >= 0 && value <= 1) return value;
    warn(`verify gave ${String(value)} instead of a number from 0 to 1; the answer counts as not verified`);
  } catch (error) {
    warn(`verify failed (${messageOf(error)}); the answer counts as not verified`);
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
