import type { GuardrailStore } from '../store/guardrail-store.js';
import { withinTime } from '../within-time.js';
import type { Place } from './places.js';

/** A key of the store and who has it. */
export interface HeldKey {
  readonly key: string;
  readonly holder: string;
}

/** A key that an action has taken of a place. */
export interface Reservation extends HeldKey {
  readonly place: Place;
}

/**
 * The store, each round of it within a time. Every method rejects with what the store throws, and with AbortedError or
 * DeadlineExceededError.
 */
export class StoreKeys {
  readonly #store: GuardrailStore;
  readonly #timeoutMs: number;

  /** @param timeoutMs milliseconds for each round */
  constructor(store: GuardrailStore, timeoutMs: number) {
    this.#store = store;
    this.#timeoutMs = timeoutMs;
  }

  async holders(
    keys: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, string | undefined>> {
    if (keys.length === 0) return new Map();
    const holders = await this.#within(signal, (inner) => this.#store.holders(keys, inner));
    return new Map(keys.map((key, index) => [key, holders[index]]));
  }

  reserve({ key, holder }: HeldKey, ttlMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    return this.#within(signal, (inner) => this.#store.reserve(key, holder, ttlMs, inner));
  }

  replace({ key, holder }: HeldKey, to: string, ttlMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    return this.#within(signal, (inner) => this.#store.replace(key, holder, to, ttlMs, inner));
  }

  /** Takes the first key that nobody takes before. What was begun stands in `reservations` even if it fails. */
  async takeOne(
    place: Place,
    { holder, ttlMs }: { readonly holder: string; readonly ttlMs: number },
    reservations: Reservation[],
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    for (const key of place.keys) {
      reservations.push({ place, key, holder });
      if (await this.reserve({ key, holder }, ttlMs, signal)) return true;
      reservations.pop();
    }
    return false;
  }

  /** Gives keys back, where the holders still have them. */
  async giveBack(keys: readonly HeldKey[], signal: AbortSignal | undefined): Promise<void> {
    if (keys.length === 0) return;
    await this.#within(signal, (inner) =>
      Promise.all(keys.map(({ key, holder }) => this.#store.release(key, holder, inner))),
    );
  }

  #within<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withinTime(work, this.#timeoutMs, signal);
  }
}
