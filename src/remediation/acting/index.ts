export type { AlertDelivery } from './delivery.js';
export type { RemediatorEmitter, RemediatorEvents } from './events.js';
export { createOutcomeRecorder, type OutcomeRecorderOptions, type ReportedOutcome } from './record-outcome.js';
export type { Remediation, RemediationOutcome } from './remediation.js';
export { type RemediateOptions, Remediator, type RemediatorOptions } from './remediator.js';
