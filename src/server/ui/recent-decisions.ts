import type { ChainDecision, ChainOutcome, RemediationChain } from '../../remediation/chain/index.js';
import { plainText } from '../../telemetry/text/plain-text.js';

/** A decision as it is shown to people who did not ask for it: no value of the alert but its name. */
export interface RecentDecision {
  /** ISO 8601, when it was made. */
  readonly time: string;
  /** Bounded, without secrets and characters that cannot be seen; so are all texts here. */
  readonly alertname: string;
  readonly fingerprint: string;
  readonly outcome: ChainOutcome;
  readonly lambda_function: string | null;
  /** In [0, 1]. */
  readonly confidence: number;
  readonly phase: string | null;
  readonly attempts: readonly { readonly phase: string; readonly outcome: string }[];
  readonly duration_ms: number;
}

interface Asked {
  readonly alertname: string;
  readonly fingerprint: string;
}

export interface RecentDecisionsOptions {
  /** Decisions that are kept at most, 1 or more. Default 50. */
  readonly limit?: number | undefined;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly clock?: (() => number) | undefined;
}

const LONGEST = { alertname: 80, fingerprint: 64, lambdaFunction: 80, phase: 40 } as const;
const MOST_ATTEMPTS = 20;
/** Alerts that are being decided about and remembered meanwhile; more than a service decides about at once. */
const MOST_PENDING = 20_000;

/**
 * The last decisions of a chain, in memory, each reduced when it is made to what may be shown. Whoever asks again for
 * what is being computed for somebody else adds none.
 */
export class RecentDecisions {
  readonly #limit: number;
  readonly #clock: () => number;
  readonly #pending = new Map<string, Asked>();
  readonly #kept: RecentDecision[] = [];

  constructor(
    { events }: Pick<RemediationChain, 'events'>,
    { limit = 50, clock = Date.now }: RecentDecisionsOptions = {},
  ) {
    this.#limit = limit;
    this.#clock = clock;
    events.on('chain_started', ({ correlationId, alertname, fingerprint }) => {
      if (this.#pending.size >= MOST_PENDING) return;
      this.#pending.set(correlationId, {
        alertname: plainText(alertname, LONGEST.alertname),
        fingerprint: plainText(fingerprint, LONGEST.fingerprint),
      });
    });
    events.on('chain_aborted', ({ correlationId }) => void this.#pending.delete(correlationId));
    events.on('chain_decided', ({ correlationId, decision }) => {
      const asked = this.#pending.get(correlationId);
      this.#pending.delete(correlationId);
      if (asked) this.#keep(asked, decision);
    });
  }

  /** The newest first. */
  list(): readonly RecentDecision[] {
    return this.#kept.toReversed();
  }

  #keep(asked: Asked, decision: ChainDecision): void {
    const { outcome, lambdaFunction, confidence, phase, attempts, durationMs } = decision;
    if (this.#kept.length >= this.#limit) this.#kept.shift();
    this.#kept.push({
      time: new Date(this.#clock()).toISOString(),
      ...asked,
      outcome,
      lambda_function: lambdaFunction === null ? null : plainText(lambdaFunction, LONGEST.lambdaFunction),
      confidence,
      phase: phase === null ? null : plainText(phase, LONGEST.phase),
      attempts: attempts.slice(0, MOST_ATTEMPTS).map((attempt) => ({
        phase: plainText(attempt.phase, LONGEST.phase),
        outcome: attempt.outcome,
      })),
      duration_ms: durationMs,
    });
  }
}
