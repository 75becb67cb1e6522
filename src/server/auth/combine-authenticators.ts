import { ConfigurationError } from '../../core/errors.js';
import type { Authenticator, Principal } from '../types.js';

type Refusal = Exclude<Awaited<ReturnType<Authenticator['authenticate']>>, Principal>['refused'];

/** How much a refusal says: credentials that were good once say more than ones nobody knows. */
const WEIGHT: Readonly<Record<Refusal, number>> = { missing: 0, invalid: 1, expired: 2 };

/**
 * Asks one after another; the first that knows who it is decides. When none does, the refusal that says most is given:
 * `expired`, else `invalid`, else `missing`. One that cannot be asked (its keys are out of reach) does not keep the
 * others from being asked; what it threw is thrown when no other knows who it is, so that a fault is not taken for
 * wrong credentials.
 */
export function combineAuthenticators(...authenticators: readonly Authenticator[]): Authenticator {
  if (authenticators.length === 0) {
    throw new ConfigurationError('authenticators: expected one or more, since without any nobody would get in');
  }
  return {
    async authenticate(request) {
      let refused: Refusal = 'missing';
      let failure: { readonly error: unknown } | undefined;
      for (const authenticator of authenticators) {
        try {
          const answer = await authenticator.authenticate(request);
          if (!('refused' in answer)) return answer;
          if (WEIGHT[answer.refused] > WEIGHT[refused]) refused = answer.refused;
        } catch (error) {
          failure ??= { error };
        }
      }
      if (failure) throw failure.error;
      return { refused };
    },
    async close() {
      await Promise.all(authenticators.map((authenticator) => authenticator.close?.()));
    },
  };
}
