import { GuardedEmitter } from '../core/guarded-emitter.js';
import type { ReflectionMode } from './request.js';
import type { Attempt, ReflectionStep, StopReason, TRMResponse } from './response.js';

export interface ClientInitializedEvent {
  /** The `modelName` that was configured. */
  readonly modelName: string | undefined;
  /** In the order in which they are asked. */
  readonly providers: readonly {
    readonly name: string;
    readonly modelId: string;
    readonly recursion: 'native' | 'none';
  }[];
  readonly confidenceThreshold: number;
  readonly fallbackBelow: number;
  readonly timeoutMs: number;
}

export interface GenerationStartedEvent {
  readonly conversationId: string;
  /** Characters. */
  readonly promptLength: number;
  readonly reflectionMode: ReflectionMode;
  readonly maxReflectionSteps: number;
}

export interface GenerationCompletedEvent {
  readonly conversationId: string;
  readonly provider: string;
  readonly modelName: string;
  readonly confidence: number;
  readonly reflectionSteps: number;
  readonly stopReason: StopReason;
  readonly tokensUsed: number;
  readonly durationMs: number;
  readonly attempts: readonly Attempt[];
}

export interface GenerationFailedEvent {
  readonly conversationId: string;
  readonly error: unknown;
  readonly durationMs: number;
  readonly attempts: readonly Attempt[];
}

export interface ReflectionStepsEvent {
  readonly conversationId: string;
  readonly provider: string;
  /** Reflections that the provider's answer took, 0 or more. */
  readonly steps: number;
  /** Confidence of each refined answer. */
  readonly confidences: readonly number[];
}

export interface ConfidenceThresholdReachedEvent {
  readonly conversationId: string;
  readonly provider: string;
  /** 0 for the first answer. */
  readonly step: number;
  readonly confidence: number;
  readonly threshold: number;
}

export interface NoImprovementEvent {
  readonly conversationId: string;
  readonly provider: string;
  readonly step: number;
  readonly confidence: number;
  readonly bestConfidence: number;
}

export interface ProviderFallbackEvent {
  readonly conversationId: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly message: string;
}

/** What a TRMClient tells those who listen. No event holds a prompt, a context or an answer. */
export interface TRMClientEvents {
  /** The providers are there; once, at the first use of the client or in `ready()`. */
  trm_client_initialized: (event: ClientInitializedEvent) => void;
  trm_generation_started: (event: GenerationStartedEvent) => void;
  trm_generation_completed: (event: GenerationCompletedEvent) => void;
  /** The request that was started ends with an error. A request that is refused as invalid is never started. */
  trm_generation_failed: (event: GenerationFailedEvent) => void;
  /** A provider has answered. */
  trm_reflection_steps: (event: ReflectionStepsEvent) => void;
  trm_confidence_threshold_reached: (event: ConfidenceThresholdReachedEvent) => void;
  /** A refined answer was not taken. */
  trm_no_improvement: (event: NoImprovementEvent) => void;
  /** The next provider is asked. */
  trm_provider_fallback: (event: ProviderFallbackEvent) => void;
}

/** What `stream()` yields, in order. */
export type TRMStreamEvent =
  /**
   * A piece of an answer: of the first one (step 0) or of the one that reflection `step` gives. Which of them counts is
   * decided when all are there: the answer is that of the `response`.
   */
  | { readonly type: 'answer-delta'; readonly provider: string; readonly step: number; readonly text: string }
  | { readonly type: 'reflection-start'; readonly provider: string; readonly step: number }
  | {
      readonly type: 'reflection-end';
      readonly provider: string;
      readonly step: number;
      /** Left out when the step was broken off by the deadline or a failure. */
      readonly reflection?: ReflectionStep | undefined;
    }
  /** What came from `from` counts no more, unless the others do worse. */
  | {
      readonly type: 'fallback';
      readonly from: string;
      readonly to: string;
      readonly reason: string;
      readonly message: string;
    }
  /** The last one. */
  | { readonly type: 'response'; readonly response: TRMResponse };

/** An emitter whose listeners cannot harm a request or each other. */
export class TRMClientEmitter extends GuardedEmitter<TRMClientEvents> {}
