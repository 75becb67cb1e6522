import { randomUUID } from 'node:crypto';
import { createDeadline } from '../../core/deadline.js';
import { DisposeGuard } from '../../core/dispose-guard.js';
import { ConfigurationError, InvalidInputError } from '../../core/errors.js';
import { quote } from '../../domain/describe.js';
import {
  type Alert,
  alertFingerprint,
  type Catalog,
  DEFAULT_CATALOG,
  parseAlerts,
  parseCatalog,
} from '../../domain/index.js';
import type { Selector, SelectorOutcome } from '../../domain/selection/selector.js';
import type { ChainDecision, PhaseAttempt } from './chain-decision.js';
import { RemediationChainEmitter } from './events.js';
import { type ChainPhase, checkThreshold, checkTimeout, type ResolvedPhase, resolvePhases } from './phase.js';
import { runPhase } from './run-phase.js';

export interface RemediationChainOptions {
  /** Phases in the order in which they are asked. The selectors stay the caller's: `dispose()` leaves them alone. */
  readonly phases: readonly (ChainPhase | Selector)[];
  /** Functions to choose from. Default: `DEFAULT_CATALOG`. */
  readonly catalog?: Catalog | undefined;
  /** Least confidence, 0 to 1, of phases that have none of their own. Default 0.7. */
  readonly threshold?: number | undefined;
  /** Milliseconds for one alert with all its phases. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Called once by `dispose()`, when the last alert is decided: for selectors that belong to the chain. */
  readonly release?: (() => Promise<void>) | undefined;
}

export interface DecideOptions {
  /** Functions to choose from for this alert. Default: the chain's. */
  readonly catalog?: Catalog | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, in place of the chain's. */
  readonly timeoutMs?: number | undefined;
  /** Name that goes with the decision. Default: a new UUID. */
  readonly correlationId?: string | undefined;
}

const DEFAULT_THRESHOLD = 0.7;
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Asks phases in order what to do about an alert, until one is sure enough. The answer names every phase that was
 * asked, what it said and why it was or was not taken. When none is sure enough, nobody acts: the outcome is
 * `escalated`.
 *
 * @example
 * const chain = new RemediationChain({ phases: [createAnnotationSelector(), createRulesSelector()] });
 * const { lambdaFunction, parameters, attempts } = await chain.decide(alert);
 */
export class RemediationChain implements AsyncDisposable {
  /** What happens in the chain, by name: see {@link RemediationChainEvents}. */
  readonly events = new RemediationChainEmitter();
  readonly #phases: readonly ResolvedPhase[];
  readonly #catalog: Catalog;
  readonly #catalogs = new WeakMap<Catalog, Catalog>();
  readonly #timeoutMs: number;
  readonly #release: () => Promise<void>;
  readonly #thresholds = new Map<string, number>();
  readonly #guard = new DisposeGuard('RemediationChain');
  #threshold: number;

  /** Throws ConfigurationError or InvalidInputError (of the catalog) that names the field. */
  constructor(options: RemediationChainOptions) {
    const {
      phases,
      catalog = DEFAULT_CATALOG,
      threshold = DEFAULT_THRESHOLD,
      timeoutMs = DEFAULT_TIMEOUT_MS,
    } = options;
    checkThreshold(threshold, 'threshold');
    checkTimeout(timeoutMs, 'timeoutMs');
    this.#phases = resolvePhases(phases);
    for (const phase of this.#phases) {
      if (phase.threshold !== undefined) this.#thresholds.set(phase.name, phase.threshold);
    }
    this.#catalog = this.#checked(catalog);
    this.#threshold = threshold;
    this.#timeoutMs = timeoutMs;
    this.#release = options.release ?? (async () => undefined);
  }

  /** Names of the phases in the order in which they are asked. */
  get phases(): readonly string[] {
    return this.#phases.map(({ name }) => name);
  }

  /** The least confidence at which a phase is taken; without a name, that of phases that have none of their own. */
  threshold(phase?: string): number {
    if (phase === undefined) return this.#threshold;
    this.#checkPhase(phase);
    return this.#thresholds.get(phase) ?? this.#threshold;
  }

  /**
   * Changes a threshold, 0 to 1, at once: the next phase that ends is judged by it. Without a name it is that of all
   * phases that have none of their own. Throws ConfigurationError.
   */
  setThreshold(value: number, phase?: string): void {
    checkThreshold(value, phase === undefined ? 'threshold' : `threshold of ${phase}`);
    const from = this.threshold(phase);
    if (phase === undefined) this.#threshold = value;
    else this.#thresholds.set(phase, value);
    this.events.emit('threshold_changed', { phase: phase ?? null, from, to: value });
  }

