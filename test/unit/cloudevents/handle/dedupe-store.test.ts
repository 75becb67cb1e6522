import { describe, expect, it } from 'vitest';
import { createMemoryDedupeStore } from '../../../../src/cloudevents/index.js';

function storeAt(start = 0, options = {}) {
  const clock = { time: start };
  return { clock, store: createMemoryDedupeStore({ now: () => clock.time, ...options }) };
}

describe('createMemoryDedupeStore', () => {
  it('gives an event to one at a time, and to nobody once it is done', async () => {
    const { store } = storeAt();
    expect(await store.claim('a', 100)).toBe('claimed');
    expect(await store.claim('a', 100)).toBe('running');
    expect(await store.claim('b', 100)).toBe('claimed');
    await store.release('a');
    expect(await store.claim('a', 100)).toBe('claimed');
    await store.complete('a');
    expect(await store.claim('a', 100)).toBe('done');
    await store.release('a');
    expect(await store.claim('a', 100)).toBe('done');
  });

  it('lets a claim lapse and forgets what was handled long ago', async () => {
    const { store, clock } = storeAt(0, { keepMs: 1_000 });
    await store.claim('a', 100);
    clock.time = 99;
    expect(await store.claim('a', 100)).toBe('running');
    clock.time = 100;
    expect(await store.claim('a', 100)).toBe('claimed');
    await store.complete('a');
    clock.time = 1_099;
    expect(await store.claim('a', 100)).toBe('done');
    clock.time = 1_100;
    expect(await store.claim('a', 100)).toBe('claimed');
  });

  it('forgets the oldest when it is full, and nothing that is running', async () => {
    const { store } = storeAt(0, { maxEntries: 2 });
    for (const key of ['a', 'b', 'c', 'd']) await store.claim(key, 100);
    for (const key of ['a', 'b', 'c']) await store.complete(key);
    expect(await Promise.all(['b', 'c', 'd'].map((key) => store.claim(key, 100)))).toEqual(['done', 'done', 'running']);
    expect(await store.claim('a', 100)).toBe('claimed');
  });
});
