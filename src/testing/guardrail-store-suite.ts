import assert from 'node:assert/strict';
import { AbortedError } from '../core/errors.js';
import type { GuardrailStore } from '../remediation/guardrails/index.js';

/** State under test, as two replicas see it. */
export interface GuardrailStoreSubject {
  /** May be the same object twice where the state lives in the process. */
  readonly replicas: readonly [GuardrailStore, GuardrailStore];
  /** Lets so many milliseconds pass: of a clock that the test holds, or of the real one. */
  elapse(milliseconds: number): Promise<void>;
  /** Called after each test. */
  release(): Promise<void>;
}

export interface GuardrailStoreSuiteOptions {
  /** `describe` and `it` of vitest, Jest or node:test. */
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
  /** Makes empty state for one test. */
  readonly create: () => Promise<GuardrailStoreSubject>;
}

/** Longer than any test takes. */
const LONG_MS = 600_000;
/** Short enough to wait for. */
const SHORT_MS = 100;

/** Registers the tests that every guardrail store has to pass. */
export function guardrailStoreSuite({ describe, it, create }: GuardrailStoreSuiteOptions): void {
  const { signal } = new AbortController();

  const test = (name: string, body: (subject: GuardrailStoreSubject) => Promise<void>): void => {
    it(name, async () => {
      const subject = await create();
      try {
        await body(subject);
      } finally {
        await subject.release();
      }
    });
  };

  describe('guardrail store', () => {
    test('lets one holder have a key', async ({ replicas: [store, other] }) => {
      assert.equal(await store.reserve('duplicate/a', 'one', LONG_MS, signal), true);
      assert.equal(await store.reserve('duplicate/a', 'two', LONG_MS, signal), false);
      assert.equal(await other.reserve('duplicate/a', 'two', LONG_MS, signal), false);
      assert.equal(await other.reserve('duplicate/b', 'two', LONG_MS, signal), true);
    });

    test('gives a key to one of many who want it at once', async ({ replicas }) => {
      for (let round = 0; round < 5; round++) {
        const wanted = Array.from({ length: 40 }, (_, index) =>
          replicas[index % 2 === 0 ? 0 : 1].reserve(`race/${round}`, `holder-${index}`, LONG_MS, signal),
        );
        const won = (await Promise.all(wanted)).flatMap((got, index) => (got ? [`holder-${index}`] : []));
        assert.equal(won.length, 1, `${won.length} of 40 won`);
        assert.deepEqual(await replicas[1].holders([`race/${round}`], signal), won);
      }
    });

    test('says yes to a holder who asks again, and leaves the time as it is', async ({ replicas, elapse }) => {
      const [store] = replicas;
      let key = '';
      for (let attempt = 0, took = SHORT_MS; took >= SHORT_MS && attempt < 50; attempt++) {
        key = `again/${attempt}`;
        const start = performance.now();
        assert.equal(await store.reserve(key, 'one', SHORT_MS, signal), true);
        assert.equal(await store.reserve(key, 'one', LONG_MS, signal), true);
        // On a machine that stands still in between, the key was taken anew, which says nothing.
        took = performance.now() - start;
      }
      await elapse(SHORT_MS);
      assert.deepEqual(await store.holders([key], signal), [undefined]);
    });

    test('lets go of a key when its time is up, not before', async ({ replicas: [store, other], elapse }) => {
      assert.equal(await store.reserve('short', 'one', SHORT_MS, signal), true);
      assert.equal(await store.reserve('long', 'one', LONG_MS, signal), true);
      await elapse(SHORT_MS);
      assert.deepEqual(await other.holders(['short', 'long'], signal), [undefined, 'one']);
      assert.equal(await other.reserve('short', 'two', LONG_MS, signal), true);
      assert.equal(await other.reserve('long', 'two', LONG_MS, signal), false);
    });

    test('takes a time that is no whole number, and one of a millisecond', async ({ replicas: [store], elapse }) => {
      assert.equal(await store.reserve('odd', 'one', SHORT_MS - 0.5, signal), true);
      assert.equal(await store.reserve('shortest', 'one', 1, signal), true);
      await elapse(SHORT_MS);
      assert.deepEqual(await store.holders(['odd', 'shortest'], signal), [undefined, undefined]);
    });

    test('takes a key back from its holder', async ({ replicas: [store, other] }) => {
      await store.reserve('back', 'one', LONG_MS, signal);
      await other.release('back', 'one', signal);
      assert.deepEqual(await store.holders(['back'], signal), [undefined]);
      assert.equal(await store.reserve('back', 'two', LONG_MS, signal), true);
    });

    test('takes no key back from anyone else', async ({ replicas: [store, other] }) => {
      await store.reserve('mine', 'one', LONG_MS, signal);
      await other.release('mine', 'two', signal);
      await other.release('nobody', 'two', signal);
      assert.deepEqual(await other.holders(['mine', 'nobody'], signal), ['one', undefined]);
    });

    test('hands a key on from its holder, for a time of its own', async ({ replicas: [store, other], elapse }) => {
      assert.equal(await store.reserve('shorter', 'one', LONG_MS, signal), true);
      assert.equal(await other.replace('shorter', 'one', 'two', SHORT_MS, signal), true);
      assert.equal(await store.reserve('longer', 'one', SHORT_MS, signal), true);
      assert.equal(await other.replace('longer', 'one', 'two', LONG_MS, signal), true);
      await elapse(SHORT_MS);
      assert.deepEqual(await store.holders(['shorter', 'longer'], signal), [undefined, 'two']);
    });

    test('hands a key on once, and leaves the time as it is when asked again', async ({ replicas, elapse }) => {
      const [store, other] = replicas;
      await store.reserve('once', 'one', LONG_MS, signal);
      const start = performance.now();
      assert.equal(await store.replace('once', 'one', 'two', SHORT_MS, signal), true);
      assert.equal(await other.replace('once', 'one', 'two', LONG_MS, signal), true);
      const inTime = performance.now() - start < SHORT_MS;
      await elapse(SHORT_MS);
      const [holder] = await store.holders(['once'], signal);
      // On a machine that stands still in between, the key was taken anew, which says nothing.
      if (inTime) assert.equal(holder, undefined);
    });

    test('takes a key for the other when nobody has it any more', async ({ replicas: [store, other], elapse }) => {
      await store.reserve('ended', 'one', SHORT_MS, signal);
      await elapse(SHORT_MS);
      assert.equal(await other.replace('ended', 'one', 'two', LONG_MS, signal), true);
      assert.equal(await other.replace('never', 'one', 'two', LONG_MS, signal), true);
      assert.deepEqual(await store.holders(['ended', 'never'], signal), ['two', 'two']);
    });

    test('hands on no key that somebody else has', async ({ replicas: [store, other] }) => {
      await store.reserve('theirs', 'three', LONG_MS, signal);
      assert.equal(await other.replace('theirs', 'one', 'two', LONG_MS, signal), false);
      assert.deepEqual(await store.holders(['theirs'], signal), ['three']);
      const wanted = ['a', 'b', 'c', 'd'].map((to, index) =>
        (index % 2 === 0 ? store : other).replace('free', 'one', to, LONG_MS, signal),
      );
      assert.equal((await Promise.all(wanted)).filter(Boolean).length, 1);
    });

    test('names the holders in the order of the keys', async ({ replicas: [store, other] }) => {
      assert.deepEqual(await store.holders([], signal), []);
      await Promise.all(['a', 'b', 'c'].map((key) => store.reserve(key, `holder of ${key}`, LONG_MS, signal)));
      const expected = ['holder of c', undefined, 'holder of a', 'holder of c'];
      assert.deepEqual(await other.holders(['c', 'x', 'a', 'c'], signal), expected);
    });

    test('keeps to keys and holders as they are', async ({ replicas: [store] }) => {
      const keys = ['storm/20-in-300000/19', 'a b', '*', '__proto__', 'constructor'];
      for (const key of keys) assert.equal(await store.reserve(key, key, LONG_MS, signal), true);
      assert.deepEqual(await store.holders(keys, signal), keys);
    });

    test('does nothing once the signal has fired', async ({ replicas: [store] }) => {
      const fired = AbortSignal.abort();
      const isAborted = (error: unknown): boolean => AbortedError.isInstance(error);
      await assert.rejects(store.reserve('late', 'one', LONG_MS, fired), isAborted);
      await store.reserve('kept', 'one', LONG_MS, signal);
      await assert.rejects(store.release('kept', 'one', fired), isAborted);
      await assert.rejects(store.replace('kept', 'one', 'two', LONG_MS, fired), isAborted);
      await assert.rejects(store.holders(['kept'], fired), isAborted);
      assert.deepEqual(await store.holders(['late', 'kept'], signal), [undefined, 'one']);
    });
  });
}
