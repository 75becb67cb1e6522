import { GuardedEmitter } from '../../core/guarded-emitter.js';
import type { Alert } from '../../domain/alert/alert.js';
import type { Remediation } from './remediation.js';

/** What a Remediator tells those who listen. */
export interface RemediatorEvents {
  /** An alert has come to its end, whatever that is. */
  remediation_ended: (event: { readonly remediation: Remediation }) => void;
  /** An alert has come to no end: the signal fired, or the chain could not be asked. */
  remediation_failed: (event: { readonly alert: Alert; readonly error: unknown }) => void;
  /** The same alert is being worked on already, and joins that work. */
  remediation_joined: (event: { readonly alert: Alert }) => void;
  /**
   * The sink accepted an action, but the guardrails could not keep its places. They end with the lease; the alert,
   * delivered again after that, leads to the same event once more.
   */
  confirmation_failed: (event: { readonly alert: Alert; readonly error: unknown }) => void;
  /** The places of an action that was not delivered could not be given back. They end with the lease. */
  release_failed: (event: { readonly alert: Alert; readonly error: unknown }) => void;
}

/** An emitter whose listeners cannot harm an action or each other. */
export class RemediatorEmitter extends GuardedEmitter<RemediatorEvents> {}
