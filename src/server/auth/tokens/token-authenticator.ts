import { timingSafeEqual } from 'node:crypto';
import type { Authenticator, Principal } from '../../types.js';
import { readBearer } from '../bearer.js';
import { checkTokens, type StoredToken } from './parse-tokens.js';
import { hashToken } from './token-hash.js';

export interface TokenAuthenticatorOptions {
  /** At most 1,000 in practice: every request is compared with all of them. */
  readonly tokens: readonly StoredToken[];
  /** Milliseconds since 1970. Default: Date.now. */
  readonly clock?: (() => number) | undefined;
}

interface Entry {
  readonly hash: Buffer;
  readonly principal: Principal;
  /** Milliseconds since 1970, Infinity for none. */
  readonly end: number;
}

/**
 * Bearer tokens of a fixed list. The SHA-256 of what came is compared with that of every token, each in constant time
 * and without stopping at a hit, so that the time of an answer tells nothing about any of them.
 *
 * @throws ConfigurationError for a token that cannot be used
 */
export function createTokenAuthenticator(options: TokenAuthenticatorOptions): Authenticator {
  const { tokens, clock = Date.now } = options;
  checkTokens(tokens.map((token, index) => [`tokens[${index}]`, token]));
  const entries = tokens.map(
    ({ name, sha256, scopes, expires }): Entry => ({
      hash: Buffer.from(sha256, 'hex'),
      principal: { name, scopes: new Set(scopes), via: 'token' },
      end: expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires),
    }),
  );
  return {
    async authenticate({ headers }) {
      const bearer = readBearer(headers);
      if ('refused' in bearer) return bearer;
      const hash = hashToken(bearer.token);
      let found: Entry | undefined;
      for (const entry of entries) if (timingSafeEqual(entry.hash, hash)) found = entry;
      if (found === undefined) return { refused: 'invalid' };
      return clock() < found.end ? found.principal : { refused: 'expired' };
    },
  };
}
