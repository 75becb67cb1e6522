import { z } from 'zod';

const probability = z.number().min(0).max(1);

const evidenceSchema = z
  .object({ logprob: probability.optional(), agreement: probability.optional(), verifier: probability.optional() })
  .readonly();

const reflectionStepSchema = z
  .object({
    step: z.int().min(1),
    initialAnswer: z.string(),
    initialConfidence: probability,
    reflection: z.string(),
    refinedAnswer: z.string(),
    confidence: probability,
    improvementScore: z.number().min(-1).max(1),
    taken: z.boolean(),
    evidence: evidenceSchema,
  })
  .readonly();

const attemptSchema = z
  .object({
    provider: z.string(),
    modelId: z.string(),
    outcome: z.enum(['answered', 'low-confidence', 'failed']),
    reason: z.string().optional(),
    message: z.string(),
    durationMs: z.number().min(0),
    confidence: probability.optional(),
  })
  .readonly();

/** Why no further reflection followed. */
export const STOP_REASONS = [
  'confidence',
  'fixed-point',
  'no-improvement',
  'max-steps',
  'reflection-off',
  'deadline',
  'provider-error',
] as const;

/** Schema of a response, for those who read it from a wire or a file. */
export const trmResponseSchema = z
  .object({
    answer: z.string().min(1),
    confidence: probability,
    evidence: evidenceSchema,
    reflectionSteps: z.int().min(0),
    reflectionTrace: z.array(reflectionStepSchema).readonly(),
    stopReason: z.enum(STOP_REASONS),
    finishReason: z.enum(['stop', 'length', 'content-filter', 'other']),
    durationMs: z.number().min(0),
    tokensUsed: z.int().min(0),
    modelName: z.string(),
    provider: z.string(),
    attempts: z.array(attemptSchema).readonly(),
    conversationId: z.string(),
    warnings: z.array(z.string()).readonly(),
  })
  .readonly() satisfies z.ZodType<TRMResponse>;

/**
 * What a confidence was made of, each from 0 to 1 and left out where it is not known. Neither the length of an answer
 * nor what the model says about itself is ever among it.
 */
export interface ConfidenceEvidence {
  /** Geometric mean of the token probabilities. */
  readonly logprob?: number | undefined;
  /** How far a refined answer says the same as the answer that it refines: token F1, or cosine with an embedder. */
  readonly agreement?: number | undefined;
  /** What the `verify` hook said. */
  readonly verifier?: number | undefined;
}

/** One reflection. Enough is kept to count the reflections that helped (wrong to right) and that harmed. */
export interface ReflectionStep {
  /** 1 for the first. */
  readonly step: number;
  /** The best answer so far; empty before the first supervision step of a provider with native recursion. */
  readonly initialAnswer: string;
  /** Confidence of `initialAnswer`, 0 to 1; 0 where that is empty. */
  readonly initialConfidence: number;
  /** The critique; empty with native recursion, which reflects in its latent state and not in words. */
  readonly reflection: string;
  readonly refinedAnswer: string;
  /** Confidence of `refinedAnswer`, 0 to 1. */
  readonly confidence: number;
  /** `confidence` less `initialConfidence`, -1 to 1. */
  readonly improvementScore: number;
  /** Whether `refinedAnswer` became the best answer so far. */
  readonly taken: boolean;
  /** What `confidence` was made of; empty with native recursion, whose confidence is calibrated by its provider. */
  readonly evidence: ConfidenceEvidence;
}

/**
 * Why no further reflection followed: confidence over the threshold, an answer that does not change any more, a
 * reflection that brought nothing, all steps taken, reflection not asked for, the deadline, or a provider that failed
 * after its first answer.
 */
export type StopReason = (typeof STOP_REASONS)[number];

/** What became of one provider in a request. */
export interface Attempt {
  readonly provider: string;
  /** Model that answered, else the model that the provider was made for. */
  readonly modelId: string;
  /** `low-confidence`: it answered with a confidence below `fallbackBelow`, so the next one was asked. */
  readonly outcome: 'answered' | 'low-confidence' | 'failed';
  /** Failure reason of the provider, `deadline`, or `low-confidence`; left out for `answered`. */
  readonly reason?: string | undefined;
  /** In words; empty for `answered`. */
  readonly message: string;
  /** Milliseconds. */
  readonly durationMs: number;
  /** Left out for `failed`. */
  readonly confidence?: number | undefined;
}

/** The answer of a TRMClient. */
export interface TRMResponse {
  /** The best answer by confidence. */
  readonly answer: string;
  /** 0 to 1. How much it means depends on its source: see `ConfidenceMap` for providers without native recursion. */
  readonly confidence: number;
  readonly evidence: ConfidenceEvidence;
  /** Reflections that were done: the length of `reflectionTrace`. */
  readonly reflectionSteps: number;
  readonly reflectionTrace: readonly ReflectionStep[];
  readonly stopReason: StopReason;
  /** Why the model ended the answer; `length` says that it was cut. */
  readonly finishReason: 'stop' | 'length' | 'content-filter' | 'other';
  /** Milliseconds from request to response, fallbacks included. */
  readonly durationMs: number;
  /** Input and output tokens of all calls as far as providers report them; an estimate is never put in their place. */
  readonly tokensUsed: number;
  /** Model that answered, as the provider names it. */
  readonly modelName: string;
  readonly provider: string;
  /** Every provider that was asked, in order. */
  readonly attempts: readonly Attempt[];
  readonly conversationId: string;
  /** What was cut, could not be honoured or failed without ending the request; empty when nothing was. */
  readonly warnings: readonly string[];
}
