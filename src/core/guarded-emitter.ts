import { EventEmitter } from 'eventemitter3';

type Name<E extends EventEmitter.ValidEventTypes> = EventEmitter.EventNames<E>;
type Listener<E extends EventEmitter.ValidEventTypes, N extends Name<E>> = EventEmitter.EventListener<E, N>;
type AnyListener = (...values: unknown[]) => unknown;

/**
 * An emitter whose listeners cannot harm the one who emits or each other: what one throws, or rejects with, becomes a
 * process warning, once for each listener.
 */
export class GuardedEmitter<E extends EventEmitter.ValidEventTypes> extends EventEmitter<E> {
  readonly #guarded = new WeakMap<AnyListener, AnyListener>();

  override on<N extends Name<E>>(event: N, listener: Listener<E, N>, context?: unknown): this {
    return super.on(event, this.#guard(event, listener), context);
  }

  override addListener<N extends Name<E>>(event: N, listener: Listener<E, N>, context?: unknown): this {
    return this.on(event, listener, context);
  }

  override once<N extends Name<E>>(event: N, listener: Listener<E, N>, context?: unknown): this {
    return super.once(event, this.#guard(event, listener), context);
  }

  override removeListener<N extends Name<E>>(
    event: N,
    listener?: Listener<E, N>,
    context?: unknown,
    once?: boolean,
  ): this {
    // A function that was never added guards to a new one, which removes nothing; without one, all go.
    return super.removeListener(event, listener && this.#guard(event, listener), context, once);
  }

  override off<N extends Name<E>>(event: N, listener?: Listener<E, N>, context?: unknown, once?: boolean): this {
    return this.removeListener(event, listener, context, once);
  }

  #guard<N extends Name<E>>(event: N, listener: Listener<E, N>): Listener<E, N> {
    const key = listener as unknown as AnyListener;
    const known = this.#guarded.get(key);
    if (known) return known as unknown as Listener<E, N>;
    let reported = false;
    const report = (error: unknown): void => {
      if (reported) return;
      reported = true;
      const message = error instanceof Error ? error.message : String(error);
      process.emitWarning(`a listener of ${String(event)} failed, which is ignored: ${message}`, 'AgentTrmWarning');
    };
    const guarded = function (this: unknown, ...values: unknown[]): void {
      try {
        const result = key.apply(this, values);
        if (result instanceof Promise) result.catch(report);
      } catch (error) {
        report(error);
      }
    };
    this.#guarded.set(key, guarded);
    // The emitter itself removes what was added with `once`, and names it by its guarded form.
    this.#guarded.set(guarded, guarded);
    return guarded as unknown as Listener<E, N>;
  }
}
