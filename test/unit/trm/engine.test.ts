import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  AbortedError,
  ConfigurationError,
  DeadlineExceededError,
  DisposedError,
  InferenceError,
  InvalidInputError,
  OverloadedError,
} from '../../../src/core/errors.js';
import { Engine, type HaltRule } from '../../../src/trm/index.js';
import { type FakeInput, FakeModel, type FakeOutput, fakeState } from './fake-model.js';

const whenDone: HaltRule<FakeOutput> = ({ done }) => done;

function engineOf(model: FakeModel, maxBatchSize = 2, maxQueue?: number): Engine<FakeInput, FakeOutput> {
  return new Engine(model, { maxBatchSize, shouldHalt: whenDone, ...(maxQueue === undefined ? {} : { maxQueue }) });
}

/** A gate that each step waits at until it is opened. */
function gate(): { readonly pass: () => Promise<void>; readonly open: () => void; readonly reached: Promise<void> } {
  let open = (): void => undefined;
  let reach = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return {
    pass: () => {
      reach();
      return opened;
    },
    open,
    reached,
  };
}

describe('Engine', () => {
  it('gives one output a supervision step', async () => {
    const { outputs, steps } = await engineOf(new FakeModel()).submit({ id: 7, steps: 3 });
    expect(steps).toBe(3);
    expect(outputs.map(({ id, step, state }) => [id, step, state])).toEqual(
      [1, 2, 3].map((step) => [7, step, fakeState(7, step)]),
    );
  });

  it('ends at the model’s most steps, whatever the rule says', async () => {
    const engine = new Engine(new FakeModel(4), { maxBatchSize: 1, shouldHalt: () => false });
    expect((await engine.submit({ id: 1, steps: 9 })).steps).toBe(4);
  });

  it('shows the rule the states before and after the step', async () => {
    const shouldHalt = vi.fn<HaltRule<FakeOutput>>(whenDone);
    const engine = new Engine(new FakeModel(), { maxBatchSize: 1, shouldHalt });
    await engine.submit({ id: 2, steps: 2 });
    const seen = shouldHalt.mock.calls.map(([output, step, { carry, previousCarry }]) => [
      output.state,
      step,
      carry.zH[0],
      previousCarry?.zH[0],
    ]);
    expect(seen).toEqual([
      [2001, 1, 2001, undefined],
      [2002, 2, 2002, 2001],
    ]);
  });

  it('batches what was submitted together, and fills places of halted rows from the queue, oldest first', async () => {
    const model = new FakeModel();
    const engine = engineOf(model, 2);
    const order: number[] = [];
    const requests = [3, 1, 2, 1, 1].map((steps, id) => engine.submit({ id, steps }).then(() => order.push(id)));
    expect(engine.waiting).toBe(5);
    await Promise.all(requests);
    expect(model.batches).toEqual([
      [0, 1],
      [0, 2],
      [0, 2],
      [3, 4],
    ]);
    expect(order).toEqual([1, 0, 2, 3, 4]);
    expect([engine.active, engine.waiting]).toEqual([0, 0]);
  });

  it('takes a request that comes while others are under way into the next step', async () => {
    const door = gate();
    const model = new FakeModel(16, door.pass);
    const engine = engineOf(model, 3);
    const first = engine.submit({ id: 0, steps: 2 });
    await door.reached;
    const second = engine.submit({ id: 1, steps: 1 });
    expect([engine.active, engine.waiting]).toEqual([1, 1]);
    door.open();
    await Promise.all([first, second]);
    expect(model.batches).toEqual([[0], [0, 1]]);
  });

  it('takes a request that a finished one leads to into the next step', async () => {
    const model = new FakeModel();
    const engine = engineOf(model, 2);
    const long = engine.submit({ id: 0, steps: 3 });
    await engine.submit({ id: 1, steps: 1 });
    await Promise.all([long, engine.submit({ id: 2, steps: 1 })]);
    expect(model.batches).toEqual([[0, 1], [0, 2], [0]]);
  });

  it('refuses options out of range', () => {
    for (const options of [{ maxBatchSize: 0 }, { maxBatchSize: 1.5 }, { maxBatchSize: 1, maxQueue: -1 }]) {
      expect(() => new Engine(new FakeModel(), { shouldHalt: whenDone, ...options })).toThrow(ConfigurationError);
    }
    expect(() => engineOf(new FakeModel(0))).toThrow(ConfigurationError);
  });
});

