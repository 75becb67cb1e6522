import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AllowedCertificate,
  type ClientCertificate,
  clientCertificateOf,
  createCertificateAuthenticator,
} from '../../../../src/server/auth/index.js';
import { type Authority, createAuthority, type Identity, whyNoCertificates } from './certificates.js';
import { requestWith } from './requests.js';

const missing = whyNoCertificates();

describe.skipIf(missing !== undefined)(`mutual TLS${missing === undefined ? '' : ` (${missing})`}`, () => {
  let authority: Authority;
  let otherAuthority: Authority;
  let server: Server;
  let identities: Record<'sre' | 'shop' | 'forged', Identity>;
  /** What the server knows of the client of each request, in order. */
  const seen: (ClientCertificate | undefined)[] = [];

  beforeAll(async () => {
    [authority, otherAuthority] = await Promise.all([createAuthority(), createAuthority()]);
    identities = {
      sre: authority.issue('/O=Example/CN=sre-agent'),
      shop: authority.issue('/O=Example, Inc/CN=shop'),
      forged: otherAuthority.issue('/O=Example/CN=sre-agent'),
    };
    const own = authority.issue('/CN=localhost');
    // As an optional way in beside tokens: who shows no certificate, or a bad one, is not hung up on.
    const options = { ...own, ca: authority.cert, requestCert: true, rejectUnauthorized: false };
    server = createServer(options, ({ socket }, response) => {
      seen.push(clientCertificateOf(socket as TLSSocket));
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    server?.close();
    await authority?.remove();
    await otherAuthority?.remove();
  });

  async function certificateOf(identity: Identity | undefined): Promise<ClientCertificate | undefined> {
    const { port } = server.address() as AddressInfo;
    const call = request({ host: '127.0.0.1', port, ca: authority.cert, ...identity, agent: false }).end();
    const [response] = await once(call, 'response');
    response.resume();
    return seen.at(-1);
  }
  const authenticate = async (allow: readonly AllowedCertificate[], identity: Identity | undefined) => {
    const clientCertificate = await certificateOf(identity);
    const rest = clientCertificate ? { clientCertificate } : {};
    return createCertificateAuthenticator({ allow }).authenticate(requestWith({}, rest));
  };
  const fingerprint = ({ cert }: Identity): string => new X509Certificate(cert).fingerprint256;
  const principal = { name: 'sre', scopes: new Set(['select', 'admin']), via: 'mtls' };
  const entry = { name: 'sre', scopes: ['select', 'admin'] } as const;

  it('lets a certificate in by its fingerprint, however it is written', async () => {
    for (const text of [fingerprint(identities.sre), fingerprint(identities.sre).replaceAll(':', '').toLowerCase()]) {
      expect(await authenticate([{ ...entry, fingerprint256: text }], identities.sre)).toEqual(principal);
      expect(await authenticate([{ ...entry, fingerprint256: text }], identities.shop)).toEqual({ refused: 'invalid' });
    }
  });

  it('lets a certificate in by its whole subject', async () => {
    const allow = [
      { ...entry, name: 'shop', subject: 'O=Example\\, Inc, CN=shop' },
      { ...entry, subject: 'O=Example, CN=sre-agent' },
    ];
    expect(await authenticate(allow, identities.sre)).toEqual(principal);
    for (const subject of ['CN=sre-agent', 'O=Example', 'CN=sre-agent, O=Example', 'O=Example, CN=sre']) {
      expect(await authenticate([{ ...entry, subject }], identities.sre)).toEqual({ refused: 'invalid' });
    }
  });

  it('reads a comma within a name as part of it', async () => {
    const known = await certificateOf(identities.shop);
    expect(known?.subject).toContain('Inc');
    const allow = [{ ...entry, subject: known?.subject }];
    expect(await authenticate(allow, identities.shop)).toEqual(principal);
    expect(await authenticate(allow, identities.sre)).toEqual({ refused: 'invalid' });
  });

  it('demands both where both are given', async () => {
    const subject = 'O=Example, CN=sre-agent';
    const both = { ...entry, subject, fingerprint256: fingerprint(identities.shop) };
    expect(await authenticate([both], identities.sre)).toEqual({ refused: 'invalid' });
  });

  it('knows nobody without a certificate, or with one of another authority', async () => {
    const allow = [{ ...entry, subject: 'O=Example, CN=sre-agent' }];
    expect(await authenticate(allow, undefined)).toEqual({ refused: 'missing' });
    expect(await authenticate(allow, identities.forged)).toEqual({ refused: 'missing' });
  });

  it('knows a certificate no longer than it is valid, on a connection that stays open', () => {
    const certificate = new X509Certificate(identities.sre.cert);
    const socket = { authorized: true, getPeerX509Certificate: () => certificate };
    const end = Date.parse(certificate.validTo);
    expect(clientCertificateOf(socket, end - 1)?.fingerprint256).toBe(certificate.fingerprint256);
    expect(clientCertificateOf(socket, end)).toBeUndefined();
    expect(clientCertificateOf({ ...socket, authorized: false }, end - 1)).toBeUndefined();
  });
});

describe('createCertificateAuthenticator', () => {
  it.each<[AllowedCertificate[], RegExp]>([
    [[], /one certificate or more/],
    [[{ name: 'a', scopes: ['admin'] }], /allow\[0\]: expected a fingerprint256, a subject, or both/],
    [[{ name: 'a', scopes: ['admin'], fingerprint256: 'AB:CD' }], /64 hexadecimal digits/],
    [[{ name: 'a', scopes: ['admin'], subject: ' \n ' }], /a subject that is not empty/],
    [[{ name: 'a b', scopes: ['admin'], subject: 'CN=a' }], /a name of/],
    [[{ name: 'a', scopes: [], subject: 'CN=a' }], /one scope or more/],
  ])('refuses %j', (allow, message) => {
    expect(() => createCertificateAuthenticator({ allow })).toThrow(message);
  });
});
