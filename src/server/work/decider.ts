import { AsyncLocalStorage } from 'node:async_hooks';
import { remainingMsOf } from '../../core/deadline.js';
import type { Alert, RecursionStep } from '../../domain/index.js';
import type { ChainDecision, RemediationChain } from '../../remediation/chain/index.js';
import type { TrmReasoner } from '../../remediation/selectors/trm-phase.js';
import type { ModelHolder } from '../model/model-holder.js';
import type { ModelIdentity, ReasonCall, ServiceModel } from '../model/service-model.js';
import type { ServiceEmitter } from '../service-events.js';
import type { KeyedCatalog } from './catalog-cache.js';
import { Coalescer } from './coalescer.js';
import { alertKey, digest } from './work-key.js';
import type { WorkQueue } from './work-queue.js';

/** A decision and the model that took part in it. */
export interface Decided {
  readonly decision: ChainDecision;
  readonly model: ModelIdentity;
}

/** The answers after each supervision step, the final one last, and the model that gave them. */
export interface Reasoned {
  readonly steps: readonly RecursionStep[];
  readonly model: ModelIdentity;
}

export interface DeciderOptions {
  readonly holder: ModelHolder;
  readonly queue: WorkQueue;
  readonly events: ServiceEmitter;
}

/**
 * The one way to an answer: requests for the same thing share one computation, computations wait their turn in one
 * queue, and each is done by one model from its beginning to its end, whatever is loaded meanwhile.
 */
export class Decider {
  readonly #holder: ModelHolder;
  readonly #queue: WorkQueue;
  readonly #events: ServiceEmitter;
  readonly #decisions = new Coalescer<Decided>();
  readonly #answers = new Coalescer<Reasoned>();
  /** The model of the computation that is running. */
  readonly #pinned = new AsyncLocalStorage<ServiceModel>();

  constructor({ holder, queue, events }: DeciderOptions) {
    this.#holder = holder;
    this.#queue = queue;
    this.#events = events;
  }

  /** Computations under way or waiting, each of which may be for many requests. */
  get running(): number {
    return this.#decisions.running + this.#answers.running;
  }

  /** The TRM phase of the chain. */
  readonly reasoner: TrmReasoner = {
    select: (alert, options = {}) => {
      const { catalog, signal } = options;
      const ask = (model: ServiceModel) => model.select(alert as Alert, { catalog, signal });
      const pinned = this.#pinned.getStore();
      return pinned ? ask(pinned) : this.#holder.use(ask);
    },
  };

  /**
   * Asks the chain about an alert. Rejects with OverloadedError at once when there is no room, AbortedError or
   * DeadlineExceededError when the signal fires.
   */
  async decide(
    chain: Pick<RemediationChain, 'decide'>,
    alert: Alert,
    { catalog, signal }: { readonly catalog: KeyedCatalog; readonly signal: AbortSignal },
  ): Promise<Decided> {
    const key = digest(String(this.#holder.generation), catalog.key, alertKey(alert));
    const { value, joined } = await this.#decisions.run(key, signal, (shared) =>
      this.#compute(shared, signal, async (model) => ({
        decision: await chain.decide(alert, { catalog: catalog.catalog, signal: shared }),
        model: model.identity,
      })),
    );
    if (joined) this.#events.emit('work_shared', { kind: 'decide' });
    return value;
  }

  /** Asks the model alone. Rejects as `decide` does. */
  async reason(
    problem: { readonly alert: Alert; readonly catalog: KeyedCatalog },
    { recursion, signal }: ReasonCall,
  ): Promise<Reasoned> {
    const { alert, catalog } = problem;
    const { maxSteps = null, stopConfidence = null, haltByHead = false } = recursion ?? {};
    const rule = JSON.stringify([maxSteps, stopConfidence, haltByHead]);
    const key = digest(String(this.#holder.generation), catalog.key, alertKey(alert), rule);
    const { value, joined } = await this.#answers.run(key, signal, (shared) =>
      this.#compute(shared, signal, async (model) => ({
        steps: await model.reason({ alert, catalog: catalog.catalog }, { recursion, signal: shared }),
        model: model.identity,
      })),
    );
    if (joined) this.#events.emit('work_shared', { kind: 'reason' });
    return value;
  }

  /** @param asker whose deadline says whether it is worth to wait */
  async #compute<T>(shared: AbortSignal, asker: AbortSignal, work: (model: ServiceModel) => Promise<T>): Promise<T> {
    const arrived = performance.now();
    const load = () => ({ waiting: this.#queue.waiting, active: this.#queue.active });
    const before = this.#queue.waiting;
    const turn = this.#queue.run(
      () => {
        this.#events.emit('work_started', { waitMs: performance.now() - arrived, ...load() });
        return this.#holder.use((model) => this.#pinned.run(model, () => work(model)));
      },
      shared,
      remainingMsOf(asker),
    );
    if (this.#queue.waiting > before) this.#events.emit('work_queued', load());
    try {
      return await turn;
    } finally {
      this.#events.emit('work_ended', load());
    }
  }
}
