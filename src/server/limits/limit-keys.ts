import { isIP } from 'node:net';
import type { Principal } from '../types.js';

/** The key of a principal. The way it came in is part of it: a JWT may name the same subject as a token. */
export function principalKey(principal: Pick<Principal, 'name' | 'via'>): string {
  return `principal:${principal.via}:${principal.name}`;
}

/**
 * The key of an address: IPv4 as it is, also where IPv6 wraps it; IPv6 by its first 64 bits, since one customer is
 * given at least as many addresses as the rest can write. What is no address shares one key.
 */
export function addressKey(address: string): string {
  const plain = address
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
  if (isIP(plain) === 4) return `address:${plain}`;
  if (isIP(plain) !== 6) return 'address:unknown';
  return `address:${networkOf(plain)}::/64`;
}

/** The first four groups of an IPv6 address, without leading zeros. */
function networkOf(address: string): string {
  // The text of a URL's host is the one form that RFC 5952 allows, so that no address has two keys.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const front = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const back = tail === '' ? [] : tail.split(':');
    front.push(...Array.from({ length: 8 - front.length - back.length }, () => '0'), ...back);
  }
  return front.slice(0, 4).join(':');
}
