import { throwIfAborted } from '../../core/deadline.js';
import { DisposeGuard } from '../../core/dispose-guard.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { Action, ActionDispatcher } from '../../domain/action/action.js';
import { type Alert, alertFingerprint, parseAlerts } from '../../domain/index.js';
import type { RemediationChain } from '../chain/index.js';
import type { Guardrails, Verdict } from '../guardrails/index.js';
import { withinTime } from '../guardrails/within-time.js';
import { type AlertDelivery, checkHandedOver } from './delivery.js';
import { RemediatorEmitter } from './events.js';
import type { Remediation } from './remediation.js';

export interface RemediatorOptions {
  /** Decides. It stays the caller's. */
  readonly chain: Pick<RemediationChain, 'decide'>;
  /** Says what may be done. */
  readonly guardrails: Pick<Guardrails, 'evaluate' | 'confirm' | 'release' | 'leaseMs'>;
  /** Carries out what may be done. */
  readonly dispatcher: ActionDispatcher;
}

export interface RemediateOptions {
  readonly signal?: AbortSignal | undefined;
  /** The event that brought the alerts. */
  readonly causation?: Action['causation'];
  /** Name that goes with the decisions. Default: a new UUID for each alert. */
  readonly correlationId?: string | undefined;
}

/** Work on one alert, and the signal of the caller who began it. */
interface Running {
  readonly end: Promise<Remediation>;
  readonly signal: AbortSignal | undefined;
}

/** Milliseconds to confirm or give back places, for each of two attempts. */
const SETTLE_TIMEOUT_MS = 5_000;

/**
 * From an alert to an action that is safe to take: the chain decides, the guardrails judge, the dispatcher hands over.
 * Nothing is dispatched unless the chain took a phase and every guardrail let the call pass; what the sink accepts is
 * confirmed, and what it does not accept gives its places back. Alerts that come again while they are worked on join
 * that work.
 *
 * An action is handed over at least once for as long as upstream goes on delivering its alert, also when the process
 * dies in the middle: `handle` acknowledges nothing else. It may be handed over twice, with the same event id.
 *
 * @example
 * const dispatcher = createTriggerDispatcher({ sink, policyVersion: '1' });
 * const remediator = new Remediator({ chain, guardrails, dispatcher });
 * createServer(createAlertReceiver({ onAlerts: remediator.handle })).listen(8080);
 */
export class Remediator implements AsyncDisposable {
  readonly events = new RemediatorEmitter();
  readonly #options: RemediatorOptions;
  readonly #guard = new DisposeGuard('Remediator');
  readonly #running = new Map<string, Running>();

  constructor(options: RemediatorOptions) {
    this.#options = options;
  }

  /**
   * Takes every alert of an array, a webhook or a CloudEvent to its end, all at once; answers in order. A sink that
   * does not accept an action is an outcome (`undelivered`), not a throw.
   *
   * Rejects with InvalidInputError naming the field, AbortedError or DeadlineExceededError when the signal fires,
   * DisposedError; when all alerts have come to their end.
   */
  async remediate(alerts: unknown, options: RemediateOptions = {}): Promise<Remediation[]> {
    this.#guard.check();
    const parsed = parseAlerts(alerts);
    const ends = await this.#guard.run(() => Promise.allSettled(parsed.map((alert) => this.#join(alert, options))));
    return ends.map(settledValue);
  }

