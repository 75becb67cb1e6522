import type { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, DisposedError, ExecutionProviderError, InferenceError } from '../../../src/core/errors.js';
import { listSupportedExecutionProviders, Runtime, type RuntimeEvent } from '../../../src/runtime/index.js';
import { identity, powerGraph, squareGraph, vector } from './graphs.js';

/** The threads that were started, so that a test can end one from outside. */
const workers = vi.hoisted((): Worker[] => []);
vi.mock('../../../src/runtime/start-worker.js', async (original) => {
  const { startWorker } = await original<typeof import('../../../src/runtime/start-worker.js')>();
  return {
    startWorker: (gate: Parameters<typeof startWorker>[0]) => {
      const worker = startWorker(gate);
      workers.push(worker);
      return worker;
    },
  };
});
beforeEach(() => {
  workers.length = 0;
});

/** A provider that the binary for this platform was certainly not built with. */
const absent = process.platform === 'win32' ? 'coreml' : 'dml';

describe('Runtime', () => {
  it('starts no thread before it is needed, and one for all sessions', async () => {
    const runtime = new Runtime({ executionProviders: ['cpu'] });
    expect(workers).toHaveLength(0);
    const [a, b] = await Promise.all([runtime.createSession(squareGraph()), runtime.createSession(squareGraph())]);
    expect(workers).toHaveLength(1);
    expect([a.name, b.name]).toEqual(['graph-1', 'graph-2']);
    await runtime.dispose();
    await new Runtime().dispose();
    expect(workers).toHaveLength(1);
  });

  it('waits for running work when it is disposed, and refuses work afterwards', async () => {
    const runtime = new Runtime({ executionProviders: ['cpu'] });
    const session = await runtime.createSession(powerGraph(256, 20));
    const done: string[] = [];
    const runs = [1, 2].map((index) => session.run({ x: identity(256) }).then(() => done.push(`run ${index}`)));
    const disposals = [runtime.dispose(), runtime.dispose()];
    const ended = new Promise((resolve) => workers[0]!.once('exit', resolve));
    await Promise.all(disposals);
    done.push('disposed');
    await Promise.all(runs);
    expect(done).toEqual(['run 1', 'run 2', 'disposed']);
    expect(await ended).toBe(0);
    await expect(session.run({ x: identity(256) })).rejects.toBeInstanceOf(DisposedError);
    await expect(runtime.createSession(squareGraph())).rejects.toBeInstanceOf(DisposedError);
    await expect(runtime.getResident('x')).rejects.toBeInstanceOf(DisposedError);
    await session.dispose();
  });

  it('can be disposed together with its sessions, in any order', async () => {
    const runtime = new Runtime({ executionProviders: ['cpu'] });
    const session = await runtime.createSession(squareGraph());
    const other = await runtime.createSession(squareGraph());
    await Promise.all([session.dispose(), runtime.dispose(), other.dispose()]);
    expect([session.closed, other.closed]).toEqual([true, true]);
    expect(runtime.events).toEqual([]);
  });

  it('rejects what was pending when the worker is lost, and starts another for the next call', async () => {
    const runtime = new Runtime({ executionProviders: ['cpu'] });
    const session = await runtime.createSession(powerGraph(256, 40), { name: 'power' });
    await runtime.setResident('p', vector(1));
    // In this order: a thread that is ended inside native code takes the process with it.
    void workers[0]!.terminate();
    const pending = [session.run({ x: identity(256) }), session.run({ x: identity(256) })];
    for (const run of pending) {
      await expect(run).rejects.toThrow(
        /worker was lost: it ended with exit code 1; its sessions must be created again/,
      );
      await expect(run).rejects.toBeInstanceOf(InferenceError);
    }
    expect(session.closed).toBe(true);
    await expect(session.run({ x: identity(256) })).rejects.toThrow(/session "power" was lost with its worker/);
    await session.dispose();
    await expect(runtime.getResident('p')).rejects.toThrow(/no resident tensor "p"/);

    const again = await runtime.createSession(squareGraph());
    expect((await again.run({ x: vector(3) })).y).toEqual(vector(9));
    expect(workers).toHaveLength(2);
    expect(runtime.events).toEqual([{ type: 'worker-lost', reason: 'it ended with exit code 1' }]);
    await runtime.dispose();
  });

  it('can be disposed while its worker is being lost', async () => {
    const runtime = new Runtime({ executionProviders: ['cpu'] });
    await runtime.createSession(squareGraph());
    void workers[0]!.terminate();
    await runtime.dispose();
    expect(runtime.events).toMatchObject([{ type: 'worker-lost' }]);
  });

  it('checks its options', () => {
    const wrong: [object, RegExp][] = [
      [{ executionProviders: [] }, /at least one of auto, cpu, cuda/],
      [{ executionProviders: ['gpu'] }, /received "gpu"/],
      [{ intraOpThreads: 0 }, /intraOpThreads: expected a whole number of 1 or more, received 0/],
      [{ deviceId: -1 }, /deviceId/],
      [{ optimization: 'most' }, /optimization: expected one of disabled, basic/],
    ];
    for (const [options, message] of wrong) {
      expect(() => new Runtime(options)).toThrow(message);
      expect(() => new Runtime(options)).toThrow(ConfigurationError);
    }
  });
});

