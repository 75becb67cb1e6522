import { request } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../../src/core/errors.js';
import { createCertificateAuthenticator, createService } from '../../../../src/server/index.js';
import { createAuthority, whyNoCertificates } from '../auth/certificates.js';
import { CRASH, closeServices, fakeModel, startService } from '../fake-service.js';

afterEach(closeServices);

/** Sends bytes, piece by piece, and gives all that came back until the other side closed. */
function talk(origin: string, pieces: readonly string[], pauseMs = 0): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(origin).port), '127.0.0.1', async () => {
      for (const piece of pieces) {
        if (socket.destroyed) return;
        socket.write(piece);
        if (pauseMs > 0) await delay(pauseMs);
      }
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
    );
    socket.setTimeout(10_000, () => reject(new Error('nothing happened for ten seconds')));
  });
}

const head = (...lines: string[]): string =>
  `${['POST /select HTTP/1.1', 'Host: localhost', ...lines].join('\r\n')}\r\n`;

describe('a client that dawdles', () => {
  const limits = { headersTimeoutMs: 300, arrivalTimeoutMs: 600, requestTimeoutMs: 60_000 };

  it('with its headers is cut off, and so is one that dawdles with its body', async () => {
    const { origin, post } = await startService({ limits });
    const slowHeaders = talk(origin, [head(), 'X-A: 1\r\n', 'X-B: 1\r\n', 'X-C: 1\r\n'], 400);
    const slowBody = talk(
      origin,
      [`${head('Content-Type: application/json', 'Content-Length: 1000')}\r\n`, '{', '"', 'a', 'b'],
      400,
    );
    // Others are served meanwhile.
    expect((await post('/select', CRASH)).status).toBe(200);
    expect(await slowHeaders).toMatch(/^HTTP\/1\.1 408 [\s\S]*urn:agent-trm:problem:request-timeout/);
    expect(await slowBody).toMatch(/^HTTP\/1\.1 408/);
  });

  it('longer than a request may take is answered, and its room given back', async () => {
    const { origin, service } = await startService({ limits: { requestTimeoutMs: 200 } });
    const answer = await talk(origin, [
      `${head('Content-Type: application/json', 'Content-Length: 1000', 'Connection: close')}\r\n`,
      '{',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 504/);
    expect(service.stats()).toMatchObject({ inFlight: 0, bufferedBytes: 0 });
  });
});

describe('bytes that are no request', () => {
  it.each([
    ['nonsense', 'hello\r\n\r\n', 400, 'malformed'],
    ['a version that is none', 'GET / HTTP/9.9\r\n\r\n', 400, 'malformed'],
    ['two lengths', `${head('Content-Length: 1', 'Content-Length: 2')}\r\n{}`, 400, 'malformed'],
    [
      'a length and chunks',
      `${head('Content-Length: 2', 'Transfer-Encoding: chunked')}\r\n0\r\n\r\n`,
      400,
      'malformed',
    ],
    ['a host that is none', 'GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400, 'malformed'],
    ['large headers', `${head(`X-Large: ${'x'.repeat(20_000)}`)}\r\n`, 431, 'headers-too-large'],
    ['many headers', `${head(...Array.from({ length: 200 }, (_, n) => `X-${n}: 1`))}\r\n`, 431, 'headers-too-large'],
  ])('are refused: %s', async (_, bytes, status, problem) => {
    const { origin, service, post } = await startService();
    const refused: string[] = [];
    service.events.on('request_refused', (event) => void refused.push(event.problem));
    const answer = await talk(origin, [bytes]);
    expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    expect(answer).toContain(`urn:agent-trm:problem:${problem}`);
    expect(refused).toEqual([problem]);
    expect((await post('/select', CRASH)).status).toBe(200);
  });

  it('are answered nothing of what was sent', async () => {
    const { origin } = await startService();
    const marker = 'canary-of-the-client';
    for (const bytes of [
      `GET /${marker} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: ${marker} \u0001\r\nConnection: close\r\n\r\n`,
      `${marker}\r\n\r\n`,
    ]) {
      expect(await talk(origin, [bytes])).not.toContain(marker);
    }
  });
});

const why = whyNoCertificates();

describe.skipIf(why !== undefined)(`a certificate (${why ?? 'by openssl'})`, () => {
  it('names who asks, when it is of the authority and let in', async () => {
    const authority = await createAuthority();
    const other = await createAuthority();
    const authenticator = createCertificateAuthenticator({
      allow: [{ name: 'sre-agent', scopes: ['select'], subject: 'CN=sre-agent' }],
    });
    const audited: string[] = [];
    const service = await createService({
      model: async () => fakeModel(),
      authenticator,
      audit: { write: ({ principal }) => void audited.push(principal), lost: 0, close: async () => undefined },
    });
    const server = authority.issue('/CN=service');
    const { port, url } = await service.listen({ port: 0, tls: { ...server, ca: authority.cert } });
    expect(url).toMatch(/^https:/);
    const ask = (identity: object): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify(CRASH);
        const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
        const to = { host: '127.0.0.1', port, path: '/select', method: 'POST', headers, agent: false };
        request({ ...to, ca: authority.cert, ...identity }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end(body);
      });
    expect(await ask(authority.issue('/CN=sre-agent'))).toBe(200);
    expect(await ask({})).toBe(401);
    expect(await ask(authority.issue('/CN=somebody'))).toBe(401);
    expect(await ask(other.issue('/CN=sre-agent'))).toBe(401);
    expect(audited).toEqual(['sre-agent', '', '', '']);
    await service.close();
    await Promise.all([authority.remove(), other.remove()]);
  });
});

describe('listening', () => {
  it('says why it cannot', async () => {
    const { origin, service } = await startService();
    const port = Number(new URL(origin).port);
    await expect(service.listen({ port: 0 })).rejects.toThrow(/listens already/);
    const other = await createService({ insecure: true, model: async () => fakeModel() });
    await expect(other.listen({ port })).rejects.toThrow(/something else listens there/);
    await expect(other.listen({ port: 0, tls: { cert: 'no', key: 'no' } })).rejects.toBeInstanceOf(ConfigurationError);
    await other.close();
  });

  it('checks its limits', async () => {
    const model = async () => fakeModel();
    for (const limits of [{ maxAlerts: 0 }, { maxDepth: 1.5 }, { requestTimeoutMs: -1 }, { maxAlert: 5 } as object]) {
      await expect(createService({ insecure: true, model, limits })).rejects.toBeInstanceOf(ConfigurationError);
    }
  });
});
