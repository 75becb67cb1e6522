import { DisposeGuard } from '../../core/dispose-guard.js';
import { createDeadline } from '../../core/deadline.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { Action, ActionDispatcher } from '../../domain/action/action.js';
import { type Alert, alertFingerprint, parseAlerts } from '../../domain/index.js';
import type { RemediationChain } from '../chain/index.js';
import type { Guardrails } from '../guardrails/index.js';
import { RemediatorEmitter } from './events.js';
import type { Remediation } from './remediation.js';

export interface RemediatorOptions {
  /** Decides. It stays the caller's. */
  readonly chain: Pick<RemediationChain, 'decide'>;
  /** Says what may be done. */
  readonly guardrails: Pick<Guardrails, 'evaluate' | 'release'>;
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

/**
 * From an alert to an action that is safe to take: the chain decides, the guardrails judge, the dispatcher hands over.
 * Nothing is dispatched unless the chain took a phase and every guardrail let the call pass; what the sink does not
 * accept gives its place back. Alerts that come again while they are worked on join that work.
 *
 * @example
 * const remediator = new Remediator({ chain, guardrails, dispatcher: createTriggerDispatcher({ sink, policyVersion: '1' }) });
 * const [{ outcome, verdict }] = await remediator.remediate(webhook);
 */
export class Remediator implements AsyncDisposable {
  readonly events = new RemediatorEmitter();
  readonly #options: RemediatorOptions;
  readonly #guard = new DisposeGuard('Remediator');
  readonly #running = new Map<string, Promise<Remediation>>();

  constructor(options: RemediatorOptions) {
    this.#options = options;
  }

  /**
   * Takes every alert of an array, a webhook or a CloudEvent to its end, all at once; answers in order. A sink that does
   * not accept an action is an outcome (`undelivered`), not a throw.
   *
   * Rejects with InvalidInputError naming the field, AbortedError or DeadlineExceededError when the signal fires,
   * DisposedError.
   */
  async remediate(alerts: unknown, options: RemediateOptions = {}): Promise<Remediation[]> {
    this.#guard.check();
    const parsed = parseAlerts(alerts);
    return this.#guard.run(() => Promise.all(parsed.map((alert) => this.#join(alert, options))));
  }

  /** Refuses new alerts and waits for those that are worked on. */
  dispose(): Promise<void> {
    return this.#guard.dispose(async () => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** One run for the same alert, so that a storm of redeliveries costs one decision. */
  #join(alert: Alert, options: RemediateOptions): Promise<Remediation> {
    const key = [alertFingerprint(alert), alert.startsAt ?? '', alert.status].join('|');
    const running = this.#running.get(key);
    if (running) {
      this.events.emit('remediation_joined', { alert });
      const { signal } = options;
      return signal ? untilAborted(() => running, signal) : running;
    }
    const run = this.#run(alert, options).finally(() => this.#running.delete(key));
    this.#running.set(key, run);
    return run;
  }

  async #run(alert: Alert, options: RemediateOptions): Promise<Remediation> {
    const remediation = await this.#act(alert, options);
    this.events.emit('remediation_ended', { remediation });
    return remediation;
  }

  async #act(alert: Alert, { signal, causation, correlationId }: RemediateOptions): Promise<Remediation> {
    const { chain, guardrails, dispatcher } = this.#options;
    const decision = await chain.decide(alert, { signal, correlationId });
    const { lambdaFunction, parameters, parameterOrigins, confidence, phase } = decision;
    if (lambdaFunction === null || phase === null) return { alert, outcome: 'nothing', decision };
    const call = { lambdaFunction, parameters, parameterOrigins };
    const verdict = await guardrails.evaluate({ alert, call, confidence, phase }, { signal });
    if (!verdict.act) return { alert, outcome: 'refused', decision, verdict };

    const deadline = createDeadline({ signal });
    try {
      const action: Action = {
        alert,
        call: { lambdaFunction, parameters },
        confidence,
        phase,
        correlationId: decision.correlationId,
        ...(causation && { causation }),
      };
      const { eventId } = await dispatcher.dispatch(action, { signal: deadline.signal });
      return { alert, outcome: 'acted', decision, verdict, eventId };
    } catch (error) {
      // Whether it arrived is not known. Its id stays the same, so a second delivery has no second effect.
      await guardrails.release(verdict).catch(() => undefined);
      deadline.throwIfOver();
      return { alert, outcome: 'undelivered', decision, verdict, error };
    } finally {
      deadline.dispose();
    }
  }
}
