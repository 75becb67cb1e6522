import { isIP } from 'node:net';
import { type Authenticator, type Principal, SCOPES, type Scope } from '../types.js';

/** Headers that a proxy adds. Behind one, such as the sidecar of Knative, every caller seems to be on this machine. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/** True for addresses of this machine: 127.0.0.0/8 and ::1, also as IPv6 writes the former. */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** True for hosts to listen on, or of a Host header without its port, that mean this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || isLoopbackAddress(name);
}

/**
 * Lets everybody in who is on this machine and not on its way through it; for the explicit flag that turns access
 * control off. Refused are other addresses, what a proxy forwards, and what a browser sends for a page from elsewhere
 * (another Origin, or a Host that is rebound to this machine).
 */
export function createOpenAuthenticator(scopes: readonly Scope[] = SCOPES): Authenticator {
  const principal: Principal = { name: 'local', scopes: new Set(scopes), via: 'none' };
  return {
    async authenticate({ headers, remoteAddress }) {
      if (!isLoopbackAddress(remoteAddress) || FORWARDED.some((name) => headers.has(name))) {
        return { refused: 'missing' };
      }
      const host = headers.get('host');
      const origin = headers.get('origin');
      if (host !== null && !isLoopbackUrl(`http://${host}`)) return { refused: 'invalid' };
      if (origin !== null && !isLoopbackUrl(origin)) return { refused: 'invalid' };
      return principal;
    },
  };
}

function isLoopbackUrl(text: string): boolean {
  return URL.canParse(text) && isLoopbackHost(new URL(text).hostname);
}
