import { GuardedEmitter } from '../../core/guarded-emitter.js';
import type { Alert } from '../../domain/alert/alert.js';
import type { Remediation } from './remediation.js';

/** What a Remediator tells those who listen. */
export interface RemediatorEvents {
  /** An alert has come to its end, whatever that is. */
  remediation_ended: (event: { readonly remediation: Remediation }) => void;
  /** The same alert is being worked on already, and joins that work. */
  remediation_joined: (event: { readonly alert: Alert }) => void;
}

/** An emitter whose listeners cannot harm an action or each other. */
export class RemediatorEmitter extends GuardedEmitter<RemediatorEvents> {}
