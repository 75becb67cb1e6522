import { GuardedEmitter } from '../../core/guarded-emitter.js';
import type { ChainDecision, PhaseAttempt } from './chain-decision.js';

export interface ChainStartedEvent {
  readonly correlationId: string;
  readonly alertname: string;
  readonly fingerprint: string;
  /** Phases in the order in which they are asked. */
  readonly phases: readonly string[];
}

export interface PhaseStartedEvent {
  readonly correlationId: string;
  readonly phase: string;
  readonly threshold: number;
}

export interface PhaseEndedEvent {
  readonly correlationId: string;
  readonly attempt: PhaseAttempt;
}

export interface ChainDecidedEvent {
  readonly correlationId: string;
  readonly decision: ChainDecision;
}

export interface ChainAbortedEvent {
  readonly correlationId: string;
  readonly error: unknown;
  readonly attempts: readonly PhaseAttempt[];
}

export interface ThresholdChangedEvent {
  /** `null` for the threshold of all phases that have none of their own. */
  readonly phase: string | null;
  readonly from: number;
  readonly to: number;
}

/** What a chain tells those who listen. */
export interface RemediationChainEvents {
  chain_started: (event: ChainStartedEvent) => void;
  phase_started: (event: PhaseStartedEvent) => void;
  phase_ended: (event: PhaseEndedEvent) => void;
  chain_decided: (event: ChainDecidedEvent) => void;
  /** The caller's signal fired. */
  chain_aborted: (event: ChainAbortedEvent) => void;
  threshold_changed: (event: ThresholdChangedEvent) => void;
}

/** An emitter whose listeners cannot harm a decision or each other. */
export class RemediationChainEmitter extends GuardedEmitter<RemediationChainEvents> {}
