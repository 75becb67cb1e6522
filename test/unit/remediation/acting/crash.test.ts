import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { OverloadedError } from '../../../../src/core/errors.js';
import { type Alert, DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { Remediator } from '../../../../src/remediation/acting/index.js';
import {
  createGuardrails,
  createMemoryGuardrailStore,
  type GuardrailStore,
} from '../../../../src/remediation/guardrails/index.js';
import { actionOf, alertOf, guard, handClock, START } from '../guardrails/actions.js';
import { countingSink, eventIdOf, RESTARTING, remediating } from './subject.js';

const MINUTE = 60_000;
const LEASE = 2 * MINUTE;
const COOLDOWN = 30 * MINUTE;
const never = () => new Promise<never>(() => undefined);

describe('a process that is killed while it hands an action over', () => {
  it('loses nothing: the alert is acted on by the next one, once the lease has ended', async () => {
    const alert = alertOf();
    const delivered = [{ alerts: [alert], origin: undefined }];
    const clock = handClock();
    const store = createMemoryGuardrailStore({ clock: clock.read });
    const guardrails = () => guard({ store, clock: clock.read });
    const dispatch = vi.fn(never);
    const dead = remediating({ guardrails: guardrails(), dispatcher: { dispatch } });
    const { asked, accepted, dispatcher } = countingSink();
    const { remediator } = remediating({ guardrails: guardrails(), dispatcher });

    const grave = new AbortController();
    const lost = dead.remediator.handle(delivered, { signal: grave.signal });
    const buried = expect(lost).rejects.toThrow();
    await vi.waitFor(() => expect(dispatch).toHaveBeenCalledTimes(1));
    await expect(remediator.handle(delivered)).rejects.toThrow(OverloadedError);
    clock.now += LEASE - 1;
    await expect(remediator.handle(delivered)).rejects.toThrow(/in-progress/);
    expect(asked).toEqual([]);
    clock.now += 1;
    await remediator.handle(delivered);
    await remediator.handle(delivered);
    expect([...accepted]).toEqual([[eventIdOf(actionOf(alert)), 1]]);

    // What is left of the first one takes nothing from the second.
    grave.abort();
    await buried;
    await remediator.handle(delivered);
    expect(asked).toHaveLength(1);
  });
});

/** Two replicas that share a store and a sink. Each may stop at any step, and nothing goes on unless it is told to. */
class World {
  readonly clock = handClock();
  /** Events by alert, as an idempotent sink has them: one effect for each id, however often it comes. */
  readonly effects = new Map<string, Set<string>>();
  readonly confirmed: { readonly alert: Alert; readonly from: number; readonly to: number }[] = [];
  readonly faults: string[] = [];
  refusing = 0;
  readonly #store = createMemoryGuardrailStore({ clock: this.clock.read });
  readonly #steps: (() => void)[] = [];
  readonly #replicas: { alive: boolean; readonly remediator: Remediator }[] = [];

  /** Delivers an alert to a replica, which starts anew where it was killed. */
  deliver(alert: Alert, index: number): void {
    let replica = this.#replicas[index];
    if (!replica?.alive) {
      replica = this.#start();
      this.#replicas[index] = replica;
    }
    replica.remediator.handle([{ alerts: [alert] }]).catch(() => undefined);
  }

  kill(index: number): void {
    const replica = this.#replicas[index];
    if (replica) replica.alive = false;
  }

  /** Lets one of the steps go on that are due. */
  async step(pick: number): Promise<void> {
    const [go] = this.#steps.splice(pick % Math.max(1, this.#steps.length), 1);
    go?.();
    await new Promise(setImmediate);
  }

  async drain(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#steps.length > 0) await this.step(0);
  }

  #start(): { alive: boolean; readonly remediator: Remediator } {
    const life = { alive: true };
    /** One step before the work arrives and one before its answer does; whoever is killed gets to neither. */
    const stepwise = async <T>(work: () => Promise<T>): Promise<T> => {
      await this.#due(life);
      const result = await work().then(
        (value) => () => value,
        (error: unknown) => () => {
          throw error;
        },
      );
      await this.#due(life);
      return result();
    };
    const store: GuardrailStore = {
      reserve: (...given) => stepwise(() => this.#store.reserve(...given)),
      replace: (...given) => stepwise(() => this.#store.replace(...given)),
      release: (...given) => stepwise(() => this.#store.release(...given)),
      holders: (...given) => stepwise(() => this.#store.holders(...given)),
    };
    const policy = { mode: 'auto', stateTimeoutMs: 10 * MINUTE, cooldowns: { function: [] } } as const;
    // The default catalog, since any other is checked anew for each of the many replicas.
    const guardrails = createGuardrails({ catalog: DEFAULT_CATALOG, store, clock: this.clock.read, policy });
    const { dispatcher } = countingSink((action) => stepwise(() => this.#accept(action.alert)));
    const alerts = new WeakMap<object, Alert>();
    const starts = new WeakMap<object, number>();
    const remediator = new Remediator({
      chain: RESTARTING,
      dispatcher,
      guardrails: {
        ...guardrails,
        evaluate: async (action, options) => {
          const verdict = await guardrails.evaluate(action, options);
          alerts.set(verdict, action.alert);
          return verdict;
        },
        confirm: async (verdict, options) => {
          const from = starts.get(verdict) ?? this.clock.now;
          starts.set(verdict, from);
          await guardrails.confirm(verdict, options);
          const alert = alerts.get(verdict);
          if (alert) this.confirmed.push({ alert, from, to: this.clock.now });
        },
      },
    });
    remediator.events.on('remediation_ended', ({ remediation: { alert, verdict } }) => {
      const duplicate = verdict?.refusals.some(({ check }) => check === 'duplicate');
      if (duplicate && !this.effects.has(nameOf(alert))) this.faults.push(`${nameOf(alert)} is lost`);
    });
    return Object.assign(life, { remediator });
  }

  async #accept(alert: Alert): Promise<void> {
    if (this.refusing > 0) {
      this.refusing -= 1;
      throw new Error('the sink is down');
    }
    const ids = this.effects.get(nameOf(alert)) ?? new Set<string>();
    this.effects.set(nameOf(alert), ids.add(eventIdOf(actionOf(alert))));
  }

  async #due(life: { readonly alive: boolean }): Promise<void> {
    await new Promise<void>((resolve) => this.#steps.push(resolve));
    if (!life.alive) await never();
  }
}

const nameOf = ({ labels, startsAt }: Alert): string => `${labels.pod} ${startsAt}`;

/** Two firings on each of two targets. */
const ALERTS = ['shop-0', 'web-0'].flatMap((pod) =>
  [0, 1].map((minute) => alertOf({ pod }, { startsAt: new Date(START + minute * MINUTE).toISOString() })),
);

type Command =
  | { readonly deliver: number; readonly to: number }
  | { readonly step: readonly number[] }
  | { readonly kill: number }
  | { readonly pass: number }
  | { readonly refuse: true };

const replica = fc.nat({ max: 1 });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ deliver: fc.nat({ max: ALERTS.length - 1 }), to: replica }) },
  { weight: 8, arbitrary: fc.record({ step: fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ kill: replica }) },
  { weight: 2, arbitrary: fc.record({ pass: fc.constantFrom(1, MINUTE, LEASE - 1, LEASE, COOLDOWN) }) },
  { weight: 1, arbitrary: fc.record({ refuse: fc.constant(true as const) }) },
);

async function run(world: World, given: Command): Promise<void> {
  if ('deliver' in given) world.deliver(ALERTS[given.deliver] ?? alertOf(), given.to);
  else if ('step' in given) for (const pick of given.step) await world.step(pick);
  else if ('kill' in given) world.kill(given.kill);
  else if ('pass' in given) world.clock.now += given.pass;
  else world.refusing += 1;
}

describe('whoever dies and whenever', () => {
  it('every alert that is delivered again is accepted, with one effect, and cooldowns hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60, size: 'max' }), async (commands) => {
        const world = new World();
        for (const given of commands) await run(world, given);
        await world.drain();
        world.refusing = 0;
        // Upstream goes on; on each target one alert after the other gets its turn.
        for (let round = 0; round < 5; round++) {
          for (const alert of ALERTS) world.deliver(alert, 0);
          await world.drain();
          world.clock.now += COOLDOWN;
        }
        expect(world.faults).toEqual([]);
        for (const alert of ALERTS) expect(world.effects.get(nameOf(alert))?.size, nameOf(alert)).toBe(1);
        expect(new Set(world.confirmed.map(({ alert }) => nameOf(alert))).size).toBe(world.confirmed.length);
        for (const [index, one] of world.confirmed.entries()) {
          for (const other of world.confirmed.slice(0, index)) {
            if (other.alert.labels.pod !== one.alert.labels.pod) continue;
            // Each was confirmed at some moment of its span.
            expect(Math.max(one.to - other.from, other.to - one.from)).toBeGreaterThanOrEqual(COOLDOWN);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});
