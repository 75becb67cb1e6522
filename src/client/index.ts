export type { Embedder } from '../domain/index.js';
export type { ClientHealth, HealthOptions, ProviderHealth } from './attempts/check-health.js';
export {
  type ConfidenceMap,
  DEFAULT_CONFIDENCE_MAP,
  type EvidenceCoefficients,
  type EvidenceKind,
} from './confidence/confidence-map.js';
export { type FitOptions, fitConfidenceMap, type LabelledAnswer } from './confidence/fit-confidence-map.js';
export type { Verifier } from './confidence/score-answer.js';
export type {
  ClientInitializedEvent,
  ConfidenceThresholdReachedEvent,
  GenerationCompletedEvent,
  GenerationFailedEvent,
  GenerationStartedEvent,
  NoImprovementEvent,
  ProviderFallbackEvent,
  ReflectionStepsEvent,
  TRMClientEmitter,
  TRMClientEvents,
  TRMStreamEvent,
} from './events.js';
export type { CreateProviders, TRMClientOptions } from './options.js';
export { REQUEST_LIMITS, ReflectionMode, type TRMRequest, trmRequestSchema } from './request.js';
export {
  type Attempt,
  type ConfidenceEvidence,
  type ReflectionStep,
  type StopReason,
  type TRMResponse,
  trmResponseSchema,
} from './response.js';
export { TRMClient } from './trm-client.js';
