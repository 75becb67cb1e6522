import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbortedError, DisposedError, OverloadedError } from '../../../../src/core/errors.js';
import { WorkQueue } from '../../../../src/server/work/work-queue.js';

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function pieces() {
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const piece = (id: number) => (): Promise<number> => {
    begun.push(id);
    return new Promise((resolve) => ends.push(() => resolve(id)));
  };
  return { ends, begun, piece };
}

describe('a work queue', () => {
  it('runs in the order of arrival, never more at once than it may, and loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 40 }),
        async (maxConcurrent, count) => {
          const queue = new WorkQueue({ maxConcurrent, maxWaiting: count });
          const begun: number[] = [];
          let most = 0;
          const results = await Promise.all(
            Array.from({ length: count }, (_, id) =>
              queue.run(async () => {
                begun.push(id);
                most = Math.max(most, queue.active);
                await nextTurn();
                return id;
              }, never),
            ),
          );
          expect(results).toEqual(Array.from({ length: count }, (_, id) => id));
          expect(begun).toEqual(results);
          expect(most).toBe(Math.min(maxConcurrent, count));
          expect([queue.active, queue.waiting]).toEqual([0, 0]);
        },
      ),
    );
  });

  it('refuses at once what is over its bound, and takes again what comes when there is room', async () => {
    const queue = new WorkQueue({ maxConcurrent: 1, maxWaiting: 1 });
    const { ends, piece } = pieces();
    const first = queue.run(piece(1), never);
    const second = queue.run(piece(2), never);
    await expect(queue.run(piece(3), never)).rejects.toBeInstanceOf(OverloadedError);
    ends[0]?.();
    await first;
    const fourth = queue.run(piece(4), never);
    await nextTurn();
    ends[1]?.();
    await second;
    await nextTurn();
    ends[2]?.();
    expect(await fourth).toBe(4);
  });

  it('goes on when work fails, and lets those leave who give up', async () => {
    const queue = new WorkQueue({ maxConcurrent: 1, maxWaiting: 5 });
    const { ends, begun, piece } = pieces();
    const first = queue.run(piece(1), never);
    const leaving = new AbortController();
    const second = queue.run(piece(2), leaving.signal);
    const failing = queue.run(() => Promise.reject(new Error('broken')), never);
    const last = queue.run(piece(4), never);
    leaving.abort();
    await expect(second).rejects.toBeInstanceOf(AbortedError);
    expect(queue.waiting).toBe(2);
    ends[0]?.();
    await first;
    await expect(failing).rejects.toThrow('broken');
    await nextTurn();
    ends[1]?.();
    expect(await last).toBe(4);
    expect(begun).toEqual([1, 4]);
  });

  it('refuses what would come to its turn too late, by the speed of the last seconds', async () => {
    let now = 0;
    const queue = new WorkQueue({ maxConcurrent: 1, maxWaiting: 100, now: () => now });
    // 100 ms a piece.
    for (let index = 0; index < 20; index++) {
      await queue.run(async () => {
        now += 100;
      }, never);
    }
    const { ends, piece } = pieces();
    const running = queue.run(piece(0), never);
    const waiting = Array.from({ length: 9 }, (_, id) => queue.run(piece(id + 1), never, 10_000));
    // The tenth that waits would begin in about a second.
    await expect(queue.run(piece(99), never, 500)).rejects.toThrow(/deadline is in 500 ms/);
    const patient = queue.run(piece(10), never, 5_000);
    expect(queue.retryAfterSeconds()).toBe(2);
    // What happened long ago says nothing any more.
    now += 60_000;
    const hopeful = queue.run(piece(11), never, 500);
    expect(queue.retryAfterSeconds()).toBe(1);
    const all = [running, ...waiting, patient, hopeful];
    for (let index = 0; index < all.length; index++) {
      await nextTurn();
      ends[index]?.();
    }
    expect(await Promise.all(all)).toHaveLength(12);
  });

  it('ends what waits when it is closed, and not what runs', async () => {
    const queue = new WorkQueue({ maxConcurrent: 1, maxWaiting: 5 });
    const { ends, piece } = pieces();
    const running = queue.run(piece(1), never);
    const waiting = queue.run(piece(2), never);
    queue.close();
    await expect(waiting).rejects.toBeInstanceOf(DisposedError);
    await expect(queue.run(piece(3), never)).rejects.toBeInstanceOf(DisposedError);
    ends[0]?.();
    expect(await running).toBe(1);
  });
});