  /**
   * Decides about one alert: a plain {labels, annotations, metrics}, or an envelope (webhook, CloudEvent) that holds
   * exactly one. When the deadline passes, the outcome is `escalated`. A resolved alert needs nothing: no phase is
   * asked.
   *
   * Rejects with InvalidInputError naming the field, AbortedError when the signal fires, DisposedError.
   */
  async decide(alert: unknown, options: DecideOptions = {}): Promise<ChainDecision> {
    this.#guard.check();
    const alerts = parseAlerts(alert);
    const [only] = alerts;
    if (only === undefined || alerts.length > 1) {
      throw new InvalidInputError('alerts', `expected one alert, received ${alerts.length}; use decideAll for many`);
    }
    return this.#guard.run(() => this.#decide(only, options));
  }

  /** Decides about every alert of an array, a webhook or a CloudEvent at once; answers in order. Rejects as `decide`. */
  async decideAll(alerts: unknown, options: Omit<DecideOptions, 'correlationId'> = {}): Promise<ChainDecision[]> {
    this.#guard.check();
    const parsed = parseAlerts(alerts);
    return this.#guard.run(() => Promise.all(parsed.map((alert) => this.#decide(alert, options))));
  }

  /** Refuses new alerts and waits for those that are being decided. */
  dispose(): Promise<void> {
    return this.#guard.dispose(this.#release);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #decide(alert: Alert, options: DecideOptions): Promise<ChainDecision> {
    const { signal, timeoutMs = this.#timeoutMs, correlationId = randomUUID() } = options;
    checkTimeout(timeoutMs, 'timeoutMs');
    const catalog = options.catalog === undefined ? this.#catalog : this.#checked(options.catalog);
    const start = performance.now();
    const attempts: PhaseAttempt[] = [];
    const finish = (part: Omit<ChainDecision, 'attempts' | 'correlationId' | 'durationMs'>): ChainDecision => {
      const decision = { ...part, attempts, correlationId, durationMs: performance.now() - start };
      this.events.emit('chain_decided', { correlationId, decision });
      return decision;
    };
    this.events.emit('chain_started', {
      correlationId,
      alertname: alert.labels.alertname ?? '',
      fingerprint: alertFingerprint(alert),
      phases: this.phases,
    });
    if (alert.status === 'resolved') {
      return finish({ ...nobody('the alert is resolved, so there is nothing to do'), outcome: 'resolved' });
    }

    const deadline = createDeadline({ signal, timeoutMs });
    try {
      for (const phase of this.#phases) {
        const { name } = phase;
        this.events.emit('phase_started', { correlationId, phase: name, threshold: this.threshold(name) });
        const run = await runPhase(phase, { alert, catalog, threshold: () => this.threshold(name), deadline });
        attempts.push(run.attempt);
        this.events.emit('phase_ended', { correlationId, attempt: run.attempt });
        if (run.outcome) return finish(answerOf(name, run.outcome));
      }
      return finish(nobody(describeEscalation(attempts)));
    } catch (error) {
      this.events.emit('chain_aborted', { correlationId, error, attempts });
      throw error;
    } finally {
      deadline.dispose();
    }
  }

  #checked(catalog: Catalog): Catalog {
    if (catalog === DEFAULT_CATALOG) return catalog;
    let known = this.#catalogs.get(catalog);
    if (!known) {
      known = parseCatalog(catalog);
      this.#catalogs.set(catalog, known);
    }
    return known;
  }

  #checkPhase(phase: string): void {
    if (this.#phases.some(({ name }) => name === phase)) return;
    throw new ConfigurationError(`phase: expected one of ${this.phases.join(', ')}, received ${quote(phase)}`);
  }
}

function answerOf(
  phase: string,
  outcome: SelectorOutcome,
): Omit<ChainDecision, 'attempts' | 'correlationId' | 'durationMs'> {
  const { decision, evidence = [] } = outcome;
  if (outcome.kind === 'abstained') {
    return {
      ...nobody(outcome.detail),
      outcome: 'none-applies',
      confidence: outcome.confidence ?? 0,
      phase,
      evidence,
      ...(decision && { decision }),
    };
  }
  return {
    outcome: 'selected',
    lambdaFunction: outcome.lambdaFunction,
    parameters: outcome.parameters,
    parameterOrigins: outcome.parameterOrigins,
    confidence: outcome.confidence,
    phase,
    reasoning: outcome.reasoning,
    evidence,
    ...(decision && { decision }),
  };
}

function nobody(reasoning: string): Omit<ChainDecision, 'attempts' | 'correlationId' | 'durationMs'> {
  return {
    outcome: 'escalated',
    lambdaFunction: null,
    parameters: {},
    parameterOrigins: {},
    confidence: 0,
    phase: null,
    reasoning,
    evidence: [],
  };
}

function describeEscalation(attempts: readonly PhaseAttempt[]): string {
  const asked = attempts.filter(({ outcome }) => outcome !== 'skipped');
  const told = asked.map(({ phase, outcome }) => `${phase} ${outcome}`).join(', ');
  return `no phase was sure enough, so a person should look at it (${told || 'every phase is switched off'})`;
}
