import { expect, it } from 'vitest';
import { DisposeGuard } from '../../../src/core/dispose-guard.js';
import { DisposedError } from '../../../src/core/errors.js';

it('waits for running work, also for work that fails, and releases once', async () => {
  const guard = new DisposeGuard('the thing');
  const done: string[] = [];
  const steps: (() => void)[] = [];
  const wait = (): Promise<void> => new Promise((resolve) => steps.push(resolve));
  const good = guard.run(wait).then(() => done.push('good'));
  const bad = guard.run(() => wait().then(() => Promise.reject(new Error('bad'))));
  const caught = bad.catch(() => done.push('bad'));
  const release = async (): Promise<void> => {
    done.push('released');
  };
  const disposals = [guard.dispose(release), guard.dispose(release)];
  expect(guard.disposed).toBe(true);
  for (const step of steps) step();
  await Promise.all([good, caught, ...disposals]);
  expect(done.toSorted()).toEqual(['bad', 'good', 'released']);
  expect(done.at(-1)).toBe('released');
});

it('refuses work after disposal by name', async () => {
  const guard = new DisposeGuard('the thing');
  guard.check();
  expect(await guard.run(async () => 1)).toBe(1);
  await guard.dispose(async () => undefined);
  expect(() => guard.check()).toThrow(DisposedError);
  await expect(guard.run(async () => 1)).rejects.toThrow(/the thing was used after dispose/);
});

it('hands on what the release throws', async () => {
  const guard = new DisposeGuard('the thing');
  await expect(guard.dispose(() => Promise.reject(new Error('stuck')))).rejects.toThrow('stuck');
});
