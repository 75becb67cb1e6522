export type { Action, ActionDispatcher } from './action/index.js';
export type { Alert } from './alert/alert.js';
export { ALERT_LIMITS } from './alert/alert-schema.js';
export { alertFingerprint } from './alert/fingerprint.js';
export { parseAlerts } from './alert/parse-alerts.js';
export type {
  Catalog,
  DerivationRule,
  JsonType,
  ParameterSchema,
  RemediationFunction,
  Risk,
} from './catalog/catalog.js';
export { CATALOG_LIMITS } from './catalog/catalog-schema.js';
export { DEFAULT_CATALOG } from './catalog/default-catalog.js';
export { parseCatalog } from './catalog/parse-catalog.js';
export type {
  AbstainReason,
  Candidate,
  Decision,
  ParameterOrigin,
  ParameterValue,
  TraceStep,
} from './decision/decision.js';
export { type DecisionJson, decisionToJson } from './decision/decision-json.js';
export type { Demonstration, DemonstrationInput } from './decision/demonstration.js';
export { ownerOfPod } from './kubernetes-names.js';
export type { Abstention, Evidence, Selection, Selector, SelectorOutcome, SelectRequest } from './selection/index.js';
export { cosine, type Embedder } from './text/embedder.js';
export type {
  ChatMessage,
  FinishReason,
  GenerateCall,
  GenerateResult,
  Health,
  RecursionRule,
  RecursionStep,
  TextProvider,
  TextProviderCapabilities,
  ToolCall,
  ToolDefinition,
} from './text/index.js';
