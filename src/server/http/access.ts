import type { TLSSocket } from 'node:tls';
import { redactError } from '../../core/redact.js';
import { challengeOf, clientCertificateOf } from '../auth/index.js';
import { addressKey, principalKey } from '../limits/index.js';
import type { ServiceEmitter } from '../service-events.js';
import type { Authenticator, Principal, RateLimiter, Scope } from '../types.js';
import type { ServiceContext } from './context.js';
import { Problem } from './problem.js';

/** What counts requests: by the address that they come from, and by who asks. */
export interface RateLimiters {
  readonly address?: RateLimiter | undefined;
  readonly principal?: RateLimiter | undefined;
}

export interface AccessOptions {
  readonly authenticator: Authenticator;
  readonly rateLimiters: RateLimiters;
  readonly events: ServiceEmitter;
}

/**
 * Makes the check that stands before everything that is not public: first the limit of the address, so that guessing
 * credentials is slow; then who it is; then whether that one may; then the limit of that one.
 *
 * What it gives throws Problem `rate-limited`, `unauthenticated`, `forbidden` or `unavailable`; else the request's
 * principal is known after it.
 */
export function createAccess(options: AccessOptions): (context: ServiceContext, scope: Scope) => Promise<void> {
  const { authenticator, rateLimiters, events } = options;

  const take = async (limiter: RateLimiter | undefined, key: string, context: ServiceContext, scope: Scope) => {
    if (!limiter) return;
    const answer = await limiter.take(key).catch((error: unknown) => {
      events.emit('limiter_failed', { error: redactError(error) });
      throw new Problem('unavailable', { detail: 'requests cannot be counted at present', retryAfterSeconds: 1 });
    });
    if (answer.allowed) return;
    context.get('state').refusal = 'rate-limit';
    // An Alertmanager sends again after a 5xx and never after a 429, which would lose the alert.
    const status = scope === 'events' ? { status: 503 } : {};
    throw new Problem('rate-limited', { retryAfterSeconds: answer.retryAfterSeconds, ...status });
  };

  return async (context, scope) => {
    const state = context.get('state');
    await take(rateLimiters.address, addressKey(state.clientAddress), context, scope);
    const principal = await authenticate(context, authenticator);
    state.principal = principal;
    if (!principal.scopes.has(scope)) {
      state.refusal = 'scope';
      throw new Problem('forbidden', {
        detail: `the scope "${scope}" is needed`,
        ...(principal.via !== 'mtls' && {
          headers: { 'www-authenticate': `Bearer realm="agent-trm", error="insufficient_scope", scope="${scope}"` },
        }),
      });
    }
    await take(rateLimiters.principal, principalKey(principal), context, scope);
  };
}

async function authenticate(context: ServiceContext, authenticator: Authenticator): Promise<Principal> {
  const state = context.get('state');
  const socket = context.env?.incoming?.socket as Partial<TLSSocket> | undefined;
  const clientCertificate = socket?.encrypted === true ? clientCertificateOf(socket as TLSSocket) : undefined;
  const answer = await authenticator.authenticate({
    headers: context.req.raw.headers,
    remoteAddress: state.remoteAddress,
    ...(clientCertificate && { clientCertificate }),
  });
  if (!('refused' in answer)) return answer;
  state.refusal = answer.refused;
  throw new Problem('unauthenticated', {
    detail: DETAILS[answer.refused],
    headers: { 'www-authenticate': challengeOf(answer.refused) },
  });
}

const DETAILS = {
  missing: 'send a token as "Authorization: Bearer ..."',
  invalid: 'the credentials are not valid',
  expired: 'the credentials have expired',
} as const;
