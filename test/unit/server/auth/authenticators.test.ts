import { describe, expect, it, vi } from 'vitest';
import {
  challengeOf,
  combineAuthenticators,
  createOpenAuthenticator,
  isLoopbackAddress,
  isLoopbackHost,
} from '../../../../src/server/auth/index.js';
import type { Authenticator, Principal } from '../../../../src/server/types.js';
import { requestWith } from './requests.js';

type Answer = Awaited<ReturnType<Authenticator['authenticate']>>;

const SRE: Principal = { name: 'sre', scopes: new Set(['select']), via: 'token' };
const SHOP: Principal = { name: 'shop', scopes: new Set(['reason']), via: 'jwt' };
const saying = (answer: Answer): Authenticator => ({ authenticate: async () => answer });
const refusing = (refused: 'missing' | 'invalid' | 'expired') => saying({ refused });
const failing: Authenticator = { authenticate: () => Promise.reject(new Error('out of reach')) };

describe('combineAuthenticators', () => {
  it.each<[string, Authenticator[], Answer]>([
    ['the first that knows who it is', [refusing('invalid'), saying(SRE), saying(SHOP)], SRE],
    ['one behind another that cannot be asked', [failing, saying(SHOP)], SHOP],
    [
      'the refusal that says most',
      [refusing('missing'), refusing('expired'), refusing('invalid')],
      { refused: 'expired' },
    ],
    ['invalid before missing', [refusing('invalid'), refusing('missing')], { refused: 'invalid' }],
    ['missing', [refusing('missing')], { refused: 'missing' }],
  ])('gives %s', async (_, authenticators, answer) => {
    expect(await combineAuthenticators(...authenticators).authenticate(requestWith())).toEqual(answer);
  });

  it('does not take a fault for wrong credentials', async () => {
    await expect(combineAuthenticators(failing, refusing('invalid')).authenticate(requestWith())).rejects.toThrow(
      'out of reach',
    );
  });

  it('closes all of them, and is nothing without any', async () => {
    const close = vi.fn(async () => undefined);
    await combineAuthenticators({ ...failing, close }, failing, { ...failing, close }).close?.();
    expect(close).toHaveBeenCalledTimes(2);
    expect(() => combineAuthenticators()).toThrow(/one or more/);
  });
});

describe('createOpenAuthenticator', () => {
  const open = createOpenAuthenticator();

  it.each([
    ['127.0.0.1', {}],
    ['127.8.9.1', { host: 'localhost:8080' }],
    ['::1', { host: '[::1]:8080' }],
    ['::ffff:127.0.0.1', { host: '127.0.0.1', origin: 'http://localhost:3000' }],
  ])('lets in who is on this machine: %s %j', async (remoteAddress, headers) => {
    const answer = await open.authenticate(requestWith(headers as Record<string, string>, { remoteAddress }));
    expect(answer).toMatchObject({ name: 'local', via: 'none' });
  });

  it.each([
    ['from elsewhere', '192.168.0.7', {}],
    ['from an address that begins alike', '127.0.0.1.evil.example', {}],
    ['from an IPv6 address that holds one', '::7f00:1:1', {}],
    ['through a proxy on this machine', '127.0.0.1', { 'x-forwarded-for': '10.0.0.7' }],
    ['through the sidecar of Knative', '127.0.0.1', { forwarded: 'for=10.0.0.7' }],
    ['from a page of elsewhere', '127.0.0.1', { host: 'localhost', origin: 'https://evil.example' }],
    ['from a sandboxed page', '127.0.0.1', { host: 'localhost', origin: 'null' }],
    ['by a name that was rebound', '127.0.0.1', { host: 'evil.example:8080' }],
    ['by a name that begins alike', '127.0.0.1', { host: 'localhost.evil.example' }],
    ['by a host with a user', '127.0.0.1', { host: 'localhost@evil.example' }],
  ])('refuses what comes %s', async (_, remoteAddress, headers) => {
    const answer = await open.authenticate(requestWith(headers as Record<string, string>, { remoteAddress }));
    expect(answer).toHaveProperty('refused');
  });

  it('gives the scopes that it is told', async () => {
    const answer = await createOpenAuthenticator(['reason']).authenticate(requestWith());
    expect(answer).toMatchObject({ scopes: new Set(['reason']) });
  });
});

describe('what is this machine', () => {
  it.each(['127.0.0.1', '127.255.0.3', '::1', '::FFFF:127.0.0.1'])('%s is', (address) => {
    expect(isLoopbackAddress(address)).toBe(true);
    expect(isLoopbackHost(address)).toBe(true);
  });
  it.each(['0.0.0.0', '::', '128.0.0.1', '127.1', '', 'localhost.example', '2130706433'])('%s is not', (address) => {
    expect(isLoopbackAddress(address)).toBe(false);
    expect(isLoopbackHost(address)).toBe(false);
  });
});

describe('challengeOf', () => {
  it('has an error code only for credentials that came', () => {
    expect(challengeOf('missing')).toBe('Bearer realm="agent-trm"');
    expect(challengeOf('invalid')).toContain('error="invalid_token"');
    expect(challengeOf('expired')).toContain('expired');
  });
});
