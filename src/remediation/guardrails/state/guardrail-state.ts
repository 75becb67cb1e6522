import { randomUUID } from 'node:crypto';
import type { RemediationFunction } from '../../../domain/index.js';
import type { ResolvedPolicy } from '../policy.js';
import { refusal } from '../refusal.js';
import type { GuardrailStore } from '../store/guardrail-store.js';
import type { GuardedAction, GuardrailName, OutcomeReport, Refusal } from '../verdict.js';
import { withinTime } from '../within-time.js';
import { callDigest, ineffectivePlace, type Place, placesOf, reportDigest, STORM_OPEN, stormPlace } from './places.js';

/** A key of the store that an action has taken. */
export interface Reservation {
  readonly key: string;
  readonly holder: string;
}

/** What the store says of an action. */
export interface Look {
  readonly checks: readonly GuardrailName[];
  readonly refusals: readonly Refusal[];
  /** What the action would have to take, with those keys only that were free. */
  readonly places: readonly Place[];
}

/**
 * What guardrails remember, each round of the store within a time. Every method rejects with what the store throws, and
 * with AbortedError or DeadlineExceededError.
 */
export class GuardrailState {
  readonly #store: GuardrailStore;
  readonly #policy: ResolvedPolicy;
  readonly #clock: () => number;

  constructor(store: GuardrailStore, policy: ResolvedPolicy, clock: () => number) {
    this.#store = store;
    this.#policy = policy;
    this.#clock = clock;
  }

  /**
   * Looks at everything at once and takes nothing, except that in modes that act the storm breaker counts: what is
   * asked for makes the storm, not what is permitted.
   */
  async look(action: GuardedAction, definition: RemediationFunction | undefined, signal: AbortSignal): Promise<Look> {
    const policy = this.#policy;
    const storm = policy.disabled.includes('storm') ? undefined : stormPlace(policy);
    const vain = policy.disabled.includes('ineffective')
      ? undefined
      : ineffectivePlace(definition, action.call, policy);
    const places = placesOf(action, definition, policy);
    const keys = [
      ...(storm === undefined ? [] : [STORM_OPEN, ...storm.keys]),
      ...(vain?.keys ?? []),
      ...places.flatMap((place) => place.keys),
    ];
    const holders = await this.#holders(keys, signal);
    const free = (place: Place): readonly string[] => place.keys.filter((key) => holders.get(key) === undefined);

    const checks = new Set<GuardrailName>();
    const refusals: Refusal[] = [];
    if (storm !== undefined) {
      checks.add('storm');
      const open = holders.get(STORM_OPEN) !== undefined;
      const counted = storm.keys.some((key) => holders.get(key) === callDigest(action.call));
      const counts = policy.mode !== 'suggest' && !open && !counted;
      if (open || (counts && !(await this.#countAsked(action, storm, free(storm), signal)))) {
        refusals.push(refusal('storm', storm.full));
      }
    }
    for (const place of vain === undefined ? places : [vain, ...places]) {
      checks.add(place.check);
      if (free(place).length === 0) refusals.push(refusal(place.check, place.full));
    }
    return { checks: [...checks], refusals, places: places.map((place) => ({ ...place, keys: free(place) })) };
  }

  /** Takes one key of each place, or none at all and says why. Of two who want the last key one gets it. */
  async take(places: readonly Place[], signal: AbortSignal): Promise<readonly Reservation[] | Refusal> {
    const holder = randomUUID();
    const reservations: Reservation[] = [];
    try {
      for (const place of places) {
        const taken = await this.#takeOne(place, holder, reservations, signal);
        if (taken) continue;
        await this.giveBack(reservations, signal);
        return refusal(place.check, place.full);
      }
      return reservations;
    } catch (error) {
      // What cannot be given back ends by itself; the failure that is reported is the first. Nobody who has given up
      // waits for it.
      const givenBack = Promise.allSettled([this.giveBack(reservations, undefined)]);
      if (!signal.aborted) await givenBack;
      throw error;
    }
  }

  /** Gives back what was taken. */
  async giveBack(reservations: readonly Reservation[], signal: AbortSignal | undefined): Promise<void> {
    if (reservations.length === 0) return;
    await this.#within(signal, (inner) =>
      Promise.all(reservations.map(({ key, holder }) => this.#store.release(key, holder, inner))),
    );
  }

  /**
   * Does work that must not be done twice at the same time for the same call, `undefined` where it is being done.
   *
   * @param longestMs milliseconds after which the work is over in any case
   */
  async alone<T>(
    call: GuardedAction['call'],
    longestMs: number,
    work: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ readonly result: T } | undefined> {
    const place = { key: `approval/${callDigest(call)}`, holder: randomUUID() };
    const ttlMs = longestMs + this.#policy.stateTimeoutMs;
    const got = await this.#within(signal, (inner) => this.#store.reserve(place.key, place.holder, ttlMs, inner));
    if (!got) return undefined;
    try {
      return { result: await work() };
    } finally {
      const givenBack = Promise.allSettled([this.giveBack([place], undefined)]);
      if (!signal.aborted) await givenBack;
    }
  }

  /** Remembers an attempt in vain, or forgets all of them after an effective one. */
  async recordOutcome(
    report: OutcomeReport,
    definition: RemediationFunction | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (report.outcome === 'unknown' || this.#policy.disabled.includes('ineffective')) return;
    const { keys, ttlMs } = ineffectivePlace(definition, report.call, this.#policy);
    const holders = await this.#holders(keys, signal);
    if (report.outcome === 'effective') {
      const held = [...holders].flatMap(([key, holder]) => (holder === undefined ? [] : [{ key, holder }]));
      await this.giveBack(held, signal);
      return;
    }
    const holder = reportDigest(report);
    const age = Number.isFinite(report.at) ? Math.max(0, this.#clock() - report.at) : 0;
    if (age >= ttlMs || [...holders.values()].includes(holder)) return;
    const free = keys.filter((key) => holders.get(key) === undefined);
    await this.#takeOne({ check: 'ineffective', keys: free, ttlMs: ttlMs - age, full: '' }, holder, [], signal);
  }

  /** Counts a distinct call; false when it is one too many, which opens the breaker. */
  async #countAsked(
    { call }: GuardedAction,
    storm: Place,
    free: readonly string[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const holder = callDigest(call);
    if (await this.#takeOne({ ...storm, keys: free }, holder, [], signal)) return true;
    const { coolOffMs } = this.#policy.storm;
    await this.#within(signal, (inner) => this.#store.reserve(STORM_OPEN, holder, coolOffMs, inner));
    return false;
  }

  /** Takes the first key that nobody takes before. What was begun stands in `reservations` even if it fails. */
  async #takeOne(
    { keys, ttlMs }: Place,
    holder: string,
    reservations: Reservation[],
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    for (const key of keys) {
      reservations.push({ key, holder });
      if (await this.#within(signal, (inner) => this.#store.reserve(key, holder, ttlMs, inner))) return true;
      reservations.pop();
    }
    return false;
  }

  async #holders(
    keys: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, string | undefined>> {
    if (keys.length === 0) return new Map();
    const holders = await this.#within(signal, (inner) => this.#store.holders(keys, inner));
    return new Map(keys.map((key, index) => [key, holders[index]]));
  }

  #within<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withinTime(work, this.#policy.stateTimeoutMs, signal);
  }
}
