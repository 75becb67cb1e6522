import { describe, expect, it, vi } from 'vitest';
import { AbortedError } from '../../../src/core/errors.js';
import { untilAborted } from '../../../src/core/until-aborted.js';

const deaf = () => new Promise<never>(() => undefined);

describe('untilAborted', () => {
  it('settles as the work does', async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(() => Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(untilAborted(() => Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  });

  it('does not wait for work that is deaf to the signal', async () => {
    const controller = new AbortController();
    const pending = untilAborted(deaf, controller.signal);
    controller.abort();
    await expect(pending).rejects.toThrow(AbortedError);
  });

  it('does not begin once the signal has fired', async () => {
    const work = vi.fn(deaf);
    await expect(untilAborted(work, AbortSignal.abort())).rejects.toThrow(AbortedError);
    expect(work).not.toHaveBeenCalled();
  });
});
