import { describe, expect, it } from 'vitest';
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

  it('rejects an answer that is none', async () => {
    await expect(scripted({ MGET: 'QUEUED' }).store.holders(['a'], signal)).rejects.toThrow(/expected 1 values/);
    await expect(scripted({ MGET: [] }).store.holders(['a'], signal)).rejects.toThrow(/expected 1 values/);
  });
});
