import { BlockList, isIP } from 'node:net';
import { ConfigurationError } from '../../core/errors.js';
import { describeValue } from '../../domain/describe.js';

/**
 * Makes the function that says whose request it is. Without trusted proxies that is the other end of the connection,
 * and no header is believed. With them, `X-Forwarded-For` is read from its end, past the proxies that are trusted, to
 * the first address that is not: what stands before it was written by the client.
 *
 * @param trustedProxies addresses or networks, such as `10.0.0.0/8`, `127.0.0.1` or `fd00::/8`
 * @throws ConfigurationError that names the entry that is neither
 */
export function createClientAddress(
  trustedProxies: readonly string[] = [],
): (remoteAddress: string, headers: Headers) => string {
  const trusted = new BlockList();
  for (const [index, entry] of trustedProxies.entries()) {
    const [address = '', bits, ...rest] = typeof entry === 'string' ? entry.split('/') : [];
    const family = isIP(address);
    const length = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
    const fits = Number.isInteger(length) && length >= 0 && length <= (family === 4 ? 32 : 128) && bits !== '';
    if (family === 0 || !fits || rest.length > 0) {
      const received = describeValue(entry);
      throw new ConfigurationError(
        `trustedProxies[${index}]: expected an address or network such as 10.0.0.0/8, received ${received}`,
      );
    }
    trusted.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  }
  const isTrusted = (address: string): boolean =>
    isIP(address) !== 0 && trusted.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');

  return (remoteAddress, headers) => {
    let client = plainAddress(remoteAddress);
    const forwarded = headers.get('x-forwarded-for');
    if (forwarded === null || trustedProxies.length === 0) return client;
    const hops = forwarded.slice(-MOST_FORWARDED).split(',');
    while (isTrusted(client) && hops.length > 0) {
      const hop = plainAddress((hops.pop() as string).trim());
      // What is no address was not written by a proxy that is trusted for a reason; nothing before it counts.
      if (isIP(hop) === 0) break;
      client = hop;
    }
    return client;
  };
}

/** Characters of the header, from its end, that are looked at. */
const MOST_FORWARDED = 2_048;

/** IPv4 where IPv6 wraps it; without brackets, zone and port. */
function plainAddress(text: string): string {
  const [, bracketed, v4] = /^(?:\[([^\]]*)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(text) ?? [];
  return (bracketed ?? v4 ?? text).replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