describe('requests that end early', () => {
  it('an aborted one in the queue leaves it; the others do not notice', async () => {
    const model = new FakeModel();
    const engine = engineOf(model, 1);
    const controller = new AbortController();
    const requests = [
      engine.submit({ id: 0, steps: 2 }),
      engine.submit({ id: 1, steps: 1 }, { signal: controller.signal }),
      engine.submit({ id: 2, steps: 1 }),
    ];
    controller.abort(new Error('not needed'));
    await expect(requests[1]).rejects.toSatisfy(
      (error) => AbortedError.isInstance(error) && (error.cause as Error).message === 'not needed',
    );
    expect(engine.waiting).toBe(2);
    await Promise.all([requests[0], requests[2]]);
    expect(model.batches).toEqual([[0], [0], [2]]);
  });

  it('an aborted one in the batch rejects at once, and its place goes to the next', async () => {
    const door = gate();
    const model = new FakeModel(16, door.pass);
    const engine = engineOf(model, 2);
    const controller = new AbortController();
    const aborted = engine.submit({ id: 0, steps: 5 }, { signal: controller.signal });
    const others = [1, 2].map((id) => engine.submit({ id, steps: 2 }));
    await door.reached;
    controller.abort();
    await expect(aborted).rejects.toBeInstanceOf(AbortedError);
    door.open();
    const results = await Promise.all(others);
    expect(model.batches).toEqual([[0, 1], [1, 2], [2]]);
    expect(results.map(({ outputs }) => outputs.at(-1)?.state)).toEqual([fakeState(1, 2), fakeState(2, 2)]);
  });

  it('gives the running step up only when nobody waits for any of its rows', async () => {
    const door = gate();
    let signal: AbortSignal | undefined;
    const model = new FakeModel(16, (batchSignal) => {
      signal = batchSignal;
      return door.pass();
    });
    const engine = engineOf(model, 2);
    const controllers = [new AbortController(), new AbortController()];
    const requests = controllers.map((controller, id) =>
      engine.submit({ id, steps: 1 }, { signal: controller.signal }).catch((error: unknown) => error),
    );
    await door.reached;
    controllers[0]?.abort();
    expect(signal?.aborted).toBe(false);
    controllers[1]?.abort();
    expect(signal?.aborted).toBe(true);
    for (const error of await Promise.all(requests)) expect(error).toBeInstanceOf(AbortedError);
    door.open();
    await engine.dispose();
  });

  it('a signal that has fired before, a limit of 0 and a bad limit never reach the queue', async () => {
    const engine = engineOf(new FakeModel());
    const input = { id: 0, steps: 1 };
    await expect(engine.submit(input, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortedError);
    await expect(engine.submit(input, { deadlineMs: 0 })).rejects.toBeInstanceOf(DeadlineExceededError);
    for (const deadlineMs of [-1, Number.NaN]) {
      await expect(engine.submit(input, { deadlineMs })).rejects.toMatchObject({ path: 'deadlineMs' });
    }
    expect(engine.waiting).toBe(0);
  });

  it('one whose time is up, in the batch and in the queue', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const door = gate();
    const model = new FakeModel(16, door.pass);
    const engine = engineOf(model, 2);
    const input = { steps: 2 };
    const late = [
      engine.submit({ id: 0, ...input }, { deadlineMs: 5 }),
      engine.submit({ id: 1, ...input }),
      engine.submit({ id: 2, ...input }, { deadlineMs: 5 }),
    ];
    await door.reached;
    vi.advanceTimersByTime(5);
    vi.useRealTimers();
    await expect(late[0]).rejects.toBeInstanceOf(DeadlineExceededError);
    await expect(late[2]).rejects.toBeInstanceOf(DeadlineExceededError);
    expect([engine.active, engine.waiting]).toEqual([1, 0]);
    door.open();
    expect((await late[1])?.steps).toBe(2);
    expect(model.batches).toEqual([[0, 1], [1]]);
  });

  it('leave no listener on the caller’s signal behind', async () => {
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    await engineOf(new FakeModel()).submit({ id: 0, steps: 1 }, { signal: controller.signal });
    expect(remove).toHaveBeenCalledWith('abort', expect.any(Function));
  });
});

