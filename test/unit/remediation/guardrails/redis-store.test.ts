import { describe, expect, it } from 'vitest';
import { AbortedError } from '../../../../src/core/errors.js';
import { createRedisGuardrailStore } from '../../../../src/remediation/guardrails/index.js';

const { signal } = new AbortController();

/** A client that answers each command in a fixed way and writes down what it was sent. */
function scripted(replies: Readonly<Record<string, unknown>>) {
  const sent: (readonly string[])[] = [];
  const sendCommand = async (args: readonly string[]): Promise<unknown> => {
    sent.push(args);
    return replies[args[0] ?? ''];
  };
  return { sent, store: createRedisGuardrailStore({ client: { sendCommand }, prefix: 'p:' }) };
}

describe('the Redis store', () => {
  it('takes a key in one command that sets its time, too', async () => {
    const { sent, store } = scripted({ SET: 'OK' });
    expect(await store.reserve('a', 'one', 1_500.2, signal)).toBe(true);
    expect(sent).toEqual([['SET', 'p:a', 'one', 'NX', 'PX', '1501']]);
  });

  it.each([
    ['one', true],
    ['two', false],
    [null, false],
    [Buffer.from('one'), true],
  ])('asks who has a key that is taken: %s', async (holder, got) => {
    const { store } = scripted({ SET: null, GET: holder });
    expect(await store.reserve('a', 'one', 1_000, signal)).toBe(got);
  });

  it.each([
    ['one', 60_000, true],
    ['two', 60_000, false],
    [null, -2, false],
    // Someone else may have taken it by the time the command arrives.
    ['one', 1_500, false],
  ])('deletes a key that %s has for another %i ms: %s', async (holder, left, deleted) => {
    const { sent, store } = scripted({ GET: holder, PTTL: left, DEL: 1 });
    await store.release('a', 'one', signal);
    expect(sent.some(([command]) => command === 'DEL')).toBe(deleted);
  });

  it('asks for the time first, so that it is not that of the next holder', async () => {
    const { sent, store } = scripted({ GET: 'one', PTTL: 60_000, DEL: 1 });
    await store.release('a', 'one', signal);
    expect(sent).toEqual([
      ['PTTL', 'p:a'],
      ['GET', 'p:a'],
      ['DEL', 'p:a'],
    ]);
  });

  it.each([
    // Overwritten where it is safe to, else taken only if it is free.
    ['one', 60_000, 'OK', 'XX', true],
    ['one', 1, 'OK', 'NX', true],
    ['one', -2, 'OK', 'NX', true],
    [null, -2, 'OK', 'NX', true],
    ['two', 60_000, null, 'NX', true],
    ['three', 60_000, null, 'NX', false],
    ['three', 1, null, 'NX', false],
  ])('hands on a key that %s has for another %i ms', async (holder, left, reply, condition, got) => {
    const { sent, store } = scripted({ GET: holder, PTTL: left, SET: reply });
    expect(await store.replace('a', 'one', 'two', 1_500.2, signal)).toBe(got);
    expect(sent.filter(([command]) => command === 'SET')).toEqual([['SET', 'p:a', 'two', condition, 'PX', '1501']]);
  });

  it('does not wait for the end of a key when the signal fires', async () => {
    const { sent, store } = scripted({ GET: 'one', PTTL: 1_900, SET: 'OK' });
    const controller = new AbortController();
    const handed = store.replace('a', 'one', 'two', 1_000, controller.signal);
    setTimeout(() => controller.abort(), 5);
    await expect(handed).rejects.toThrow(AbortedError);
    expect(sent.some(([command]) => command === 'SET')).toBe(false);
  });

  it('rejects an answer that is none', async () => {
    await expect(scripted({ MGET: 'QUEUED' }).store.holders(['a'], signal)).rejects.toThrow(/expected 1 values/);
    await expect(scripted({ MGET: [] }).store.holders(['a'], signal)).rejects.toThrow(/expected 1 values/);
  });
});
