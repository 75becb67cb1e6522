import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { NoProviderAvailableError, TRMClient, type TRMResponse, trmResponseSchema } from '../../src/index.js';
import { ANSWER_TOKENS, type FixtureServer, ollamaProtocol, startFixtureServer } from '../../src/testing/index.js';

const MODEL = fileURLToPath(new URL('../../models/remediation-v4', import.meta.url));
const ALERT = {
  labels: { alertname: 'FluxReconciliationFailure', kind: 'Kustomization', name: 'homepage', namespace: 'flux-system' },
};
/** What a chat agent knows: alerts are among it, and it is no webhook. */
const BACKGROUND = { metrics: { up: 1 }, alerts: [ALERT, ALERT], retrieved: ['Loki stores logs.'] };
const LOKI = { prompt: 'What is the health status of Loki?', context: BACKGROUND };
const REMEDY = { prompt: 'What should be done?', context: { alert: ALERT } };

const outcomesOf = ({ attempts }: TRMResponse): string[] =>
  attempts.map(({ provider, outcome, reason = '' }) => `${provider} ${outcome} ${reason}`.trim());

const unhandled: unknown[] = [];
const remember = (reason: unknown): void => {
  unhandled.push(reason);
};
let server: FixtureServer;

beforeAll(() => {
  process.on('unhandledRejection', remember);
});

beforeEach(async () => {
  server = await startFixtureServer(ollamaProtocol());
  // The environment of an agent, whatever that of the developer is; blank counts as not set.
  for (const name of ['USE_TRM', 'TRM_USE_HF_API', 'TRM_MODEL_NAME', 'OLLAMA_MODEL', 'TRM_FALLBACK_BELOW']) {
    vi.stubEnv(name, '');
  }
  vi.stubEnv('TRM_MODEL_PATH', MODEL);
  vi.stubEnv('TRM_EXECUTION_PROVIDER', 'cpu');
  vi.stubEnv('OLLAMA_URL', server.origin);
  // The machine may be busy while the model is loaded.
  vi.stubEnv('TRM_TIMEOUT_MS', '120000');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

afterAll(async () => {
  await nextTurn();
  process.off('unhandledRejection', remember);
  expect(unhandled).toEqual([]);
});

describe('the default chain of a client', () => {
  it('answers an alert by itself, with the supervision steps as the trace', async () => {
    await using client = new TRMClient();
    const response = await client.generate({ ...REMEDY, reflectionMode: 'always' });
    expect(trmResponseSchema.parse(response)).toEqual(response);
    expect(outcomesOf(response)).toEqual(['local-trm answered']);
    expect(server.requests).toEqual([]);
    expect(JSON.parse(response.answer)).toMatchObject({
      lambda_function: 'flux-reconcile-kustomization',
      parameters: { name: 'homepage', namespace: 'flux-system' },
    });
    const { haltMaxSteps } = JSON.parse(await readFile(join(MODEL, 'manifest.json'), 'utf8')) as {
      haltMaxSteps: number;
    };
    expect(response.reflectionTrace.map(({ step }) => step)).toEqual(
      Array.from({ length: Math.min(3, haltMaxSteps) }, (_, index) => index + 1),
    );
    for (const step of response.reflectionTrace) {
      expect(step).toMatchObject({ reflection: '', evidence: {} });
      expect(JSON.parse(step.refinedAnswer)).toHaveProperty('lambda_function');
    }
    expect(response.confidence).toBe(Math.max(...response.reflectionTrace.map(({ confidence }) => confidence)));
    expect(response.warnings).toEqual([]);

    // The same alert as an agent writes it into a prompt, beside a context that holds none.
    const written = await client.generate({
      prompt: `What about ${JSON.stringify(ALERT)}?`,
      context: BACKGROUND,
      reflectionMode: 'always',
    });
    expect(written).toMatchObject({ provider: 'local-trm', answer: response.answer, confidence: response.confidence });
  });

  it('leaves a question that is not about an alert to Ollama, and says so', async () => {
    await using client = new TRMClient();
    const told: string[] = [];
    client.events.on('trm_provider_fallback', ({ from, to, reason }) => told.push(`${from} ${to} ${reason}`));
    const response = await client.generate(LOKI);
    expect(outcomesOf(response)).toEqual(['local-trm failed out-of-domain', 'ollama answered']);
    expect(response.attempts[0]?.message).toMatch(/^local-trm: .*context\.alert/);
    expect(response).toMatchObject({ answer: ANSWER_TOKENS.join(''), provider: 'ollama', modelName: 'gemma3:1b' });
    expect(told).toEqual(['local-trm ollama out-of-domain']);
    // What was looked up reached the model.
    expect(JSON.stringify(server.requests[0]?.body)).toContain('Loki stores logs.');
  });

  it('says what was tried and how to mend it when nobody can answer, within the deadline', async () => {
    await server.close();
    vi.stubEnv('USE_TRM', 'false');
    await using client = new TRMClient({ timeoutMs: 20_000 });
    const start = performance.now();
    const error: unknown = await client.generate(LOKI).catch((reason: unknown) => reason);
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(error).toBeInstanceOf(NoProviderAvailableError);
    const { attempts, message } = error as NoProviderAvailableError;
    expect(attempts).toEqual([{ provider: 'ollama', reason: 'unavailable', message: expect.any(String) }]);
    expect(message).toContain(`is the server running at ${server.origin}?`);
    expect((await client.health()).healthy).toBe(false);
  });

  it('names every provider of a longer chain, each with its own way out', async () => {
    await server.close();
    const missing = join(tmpdir(), 'no-such-model');
    vi.stubEnv('TRM_MODEL_PATH', missing);
    await using client = new TRMClient({ timeoutMs: 20_000 });
    const error: unknown = await client.generate(REMEDY).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NoProviderAvailableError);
    const { attempts } = error as NoProviderAvailableError;
    expect(attempts.map(({ provider, reason }) => `${provider} ${reason}`)).toEqual([
      'local-trm unavailable',
      'ollama unavailable',
    ]);
    expect(attempts[0]?.message).toContain(missing);
    expect(attempts[0]?.message).toContain('TRM_MODEL_PATH');
    expect(attempts[1]?.message).toContain('is the server running');
  });

  it('asks the next provider when the folder of the model is missing, in every request', async () => {
    vi.stubEnv('TRM_MODEL_PATH', join(tmpdir(), 'no-such-model'));
    await using client = new TRMClient();
    for (let request = 0; request < 2; request++) {
      const response = await client.generate({ ...REMEDY, reflectionMode: 'never' });
      expect(outcomesOf(response)).toEqual(['local-trm failed unavailable', 'ollama answered']);
      expect(response.attempts[0]?.message).toMatch(/cannot be read/);
    }
    const health = await client.health();
    expect(health.healthy).toBe(true);
    expect(health.providers.map(({ provider, healthy }) => `${provider} ${healthy}`)).toEqual([
      'local-trm false',
      'ollama true',
    ]);
  });
});
