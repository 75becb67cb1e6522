export type { Alert } from './alert.js';
export { ALERT_LIMITS } from './alert-schema.js';
export type { Catalog, DerivationRule, JsonType, ParameterSchema, RemediationFunction, Risk } from './catalog.js';
export { CATALOG_LIMITS } from './catalog-schema.js';
export type {
  AbstainReason,
  Candidate,
  Decision,
  ParameterOrigin,
  ParameterValue,
  TraceStep,
} from './decision.js';
export { type DecisionJson, decisionToJson } from './decision-json.js';
export { DEFAULT_CATALOG } from './default-catalog.js';
export { alertFingerprint } from './fingerprint.js';
export { ownerOfPod } from './kubernetes-names.js';
export { parseAlerts } from './parse-alerts.js';
export { parseCatalog } from './parse-catalog.js';
