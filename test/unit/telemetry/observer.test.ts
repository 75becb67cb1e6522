import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEventSink } from '../../../src/cloudevents/index.js';
import { DEFAULT_CATALOG } from '../../../src/domain/index.js';
import { createGuardrails } from '../../../src/remediation/guardrails/index.js';
import { combineObservers, createObserver } from '../../../src/telemetry/observer/observer.js';
import { RunningDecisions } from '../../../src/telemetry/observer/running-decisions.js';
import { actionOf } from '../remediation/guardrails/actions.js';

afterEach(() => vi.restoreAllMocks());

const verdict = { act: true, mode: 'auto', refusals: [] };

describe('what is watched', () => {
  it('gives the very object that it gave, so that a verdict can be confirmed', async () => {
    const judged = vi.fn();
    const policy = { mode: 'auto', auto: { functions: ['pod-restart'] } } as const;
    const guardrails = createGuardrails({ catalog: DEFAULT_CATALOG, policy });
    const watched = createObserver('test', { guardrails_judged: judged }).watchGuardrails(guardrails);
    expect([watched.mode, watched.leaseMs]).toEqual([guardrails.mode, guardrails.leaseMs]);
    const given = await watched.evaluate(actionOf());
    await watched.confirm(given);
    expect(given.act).toBe(true);
    expect(judged).toHaveBeenCalledWith({ verdict: given, lambdaFunction: 'pod-restart' });
    // The confirmation counted: the same action is a duplicate now.
    expect((await watched.evaluate(actionOf())).refusals).toMatchObject([
      { check: 'duplicate' },
      { check: 'cooldown' },
    ]);
  });

  it('may be frozen, and may have private fields', async () => {
    class Sink {
      readonly #status = 202;
      get origin(): string {
        return `http://${this.#status}`;
      }
      async send() {
        return { status: this.#status, attempts: 1 };
      }
      describe(): string {
        return `answers ${this.#status}`;
      }
    }
    const delivered = vi.fn();
    const watched = createObserver('test', { event_delivered: delivered }).watchSink(Object.freeze(new Sink()));
    const event = { id: '1', type: 't', source: 's' };
    expect(await (watched as { send(event: unknown): Promise<unknown> }).send(event)).toEqual({
      status: 202,
      attempts: 1,
    });
    expect([watched.origin, watched.describe(), watched instanceof Sink, 'origin' in watched]).toEqual([
      'http://202',
      'answers 202',
      true,
      true,
    ]);
    expect(delivered).toHaveBeenCalledWith({ event, status: 202, attempts: 1, durationMs: expect.any(Number) });
  });

  it('fails as it failed before', async () => {
    const undelivered = vi.fn();
    const sink = createEventSink({ url: 'http://127.0.0.1:1/' });
    const watched = createObserver('test', { event_undelivered: undelivered }).watchSink(sink);
    const signal = AbortSignal.abort();
    const event = { id: '1', type: 't', source: '/s', specversion: '1.0' } as never;
    const error = await watched.send(event, { signal }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ABORTED' });
    expect(undelivered).toHaveBeenCalledWith(expect.objectContaining({ error }));
    await watched.dispose();
    await expect(sink.send(event)).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('tells of an outcome when the guardrails have it, and once', async () => {
    const outcome = vi.fn();
    const observer = createObserver('test', { outcome_recorded: outcome });
    const recordOutcome = vi.fn(async (_report: unknown) => undefined).mockRejectedValueOnce(new Error('no store'));
    const watched = observer.watchGuardrails({ evaluate: async (_action: unknown) => verdict, recordOutcome });
    const report = { eventId: 'e', call: { lambdaFunction: 'f' }, outcome: 'effective' };
    await expect(watched.recordOutcome(report)).rejects.toThrow('no store');
    expect(outcome).not.toHaveBeenCalled();
    await watched.recordOutcome(report);
    observer.onOutcome({ call: { lambdaFunction: 'f', origin: { id: 'e' } }, outcome: 'effective' });
    expect(outcome).toHaveBeenCalledTimes(1);
  });
});

describe('an observer', () => {
  it('that throws harms nobody and says so once, without the words of the error', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const observer = createObserver('the test', {
      runtime_event: () => {
        throw new RangeError('secret');
      },
    });
    for (let time = 0; time < 3; time++) observer.onRuntimeEvent({ type: 'worker-lost', reason: 'x' });
    expect(warn.mock.calls).toEqual([
      ['the test failed at runtime_event, which is ignored: RangeError', 'AgentTrmWarning'],
    ]);
  });

  it("guards an emitter of the caller's own, which would throw on", () => {
    vi.spyOn(process, 'emitWarning').mockReturnValue();
    const events = new EventEmitter();
    createObserver('test', {
      threshold_changed: () => {
        throw new Error('no');
      },
    }).observe({ events } as never);
    expect(() => events.emit('threshold_changed', {})).not.toThrow();
  });

  it('may be several', async () => {
    const [one, two] = [vi.fn(), vi.fn()];
    const both = combineObservers(
      [one, two].map((handler) =>
        createObserver('test', { threshold_changed: handler, runtime_event: handler, guardrails_judged: handler }),
      ),
    );
    const events = new EventEmitter();
    const stop = both.observe({ events } as never);
    events.emit('threshold_changed', {});
    both.onRuntimeEvent({ type: 'worker-lost', reason: 'x' });
    const watched = both.watchGuardrails({
      evaluate: async (_action: unknown) => verdict,
      recordOutcome: async (_report: unknown) => undefined,
    });
    expect(await watched.evaluate({ call: { lambdaFunction: 'f' } })).toBe(verdict);
    stop();
    events.emit('threshold_changed', {});
    expect([one, two].map((handler) => handler.mock.calls.length)).toEqual([3, 3]);
    expect(events.eventNames()).toEqual([]);
  });
});

describe('running decisions', () => {
  it('forget the oldest of too many, and know nothing of what shares an id', () => {
    const running = new RunningDecisions<number>();
    for (let index = 0; index < 10_001; index++) running.started(`c${index}`, index);
    expect([running.get('c0'), running.get('c1'), running.ended('c10000')]).toEqual([undefined, 1, 10_000]);
    expect(running.ended('c10000')).toBeUndefined();
    running.started('c1', 99);
    expect([running.get('c1'), running.ended('c1'), running.ended('c1'), running.get('c1')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