describe('errors', () => {
  it('of a step reject the rows of that batch only', async () => {
    const broken = new Error('out of memory');
    const model = new FakeModel(16, (_signal, batch) => {
      if (batch.includes(1)) throw broken;
    });
    const engine = engineOf(model, 2);
    const settled = await Promise.allSettled([0, 1, 2, 3].map((id) => engine.submit({ id, steps: 2 })));
    expect(settled.slice(0, 2)).toEqual([0, 1].map(() => ({ status: 'rejected', reason: broken })));
    expect(settled.slice(2).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  });

  it('of the halting rule reject that request only', async () => {
    const engine = new Engine(new FakeModel(), {
      maxBatchSize: 2,
      shouldHalt: ({ id, done }: FakeOutput) => {
        if (id === 0) throw new RangeError('no rule for this');
        return done;
      },
    });
    const [first, second] = await Promise.allSettled([0, 1].map((id) => engine.submit({ id, steps: 2 })));
    expect(first).toMatchObject({ status: 'rejected', reason: expect.any(RangeError) });
    expect(second).toMatchObject({ status: 'fulfilled', value: { steps: 2 } });
  });

  it('a model that loses a row is found out', async () => {
    const model = new FakeModel();
    const step = model.step.bind(model);
    model.step = async (rows, signal) => (await step(rows, signal)).slice(1);
    await expect(engineOf(model).submit({ id: 0, steps: 1 })).rejects.toBeInstanceOf(InferenceError);
  });

  it('an input that the model refuses never meets others in a batch', async () => {
    const model = new FakeModel();
    const check = ({ id }: FakeInput): void => {
      if (id < 0) throw new InvalidInputError('id', 'expected a number of 0 or more');
    };
    const engine = engineOf(Object.assign(model, { check }));
    const good = engine.submit({ id: 0, steps: 1 });
    await expect(engine.submit({ id: -1, steps: 1 })).rejects.toMatchObject({ path: 'id' });
    await good;
    expect(model.batches).toEqual([[0]]);
  });

  it('a full queue refuses at once; there is room again when a request is done', async () => {
    const engine = engineOf(new FakeModel(), 2, 1);
    const taken = [0, 1, 2].map((id) => engine.submit({ id, steps: 1 }));
    await expect(engine.submit({ id: 3, steps: 1 })).rejects.toBeInstanceOf(OverloadedError);
    await taken[0];
    expect((await engine.submit({ id: 4, steps: 1 })).steps).toBe(1);
    await Promise.all(taken);
  });
});

describe('dispose', () => {
  it('rejects what waits, lets the running step end, and keeps its finished rows', async () => {
    const door = gate();
    const model = new FakeModel(16, door.pass);
    const engine = engineOf(model, 2);
    const requests = [1, 2, 1].map((steps, id) => engine.submit({ id, steps }).catch((error: unknown) => error));
    await door.reached;
    let disposed = false;
    const disposal = engine.dispose().then(() => {
      disposed = true;
    });
    expect(await requests[2]).toBeInstanceOf(DisposedError);
    expect(disposed).toBe(false);
    door.open();
    await disposal;
    expect(await requests[0]).toMatchObject({ steps: 1 });
    expect(await requests[1]).toBeInstanceOf(DisposedError);
    await expect(engine.submit({ id: 9, steps: 1 })).rejects.toBeInstanceOf(DisposedError);
    expect(model.batches).toEqual([[0, 1]]);
    await engine.dispose();
  });
});

describe('any mix of requests', () => {
  const request = fc.record({
    steps: fc.integer({ min: 1, max: 6 }),
    turn: fc.integer({ min: 0, max: 4 }),
    abortAfter: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
  });

  it('each gets its own steps; batches are full when somebody waits, never too large, and start oldest first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        async (plan, maxBatchSize) => {
          const waitingAt: number[] = [];
          const model: FakeModel = new FakeModel(5, async () => {
            waitingAt.push(engine.waiting);
            await new Promise(setImmediate);
          });
          const engine: Engine<FakeInput, FakeOutput> = engineOf(model, maxBatchSize);
          const submitted: number[] = [];
          const results = await Promise.all(
            plan.map(async ({ steps, turn, abortAfter }, id) => {
              for (let wait = 0; wait < turn; wait++) await new Promise(setImmediate);
              const controller = new AbortController();
              submitted.push(id);
              const pending = engine.submit({ id, steps }, { signal: controller.signal });
              pending.catch(() => undefined);
              if (abortAfter !== undefined) {
                for (let wait = 0; wait < abortAfter; wait++) await new Promise(setImmediate);
                controller.abort();
              }
              return pending.catch((error: unknown) => error);
            }),
          );
          for (const [id, result] of results.entries()) {
            if (AbortedError.isInstance(result)) {
              expect(plan[id]?.abortAfter).toBeDefined();
              continue;
            }
            const steps = Math.min(plan[id]!.steps, 5);
            const outputs = Array.from({ length: steps }, (_, index) => ({
              id,
              step: index + 1,
              state: fakeState(id, index + 1),
              done: index + 1 >= plan[id]!.steps,
            }));
            expect(result).toEqual({ outputs, steps });
          }
          for (const [index, batch] of model.batches.entries()) {
            expect(batch.length).toBeLessThanOrEqual(maxBatchSize);
            if (waitingAt[index]! > 0) expect(batch.length).toBe(maxBatchSize);
          }
          const started = [...new Set(model.batches.flat())];
          expect(started).toEqual(submitted.filter((id) => started.includes(id)));
          expect([engine.active, engine.waiting]).toEqual([0, 0]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the first request of an idle engine', () => {
  const engineWith = (model: FakeModel, maxWaitMs: number, batches: number[] = []): Engine<FakeInput, FakeOutput> =>
    new Engine(model, {
      maxBatchSize: 3,
      maxWaitMs,
      shouldHalt: ({ done }) => done,
      onBatch: (rows) => void batches.push(rows),
    });

  it('waits for others to share its batch, and no longer than until it is full', async () => {
    const batches: number[] = [];
    const model = new FakeModel();
    const engine = engineWith(model, 1_000, batches);
    const start = performance.now();
    const first = engine.submit({ id: 1, steps: 1 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(model.batches).toEqual([]);
    await Promise.all([first, engine.submit({ id: 2, steps: 1 }), engine.submit({ id: 3, steps: 1 })]);
    expect(performance.now() - start).toBeLessThan(900);
    expect([model.batches, batches]).toEqual([[[1, 2, 3]], [3]]);
    await engine.dispose();
  });

  it('waits no longer than it was told, nor than it is wanted', async () => {
    const model = new FakeModel();
    const engine = engineWith(model, 10);
    expect((await engine.submit({ id: 1, steps: 1 })).steps).toBe(1);
    expect(model.batches).toEqual([[1]]);
    const pending = engineWith(model, 1_000);
    const given = pending.submit({ id: 2, steps: 1 });
    const start = performance.now();
    await Promise.all([expect(given).rejects.toThrow(/disposed/), pending.dispose()]);
    expect(performance.now() - start).toBeLessThan(900);
    expect(() => engineWith(model, 5_000)).toThrow(/maxWaitMs/);
  });
});