  /**
   * Does the same with alerts that were delivered, and resolves when none of them has to be delivered again. It may be
   * passed as a value: `createAlertReceiver({ onAlerts: remediator.handle })`.
   *
   * When all alerts have come to their end it rejects for the first one that has to come again: with what the sink
   * failed with, unless its dead-letter callback has taken the event (DeliveryError, `deadLettered`); with
   * OverloadedError when the action is being taken at this moment, possibly by a replica that has died
   * (`in-progress`), or the state is not within reach (`state-unavailable`); with what `remediate` rejects with.
   */
  readonly handle = async (
    deliveries: readonly AlertDelivery[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> => {
    this.#guard.check();
    const parsed = deliveries
      .filter(({ alerts }) => alerts.length > 0)
      .flatMap(({ alerts, origin }) => parseAlerts(alerts).map((alert) => ({ alert, causation: origin })));
    const ends = await this.#guard.run(() =>
      Promise.allSettled(parsed.map(({ alert, causation }) => this.#join(alert, { signal, causation }))),
    );
    for (const end of ends) checkHandedOver(settledValue(end));
  };

  /** Refuses new alerts and waits for those that are worked on. */
  dispose(): Promise<void> {
    return this.#guard.dispose(async () => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** One run for the same alert, so that a storm of redeliveries costs one decision. */
  async #join(alert: Alert, options: RemediateOptions): Promise<Remediation> {
    const { signal } = options;
    const key = identityOf(alert);
    let running = this.#running.get(key);
    while (running) {
      const { end, signal: starter } = running;
      this.events.emit('remediation_joined', { alert });
      try {
        return await (signal ? untilAborted(() => end, signal) : end);
      } catch (error) {
        // That whoever began has given up does not end the work for those who joined it.
        if (signal?.aborted || !starter?.aborted) throw error;
      }
      running = this.#running.get(key);
    }
    const end = this.#run(alert, options).finally(() => this.#running.delete(key));
    this.#running.set(key, { end, signal });
    return end;
  }

  async #run(alert: Alert, options: RemediateOptions): Promise<Remediation> {
    try {
      const remediation = await this.#act(alert, options);
      this.events.emit('remediation_ended', { remediation });
      return remediation;
    } catch (error) {
      this.events.emit('remediation_failed', { alert, error });
      throw error;
    }
  }

  async #act(alert: Alert, { signal, causation, correlationId }: RemediateOptions): Promise<Remediation> {
    const { chain, guardrails } = this.#options;
    const decision = await chain.decide(alert, { signal, correlationId });
    const { lambdaFunction, parameters, parameterOrigins, confidence, phase } = decision;
    if (lambdaFunction === null || phase === null) return { alert, outcome: 'nothing', decision };
    const call = { lambdaFunction, parameters, parameterOrigins };
    const verdict = await guardrails.evaluate({ alert, call, confidence, phase }, { signal });
    if (!verdict.act) return { alert, outcome: 'refused', decision, verdict };

    const action: Action = {
      alert,
      call: { lambdaFunction, parameters },
      confidence,
      phase,
      correlationId: decision.correlationId,
      ...(causation && { causation }),
    };
    let eventId: string;
    try {
      eventId = await this.#dispatch(action, signal);
    } catch (error) {
      // Whether it arrived is not known. Its id stays the same, so a second delivery has no second effect.
      await this.#settle('release', alert, verdict);
      throwIfAborted(signal);
      return { alert, outcome: 'undelivered', decision, verdict, error };
    }
    await this.#settle('confirm', alert, verdict);
    return { alert, outcome: 'acted', decision, verdict, eventId };
  }

  /** Ends before the lease does, with time left to confirm: later, another action might have got the places. */
  async #dispatch(action: Action, signal: AbortSignal | undefined): Promise<string> {
    const { dispatcher, guardrails } = this.#options;
    const timeoutMs = Math.max(guardrails.leaseMs / 2, guardrails.leaseMs - 2 * SETTLE_TIMEOUT_MS);
    const { eventId } = await withinTime((inner) => dispatcher.dispatch(action, { signal: inner }), timeoutMs, signal);
    return eventId;
  }

  /** Confirms or gives back, in a time of its own: the caller may have given up, and the action counts all the same. */
  async #settle(how: 'confirm' | 'release', alert: Alert, verdict: Verdict): Promise<void> {
    const { guardrails } = this.#options;
    const attempt = () => withinTime((signal) => guardrails[how](verdict, { signal }), SETTLE_TIMEOUT_MS);
    try {
      await attempt().catch(attempt);
    } catch (error) {
      this.events.emit(how === 'confirm' ? 'confirmation_failed' : 'release_failed', { alert, error });
    }
  }
}

/** What makes two alerts the same, whose work can be joined. The labels belong to it: a fingerprint can be forged. */
function identityOf(alert: Alert): string {
  const labels = Object.entries(alert.labels).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([alertFingerprint(alert), alert.startsAt ?? null, alert.status, labels]);
}

function settledValue<T>(end: PromiseSettledResult<T>): T {
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}
