import type { RemediationFunction } from '../../../domain/index.js';
import type { ResolvedPolicy } from '../policy.js';
import { refusal } from '../refusal.js';
import type { GuardrailStore } from '../store/guardrail-store.js';
import type { GuardedAction, GuardrailName, OutcomeReport, Refusal } from '../verdict.js';
import { doneHolder, isDone, pendingHolder, pendingPrefix } from './holders.js';
import {
  approvalKey,
  callDigest,
  describeFiring,
  ineffectivePlace,
  type Place,
  placesOf,
  reportDigest,
  STORM_OPEN,
  stormPlace,
} from './places.js';
import { type Reservation, StoreKeys } from './store-keys.js';

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
  readonly #store: StoreKeys;
  readonly #policy: ResolvedPolicy;
  readonly #clock: () => number;

  constructor(store: GuardrailStore, policy: ResolvedPolicy, clock: () => number) {
    this.#store = new StoreKeys(store, policy.stateTimeoutMs);
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
    const holders = await this.#store.holders(keys, signal);
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
    if (vain !== undefined) checks.add('ineffective');
    if (vain !== undefined && free(vain).length === 0) refusals.push(refusal('ineffective', vain.full));
    if (places.length > 0) checks.add('in-progress');
    for (const { check } of places) checks.add(check);
    const full = places.filter((place) => free(place).length === 0);
    const isUnderWay = (place: Place): boolean => {
      const current = place.keys.map((key) => holders.get(key));
      return this.#isUnderWay(action, place, current);
    };
    const acted = full.some((place) => place.check === 'duplicate' && !isUnderWay(place));
    // What stands in the way is then this very action, so that nothing else has to be said of its places.
    if (!acted && full.some(isUnderWay)) refusals.push(this.#inProgress(action));
    else refusals.push(...full.map((place) => refusal(place.check, place.full)));
    return { checks: [...checks], refusals, places: places.map((place) => ({ ...place, keys: free(place) })) };
  }

  /**
   * Takes one key of each place for the time of the lease, or none at all and says why. Of two who want the last key
   * one gets it.
   */
  async take(
    action: GuardedAction,
    places: readonly Place[],
    signal: AbortSignal,
  ): Promise<readonly Reservation[] | Refusal> {
    const holder = pendingHolder(action.alert);
    const reservations: Reservation[] = [];
    try {
      for (const place of places) {
        const ttlMs = Math.min(place.ttlMs, this.#policy.leaseMs);
        if (await this.#store.takeOne(place, { holder, ttlMs }, reservations, signal)) continue;
        const why = await this.#whyTaken(action, place, signal);
        await this.giveBack(reservations, signal);
        return why;
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

  /**
   * Keeps what was taken for its whole time, which begins at this moment. Gives the places that could not be kept,
   * since their lease had ended and someone else has them.
   */
  async keep(reservations: readonly Reservation[], signal: AbortSignal | undefined): Promise<readonly Place[]> {
    const kept = await Promise.all(reservations.map((reservation) => this.#keepOne(reservation, signal)));
    return reservations.flatMap(({ place }, index) => (kept[index] ? [] : [place]));
  }

  /** Gives back what was taken, where it has not ended or been kept. */
  giveBack(reservations: readonly Reservation[], signal: AbortSignal | undefined): Promise<void> {
    return this.#store.giveBack(reservations, signal);
  }

  /**
   * Asks a person, which must not be done twice at the same time for the same call; a refusal where it is being done.
   *
   * @param ask takes at most the policy's time for an approval
   */
  async askAlone<T>(
    action: GuardedAction,
    ask: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ readonly result: T } | Refusal> {
    const place = { key: approvalKey(action.call), holder: pendingHolder(action.alert) };
    const ttlMs = this.#policy.approval.timeoutMs + this.#policy.stateTimeoutMs;
    if (!(await this.#store.reserve(place, ttlMs, signal))) {
      const current = (await this.#store.holders([place.key], signal)).get(place.key);
      // Nobody has it any more, or the same alert, whose answer may never come where its replica has died.
      if (current === undefined || current.startsWith(pendingPrefix(action.alert))) return this.#inProgress(action);
      return refusal('approval', 'a person is being asked about the same action already');
    }
    try {
      return { result: await ask() };
    } finally {
      const givenBack = Promise.allSettled([this.#store.giveBack([place], undefined)]);
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
    const holders = await this.#store.holders(keys, signal);
    if (report.outcome === 'effective') {
      const held = [...holders].flatMap(([key, holder]) => (holder === undefined ? [] : [{ key, holder }]));
      await this.#store.giveBack(held, signal);
      return;
    }
    const holder = reportDigest(report);
    const age = Number.isFinite(report.at) ? Math.max(0, this.#clock() - report.at) : 0;
    if (age >= ttlMs || [...holders.values()].includes(holder)) return;
    const free = keys.filter((key) => holders.get(key) === undefined);
    const place: Place = { check: 'ineffective', keys: free, ttlMs, full: '' };
    await this.#store.takeOne(place, { holder, ttlMs: ttlMs - age }, [], signal);
  }

  /** Whether the storm breaker holds everything back at this moment. */
  async isStormOpen(signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#policy.disabled.includes('storm')) return false;
    return (await this.#store.holders([STORM_OPEN], signal)).get(STORM_OPEN) !== undefined;
  }

  /** Counts a distinct call; false when it is one too many, which opens the breaker. */
  async #countAsked(
    { call }: GuardedAction,
    storm: Place,
    free: readonly string[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const holder = callDigest(call);
    const { ttlMs } = storm;
    if (await this.#store.takeOne({ ...storm, keys: free }, { holder, ttlMs }, [], signal)) return true;
    const { coolOffMs } = this.#policy.storm;
    await this.#store.reserve({ key: STORM_OPEN, holder }, coolOffMs, signal);
    return false;
  }

  async #keepOne(reservation: Reservation, signal: AbortSignal | undefined): Promise<boolean> {
    const { place } = reservation;
    const done = { holder: doneHolder(reservation.holder), ttlMs: place.ttlMs };
    const kept = await this.#store.replace(reservation, done.holder, done.ttlMs, signal);
    // Another key of the place counts as well, so that too many are not permitted later.
    return kept || this.#store.takeOne(place, done, [], signal);
  }

  /** Why a place that was free before could not be taken. */
  async #whyTaken(action: GuardedAction, place: Place, signal: AbortSignal): Promise<Refusal> {
    const holders = await this.#store.holders(place.keys, signal);
    const underWay = this.#isUnderWay(action, place, [...holders.values()]);
    return underWay ? this.#inProgress(action) : refusal(place.check, place.full);
  }

  /** Whether what is in the way of an action at a place is the same one, not confirmed. */
  #isUnderWay({ alert }: GuardedAction, { check }: Place, holders: readonly (string | undefined)[]): boolean {
    // The place of an alert is nobody else's: unless it has acted, it is being acted on, or was until just now.
    if (check === 'duplicate') return !holders.some(isDone);
    const own = pendingPrefix(alert);
    return holders.some((holder) => holder?.startsWith(own));
  }

  #inProgress({ alert }: GuardedAction): Refusal {
    const what = 'is being acted on at this moment, or was by a replica that has died; try it again later';
    return refusal('in-progress', `${describeFiring(alert)}, ${what}`);
  }
}
