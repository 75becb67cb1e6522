/** The root entry. It loads no native code and no optional package. */
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
export type {
  AbstainReason,
  Alert,
  Candidate,
  Catalog,
  Decision,
  DecisionJson,
  DerivationRule,
  JsonType,
  ParameterOrigin,
  ParameterSchema,
  ParameterValue,
  RemediationFunction,
  Risk,
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
export {
  type SelectOptions,
  TRMRemediationSelector,
  type TRMRemediationSelectorOptions,
} from './remediation/selectors/trm.js';
export type { RuntimeEvent } from './runtime/index.js';
