import { memoizeAsync } from '../core/memoize-async.js';

export type Cockatiel = typeof import('cockatiel');
export type Undici = typeof import('undici');

export interface HttpLibraries {
  readonly cockatiel: Cockatiel;
  readonly undici: Undici;
}

/** Gives the libraries, loaded with the first request: who imports this package need not pay for them. */
export function lazyLibraries(): () => Promise<HttpLibraries> {
  const memo = memoizeAsync<'libraries', HttpLibraries>();
  return () =>
    memo.get('libraries', async () => {
      const [cockatiel, undici] = await Promise.all([import('cockatiel'), import('undici')]);
      return { cockatiel, undici };
    });
}
