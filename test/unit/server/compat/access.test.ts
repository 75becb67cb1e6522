import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, describe, expect, it } from 'vitest';
import { type Authenticator, createMemoryRateLimiter, type Scope } from '../../../../src/server/index.js';
import { closeServices, startService } from '../fake-service.js';
import { PROMPT, saidIn, user } from './prompts.js';

afterEach(closeServices);

/** Knows everybody by the scope that stands in the token. */
const byScope: Authenticator = {
  async authenticate({ headers }) {
    const token = headers.get('authorization')?.replace('Bearer ', '');
    if (!token) return { refused: 'missing' };
    return { name: `agent-${token}`, scopes: new Set(token.split('+') as Scope[]), via: 'token' };
  },
};

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
}
const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/api/chat', body: { messages: [user(PROMPT)], stream: false } },
  { method: 'POST', path: '/api/generate', body: { prompt: PROMPT, stream: false } },
  { method: 'POST', path: '/api/show', body: { model: 'trm' } },
  { method: 'GET', path: '/api/tags' },
  { method: 'GET', path: '/api/version' },
  { method: 'POST', path: '/v1/chat/completions', body: { messages: [user(PROMPT)] } },
  { method: 'GET', path: '/v1/models' },
  { method: 'GET', path: '/v1/models/trm' },
];

describe.each(ROUTES)('$method $path', ({ method, path, body }) => {
  const ask = (origin: string, token?: string): Promise<Response> =>
    fetch(origin + path, {
      method,
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body) }),
    });

  it('needs the scope reason, and no other does', async () => {
    const { origin, audited, model } = await startService({ authenticator: byScope });
    for (const [token, status, reason] of [
      [undefined, 401, 'missing'],
      ['select+events+feedback+admin', 403, 'scope'],
    ] as const) {
      const response = await ask(origin, token);
      expect([response.status, response.headers.get('www-authenticate')?.slice(0, 6)]).toEqual([status, 'Bearer']);
      expect(response.headers.get('content-type')).toBe('application/json');
      saidIn(path, await response.json());
      expect(audited.at(-1)).toMatchObject({ action: 'refused', status, reason });
    }
    expect(model.asked).toEqual([]);
    expect((await ask(origin, 'reason')).status).toBe(200);
  });

  it('answers as the OpenAPI document says', async () => {
    const { origin } = await startService();
    const document = (await (await fetch(`${origin}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { responses: { 200: { content: Record<string, { schema: object }> } } }>>;
    };
    const operation = document.paths[path.replace(/trm$/, '{id}')]?.[method.toLowerCase()];
    const schema = operation?.responses[200].content['application/json']?.schema;
    const ajv = new Ajv2020({ strict: false });
    const answer: unknown = await (await ask(origin)).json();
    expect(ajv.validate(schema as object, answer) ? 'fits' : ajv.errorsText()).toBe('fits');
    expect(ajv.validate(schema as object, {})).toBe(false);
  });

  it('is counted and drained like every route', async () => {
    const rateLimiter = { principal: createMemoryRateLimiter({ points: 1, windowSeconds: 60 }) };
    const { origin, service } = await startService({ rateLimiter });
    expect((await ask(origin)).status).toBe(200);
    const limited = await ask(origin);
    expect([limited.status, Number(limited.headers.get('retry-after')) > 0]).toEqual([429, true]);
    saidIn(path, await limited.json());
    await service.close();
    const closed = await service.app.request(path, { method, ...(body && { body: JSON.stringify(body) }) });
    expect(closed.status).toBe(503);
    saidIn(path, await closed.json());
  });
});
