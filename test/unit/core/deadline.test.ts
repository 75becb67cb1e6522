import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { abortError, createDeadline, remainingMsOf, throwIfAborted } from '../../../src/core/deadline.js';
import { AbortedError, DeadlineExceededError } from '../../../src/core/errors.js';

describe('createDeadline', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('fires when the time is up', () => {
    const deadline = createDeadline({ timeoutMs: 100 });
    vi.advanceTimersByTime(99);
    expect(deadline.signal.aborted).toBe(false);
    expect(deadline.remainingMs()).toBeCloseTo(1);
    deadline.throwIfOver();
    vi.advanceTimersByTime(1);
    expect(deadline.remainingMs()).toBe(0);
    expect(() => deadline.throwIfOver()).toThrow(DeadlineExceededError);
    expect(() => deadline.throwIfOver()).toThrow('not done within 100 ms');
  });

  it("fires with the caller's signal and its reason", () => {
    const caller = new AbortController();
    const deadline = createDeadline({ signal: caller.signal, timeoutMs: 100 });
    const reason = new Error('stop');
    caller.abort(reason);
    expect(deadline.signal.reason).toBe(reason);
    expect(() => deadline.throwIfOver()).toThrow(AbortedError);
    expect(createDeadline({ signal: caller.signal }).signal.aborted).toBe(true);
  });

  it('never fires after it was disposed, nor without a limit', () => {
    const caller = new AbortController();
    const endless = createDeadline({});
    const disposed = createDeadline({ signal: caller.signal, timeoutMs: 10 });
    disposed.dispose();
    caller.abort();
    vi.advanceTimersByTime(1e9);
    expect(disposed.signal.aborted).toBe(false);
    expect(endless.signal.aborted).toBe(false);
    expect(endless.remainingMs()).toBe(Number.POSITIVE_INFINITY);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes limits that are longer than a timer can be', () => {
    const deadline = createDeadline({ timeoutMs: 2 ** 40 });
    vi.advanceTimersByTime(1000);
    expect(deadline.signal.aborted).toBe(false);
    deadline.dispose();
  });
});

describe('abortError', () => {
  it('tells a passed deadline from a changed mind', () => {
    expect(abortError(AbortSignal.abort(new DOMException('late', 'TimeoutError')))).toBeInstanceOf(
      DeadlineExceededError,
    );
    const own = new DeadlineExceededError('late');
    expect(abortError(AbortSignal.abort(own))).toBe(own);
    expect(abortError(AbortSignal.abort('because'))).toMatchObject({ code: AbortedError.code, cause: 'because' });
  });

  it('is thrown only for a signal that has fired', () => {
    throwIfAborted(undefined);
    throwIfAborted(new AbortController().signal);
    expect(() => throwIfAborted(AbortSignal.abort())).toThrow(AbortedError);
  });
});

describe('remainingMsOf', () => {
  it('knows the nearest end of nested deadlines, and none of other signals', () => {
    expect(remainingMsOf(new AbortController().signal)).toBe(Number.POSITIVE_INFINITY);
    const outer = createDeadline({ timeoutMs: 60_000 });
    const inner = createDeadline({ signal: outer.signal, timeoutMs: 600_000 });
    expect(remainingMsOf(inner.signal)).toBeGreaterThan(0);
    expect(remainingMsOf(inner.signal)).toBeLessThanOrEqual(60_000);
    expect(remainingMsOf(createDeadline({ timeoutMs: 0 }).signal)).toBe(0);
    inner.dispose();
    outer.dispose();
  });
});
