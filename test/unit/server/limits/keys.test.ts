import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey, createClientAddress, principalKey } from '../../../../src/server/limits/index.js';

describe('addressKey', () => {
  it.each([
    ['192.0.2.1', 'address:192.0.2.1'],
    ['::ffff:192.0.2.1', 'address:192.0.2.1'],
    ['::FFFF:192.0.2.1', 'address:192.0.2.1'],
    ['2001:db8:0:1:aaaa::1', 'address:2001:db8:0:1::/64'],
    ['2001:0DB8:0000:0001::', 'address:2001:db8:0:1::/64'],
    ['2001:db8::1', 'address:2001:db8:0:0::/64'],
    ['::1', 'address:0:0:0:0::/64'],
    ['1::', 'address:1:0:0:0::/64'],
    ['fe80::1%eth0', 'address:fe80:0:0:0::/64'],
    ['1:2:3:4:5:6:7:8', 'address:1:2:3:4::/64'],
    ['::2:3:4:5:6:7:8', 'address:0:2:3:4::/64'],
    ['', 'address:unknown'],
    ['evil\r\naddress', 'address:unknown'],
  ])('of %s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  it('is one for all addresses of a /64, and another for each other /64', () => {
    const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 });
    const write = (...parts: number[][]): string =>
      parts
        .flat()
        .map((part) => part.toString(16))
        .join(':');
    fc.assert(
      fc.property(groups, groups, groups, groups, (network, other, left, right) => {
        expect(addressKey(write(network, left))).toBe(addressKey(write(network, right)));
        fc.pre(network.join() !== other.join());
        expect(addressKey(write(network, left))).not.toBe(addressKey(write(other, left)));
      }),
    );
  });
});

describe('principalKey', () => {
  it('keeps a subject of a JWT apart from a token of the same name', () => {
    expect(principalKey({ name: 'sre', via: 'jwt' })).not.toBe(principalKey({ name: 'sre', via: 'token' }));
  });
});

describe('createClientAddress', () => {
  const forwarded = (value: string): Headers => new Headers({ 'x-forwarded-for': value });

  it('believes no header without proxies to trust', () => {
    const addressOf = createClientAddress();
    expect(addressOf('192.0.2.1', forwarded('10.0.0.1'))).toBe('192.0.2.1');
    expect(addressOf('::ffff:192.0.2.1', new Headers())).toBe('192.0.2.1');
  });

  const addressOf = createClientAddress(['10.0.0.0/8', '127.0.0.1', 'fd00::/8']);
  it.each([
    ['a client in front of one proxy', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['a client in front of two', '127.0.0.1', '198.51.100.7, 10.2.3.4', '198.51.100.7'],
    ['what the client has written itself', '10.0.0.1', '1.2.3.4, 198.51.100.7', '198.51.100.7'],
    ['a client that calls itself a proxy', '10.0.0.1', '10.9.9.9, 198.51.100.7', '198.51.100.7'],
    ['a header of who is no proxy', '198.51.100.7', '1.2.3.4', '198.51.100.7'],
    ['a proxy by itself', '10.0.0.1', '10.0.0.2', '10.0.0.2'],
    ['what is no address', '10.0.0.1', '1.2.3.4, unknown', '10.0.0.1'],
    ['an address with a port', 'fd00::1', '198.51.100.7:4711', '198.51.100.7'],
    ['IPv6 with a port', 'fd00::1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['wrapped IPv4', '::ffff:10.0.0.1', '::ffff:198.51.100.7', '198.51.100.7'],
    ['nothing', '10.0.0.1', '', '10.0.0.1'],
  ])('reads past proxies to %s', (_, remote, header, address) => {
    expect(addressOf(remote, forwarded(header))).toBe(address);
  });

  it('is not held up by a long header', () => {
    expect(addressOf('10.0.0.1', forwarded('10.0.0.1,'.repeat(100_000)))).toBe('10.0.0.1');
  });

  it.each(['10.0.0.0/33', 'proxy.example', '10.0.0.0/', '10.0.0.0/8/8', '', 'fd00::/-1', '::/1.5'])(
    'refuses "%s"',
    (entry) => {
      expect(() => createClientAddress(['10.0.0.1', entry])).toThrow(/trustedProxies\[1\]: expected an address/);
    },
  );
});