describe('execution providers', () => {
  it('are listed by the installed binary', async () => {
    const supported = await listSupportedExecutionProviders();
    expect(supported).toContainEqual({ name: 'cpu', bundled: true });
    expect(supported.map(({ name }) => name)).not.toContain(absent);
  });

  it('fall back to the next of the list with a recorded event', async () => {
    const heard: RuntimeEvent[] = [];
    await using runtime = new Runtime({ executionProviders: [absent, 'cpu'], onEvent: (event) => heard.push(event) });
    const session = await runtime.createSession(squareGraph(), { name: 'square' });
    expect(session.executionProvider).toBe('cpu');
    const reason = expect.stringMatching(/backend not found/);
    const expected = [{ type: 'execution-provider-fallback', session: 'square', from: absent, to: 'cpu', reason }];
    expect(heard).toEqual(expected);
    expect(runtime.events).toEqual(expected);
    expect(session.fallbacks).toEqual(expected);
    expect((await session.run({ x: vector(2) })).y).toEqual(vector(4));
  });

  it('never fall back in strict mode', async () => {
    await using runtime = new Runtime({ executionProviders: [absent, 'cpu'], strict: true });
    const creation = runtime.createSession(squareGraph(), { name: 'square' });
    await expect(creation).rejects.toBeInstanceOf(ExecutionProviderError);
    await expect(creation).rejects.toThrow(
      new RegExp(`session "square" \\(${absent}: .*backend not found.*strict mode`),
    );
    expect(runtime.events).toEqual([]);
  });

  it('are not completed by the CPU behind the back of the caller', async () => {
    const others = ['dml', 'coreml'] as const;
    await using runtime = new Runtime({ executionProviders: [absent] });
    const creation = runtime.createSession(squareGraph());
    await expect(creation).rejects.toBeInstanceOf(ExecutionProviderError);
    if (process.platform !== 'linux') return;
    await using both = new Runtime({ executionProviders: others });
    await expect(both.createSession(squareGraph())).rejects.toThrow(/dml: .*; coreml: .*add another provider/);
  });

  it('are chosen by auto, which says what it left out', async () => {
    const heard: RuntimeEvent[] = [];
    const onEvent = (event: RuntimeEvent): void => {
      heard.push(event);
      throw new Error('a listener that fails');
    };
    await using runtime = new Runtime({ onEvent });
    const session = await runtime.createSession(squareGraph());
    const again = await runtime.createSession(squareGraph());
    expect((await session.run({ x: vector(2) })).y).toEqual(vector(4));
    expect(again.executionProvider).toBe(session.executionProvider);
    const supported = (await runtime.listSupportedExecutionProviders()).map(({ name }) => name);
    const skipped = heard.flatMap((event) => (event.type === 'execution-provider-skipped' ? [event.provider] : []));
    const hardware = supported.filter((name) => ['cuda', 'tensorrt', 'coreml', 'dml'].includes(name));
    if (session.executionProvider === 'cpu') expect(skipped.toSorted()).toEqual(hardware.toSorted());
    else expect(hardware).toContain(session.executionProvider);
    expect(heard.every((event) => 'reason' in event && event.reason !== '')).toBe(true);
  });

  it('are not blamed for a graph that is not valid', async () => {
    await using runtime = new Runtime({ executionProviders: ['cpu'] });
    const creation = runtime.createSession(Uint8Array.of(1, 2, 3), { name: 'broken' });
    await expect(creation).rejects.toBeInstanceOf(InferenceError);
    await expect(creation).rejects.toThrow(/cannot load the graph of session "broken": .*protobuf/);
  });
});
