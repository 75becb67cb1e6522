import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { AgentTrmError } from '../../../core/errors.js';
import { redact } from '../../../core/redact.js';
import type { Authenticator, Principal, Scope } from '../../types.js';
import { readBearer } from '../bearer.js';
import { isPrincipalName, isScope } from '../scopes.js';
import { boundedJwksFetch, type JwksFetch } from './jwks-fetch.js';
import { type JwtOptions, resolveJwtOptions } from './jwt-options.js';

/** The keys that tokens are checked with are out of reach: nobody can be let in or turned away; try again later. */
export class AuthenticationUnavailableError extends AgentTrmError {
  static override readonly code: string = 'AUTHENTICATION_UNAVAILABLE';
}

export interface JwtAuthenticatorOptions extends JwtOptions {
  /** Fetches the JWKS; the global `fetch` has the right form. */
  readonly fetch: JwksFetch;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly clock?: (() => number) | undefined;
}

/** What is wrong with a token, against what is wrong with the place that its keys come from. */
const OF_THE_TOKEN: readonly (new (...values: never[]) => Error)[] = [
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

/**
 * Bearer tokens that are JWTs, signed by a key of a JWKS: signature by one of the allowed asymmetric algorithms, issuer,
 * audience, `exp` (which has to be there), `nbf`. Scopes come from a claim, by name or through a map; others than ours
 * are passed over, and a token without any of ours is a principal that may do nothing.
 *
 * @returns an authenticator that rejects with AuthenticationUnavailableError while the keys cannot be fetched
 * @throws ConfigurationError for an option that cannot be used
 */
export function createJwtAuthenticator(options: JwtAuthenticatorOptions): Authenticator {
  const settings = resolveJwtOptions(options);
  const { clock = Date.now } = options;
  const jwks = createRemoteJWKSet(settings.jwksUrl, {
    [customFetch]: boundedJwksFetch(options.fetch, clock),
    timeoutDuration: settings.timeoutMs,
    cooldownDuration: settings.cooldownMs,
    cacheMaxAge: settings.cacheMs,
  });
  const { issuer, audience, algorithms, clockToleranceSeconds: clockTolerance } = settings;
  return {
    async authenticate({ headers }) {
      const bearer = readBearer(headers);
      if ('refused' in bearer) return bearer;
      // What has not the three parts of a signed JWT is somebody else's, and no reason to fetch keys.
      if (bearer.token.split('.').length !== 3) return { refused: 'invalid' };
      try {
        const { payload } = await jwtVerify(bearer.token, jwks, {
          issuer: [...issuer],
          audience: [...audience],
          algorithms: [...algorithms],
          clockTolerance,
          currentDate: new Date(clock()),
          requiredClaims: ['exp', settings.nameClaim],
        });
        return principalOf(payload, settings.nameClaim, scopesOf(payload, settings.scopeClaim, settings.scopeMap));
      } catch (error) {
        if (error instanceof errors.JWTExpired) return { refused: 'expired' };
        if (OF_THE_TOKEN.some((type) => error instanceof type)) return { refused: 'invalid' };
        const message = error instanceof Error ? error.message : String(error);
        throw new AuthenticationUnavailableError(`the keys of the tokens cannot be fetched: ${redact(message)}`);
      }
    },
  };
}

function principalOf(
  payload: JWTPayload,
  claim: string,
  scopes: ReadonlySet<Scope>,
): Principal | { refused: 'invalid' } {
  const name = payload[claim];
  // A name goes into logs and audit lines as it is, so one that could not stand there is not let in.
  return isPrincipalName(name) ? { name, scopes, via: 'jwt' } : { refused: 'invalid' };
}

/** Scopes of a claim that is a text of words (RFC 8693) or a list of texts. */
function scopesOf(payload: JWTPayload, claim: string, map: ReadonlyMap<string, readonly Scope[]>): ReadonlySet<Scope> {
  const value = payload[claim];
  const words = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return new Set(
    words.flatMap((word: unknown): readonly Scope[] => {
      if (typeof word !== 'string') return [];
      if (map.size > 0) return map.get(word) ?? [];
      return isScope(word) ? [word] : [];
    }),
  );
}
