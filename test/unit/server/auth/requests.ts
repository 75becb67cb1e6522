import type { Authenticator } from '../../../../src/server/types.js';

type Request = Parameters<Authenticator['authenticate']>[0];

/** A request that comes over loopback, with these headers. */
export function requestWith(headers: Record<string, string> = {}, rest: Partial<Request> = {}): Request {
  return { headers: new Headers(headers), remoteAddress: '127.0.0.1', ...rest };
}

/** A request with a bearer token. */
export function bearing(token: string): Request {
  return requestWith({ authorization: `Bearer ${token}` });
}
