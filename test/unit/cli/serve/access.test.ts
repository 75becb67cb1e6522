import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../../../src/cli/serve/access.js';
import { CloseAll } from '../../../../src/cli/serve/close-all.js';
import { resolveServeConfig } from '../../../../src/config/index.js';
import { ConfigurationError } from '../../../../src/core/errors.js';
import { createLogger } from '../../../../src/telemetry/index.js';
import { bearing } from '../../server/auth/requests.js';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const ACCOUNT = 'system:serviceaccount:agents:agent-trm-alerts-oidc-eventing.knative.dev-trigger';

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let server: Server;
let env: Record<string, string>;

beforeAll(async () => {
  keys = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'cluster', alg: 'RS256', use: 'sig' };
  server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  env = {
    TRM_JWKS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/openid/v1/jwks`,
    TRM_JWT_ISSUER: ISSUER,
    TRM_JWT_AUDIENCE: 'agent-trm',
    TRM_JWT_SCOPE_CLAIM: 'sub',
    TRM_JWT_SCOPE_MAP: JSON.stringify({ [ACCOUNT]: ['events'] }),
  };
});
afterAll(() => server.close());

/** A token as Kubernetes makes it for a service account: who it is, and no scopes. */
async function asked(subject: string, changes: Readonly<Record<string, string>> = {}, audience = 'agent-trm') {
  const token = await new SignJWT({ 'kubernetes.io': { namespace: 'agents' } })
    .setProtectedHeader({ alg: 'RS256', kid: 'cluster' })
    .setIssuer(ISSUER)
    .setAudience([audience])
    .setSubject(subject)
    .setExpirationTime('5m')
    .sign(keys.privateKey);
  const config = resolveServeConfig({}, { ...env, ...changes });
  const authenticator = await createAuthenticator(config, await createLogger({ level: 'silent' }), new CloseAll());
  return authenticator?.authenticate(bearing(token));
}

describe('the JWT of a service account', () => {
  it('may do what the map says for that account, and another account nothing', async () => {
    expect(await asked(ACCOUNT)).toEqual({ name: ACCOUNT, scopes: new Set(['events']), via: 'jwt' });
    const other = 'system:serviceaccount:agents:other';
    expect(await asked(other)).toEqual({ name: other, scopes: new Set(), via: 'jwt' });
    expect(await asked(ACCOUNT, {}, 'another-service')).toEqual({ refused: 'invalid' });
  });

  it('has no scopes where claim and map are left out', async () => {
    expect(await asked(ACCOUNT, { TRM_JWT_SCOPE_CLAIM: '', TRM_JWT_SCOPE_MAP: '' })).toMatchObject({
      scopes: new Set(),
    });
  });

  it.each([
    ['no JSON', '{', /TRM_JWT_SCOPE_MAP: expected a JSON object such as/],
    ['a list', '["events"]', /TRM_JWT_SCOPE_MAP: expected a JSON object such as/],
    ['nobody', '{}', /TRM_JWT_SCOPE_MAP: expected one or more lists/],
    ['no scope', '{"a":[]}', /TRM_JWT_SCOPE_MAP: expected one or more lists/],
    ['text for a list', '{"a":"events"}', /TRM_JWT_SCOPE_MAP: expected one or more lists/],
    ['an unknown scope', '{"a":["everything"]}', /a list of scopes out of reason, select/],
  ])('is not mapped by %s', async (_, map, message) => {
    const failure = await asked(ACCOUNT, { TRM_JWT_SCOPE_MAP: map }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect((failure as Error).message).toMatch(message);
  });
});
