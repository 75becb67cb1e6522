export type { AlertDelivery } from './delivery.js';
export type { RemediatorEmitter, RemediatorEvents } from './events.js';
export type { Remediation, RemediationOutcome } from './remediation.js';
export { type RemediateOptions, Remediator, type RemediatorOptions } from './remediator.js';
