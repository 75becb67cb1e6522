import { expect, it, vi } from 'vitest';
import { memoizeAsync } from '../../../src/core/memoize-async.js';

it('shares a pending load and keeps its result', async () => {
  const memo = memoizeAsync<string, number>();
  const load = vi.fn(async () => 1);
  const pending = [memo.get('a', load), memo.get('a', load)];
  expect(pending[0]).toBe(pending[1]);
  expect(await Promise.all([...pending, memo.get('a', load)])).toEqual([1, 1, 1]);
  expect(await memo.get('b', load)).toBe(1);
  expect(load).toHaveBeenCalledTimes(2);
  expect(memo.entries().map(([key]) => key)).toEqual(['a', 'b']);
});

it('forgets a load that was rejected or that threw', async () => {
  const memo = memoizeAsync<string, number>();
  const failing = [memo.get('a', () => Promise.reject(new Error('no'))), memo.get('a', async () => 1)];
  for (const result of await Promise.allSettled(failing)) expect(result).toMatchObject({ reason: { message: 'no' } });
  const throwing = memo.get('a', () => {
    throw new Error('at once');
  });
  await expect(throwing).rejects.toThrow('at once');
  expect(await memo.get('a', async () => 2)).toBe(2);
});

it('forgets a key on request, unless it holds something else by now', async () => {
  const memo = memoizeAsync<string, number>();
  const first = memo.get('a', async () => 1);
  expect(memo.delete('a', Promise.resolve(1))).toBeUndefined();
  expect(memo.delete('a', first)).toBe(first);
  expect(memo.delete('a')).toBeUndefined();
  expect(await memo.get('a', async () => 2)).toBe(2);
  memo.clear();
  expect(memo.entries()).toEqual([]);
});

it('does not let the failure of a forgotten load remove its successor', async () => {
  const memo = memoizeAsync<string, number>();
  const first = memo.get('a', () => Promise.reject(new Error('late')));
  void memo.delete('a');
  const second = memo.get('a', async () => 2);
  await expect(first).rejects.toThrow('late');
  expect(memo.get('a', async () => 3)).toBe(second);
});
