/** The root entry. It loads no native code and no optional package. */
export * from './cloudevents/index.js';
export {
  type Attempt,
  type ClientHealth,
  type ClientInitializedEvent,
  type ConfidenceEvidence,
  type ConfidenceMap,
  type ConfidenceThresholdReachedEvent,
  type CreateProviders,
  DEFAULT_CONFIDENCE_MAP,
  type Embedder,
  type EvidenceCoefficients,
  type EvidenceKind,
  type FitOptions,
  fitConfidenceMap,
  type GenerationCompletedEvent,
  type GenerationFailedEvent,
  type GenerationStartedEvent,
  type HealthOptions,
  type LabelledAnswer,
  type NoImprovementEvent,
  type ProviderFallbackEvent,
  type ProviderHealth,
  REQUEST_LIMITS,
  ReflectionMode,
  type ReflectionStep,
  type ReflectionStepsEvent,
  type StopReason,
  TRMClient,
  type TRMClientEmitter,
  type TRMClientEvents,
  type TRMClientOptions,
  type TRMRequest,
  type TRMResponse,
  type TRMStreamEvent,
  trmRequestSchema,
  trmResponseSchema,
  type Verifier,
} from './client/index.js';
export type { ClientConfig, ClientConfigOptions, ConfigSource, ConfigValue } from './config/index.js';
export {
  AbortedError,
  AgentTrmError,
  CheckpointError,
  ConfigurationError,
  DeadlineExceededError,
  DisposedError,
  ExecutionProviderError,
  GraphError,
  InferenceError,
  InvalidInputError,
  ModelLoadError,
  NoProviderAvailableError,
  OverloadedError,
  ProviderError,
  type ProviderFailure,
  TrainingError,
} from './core/errors.js';
export type { ExecutionProviderName, ExecutionProviderPreference } from './core/execution-provider.js';
export type { Secret } from './core/secret.js';
export type {
  AbstainReason,
  Abstention,
  Action,
  ActionDispatcher,
  Alert,
  Candidate,
  Catalog,
  ChatMessage,
  Decision,
  DecisionJson,
  DerivationRule,
  Evidence,
  FinishReason,
  GenerateCall,
  GenerateResult,
  Health,
  JsonType,
  ParameterOrigin,
  ParameterSchema,
  ParameterValue,
  RecursionStep,
  RemediationFunction,
  Risk,
  Selection,
  Selector,
  SelectorOutcome,
  SelectRequest,
  TextProvider,
  TextProviderCapabilities,
  TraceStep,
} from './domain/index.js';
export {
  ALERT_LIMITS,
  alertFingerprint,
  CATALOG_LIMITS,
  DEFAULT_CATALOG,
  decisionToJson,
  ownerOfPod,
  parseAlerts,
  parseCatalog,
} from './domain/index.js';
export * from './remediation/acting/index.js';
export { type ProposedCall, type RefusedCall, type ResolvedCall, resolveCall } from './remediation/call/index.js';
export * from './remediation/chain/index.js';
export * from './remediation/guardrails/index.js';
export * from './remediation/retrieval/incidents/index.js';
export { type AnnotationSelectorOptions, createAnnotationSelector } from './remediation/selectors/annotation.js';
export {
  createFewShotSelector,
  DEFAULT_FEW_SHOT_CALIBRATION,
  type FewShotCalibration,
  type FewShotEvidence,
  type FewShotSelectorOptions,
} from './remediation/selectors/few-shot.js';
export {
  type CallConfidenceMap,
  createFunctionCallingSelector,
  DEFAULT_CALL_CONFIDENCE_MAP,
  type Dialect,
  type FunctionCallingOptions,
} from './remediation/selectors/function-calling.js';
export {
  createRagSelector,
  DEFAULT_RAG_CALIBRATION,
  type RagCalibration,
  type RagEvidence,
  type RagSelectorOptions,
} from './remediation/selectors/rag.js';
export {
  createRulesSelector,
  DEFAULT_RULES,
  parseRules,
  type Rule,
  type RuleCondition,
  type RuleFile,
  type RulesSelectorOptions,
} from './remediation/selectors/rules/index.js';
export {
  type SelectOptions,
  TRMRemediationSelector,
  type TRMRemediationSelectorOptions,
} from './remediation/selectors/trm.js';
export { createTrmSelector, type TrmReasoner } from './remediation/selectors/trm-phase.js';
export type { RuntimeEvent } from './runtime/index.js';
