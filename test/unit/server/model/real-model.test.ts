import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createService, type Service } from '../../../../src/server/index.js';
import { writeTinyModel } from '../../../fixtures/tiny-model.js';
import { alertOf, CRASH } from '../fake-service.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-trm-service-'));
  await writeTinyModel(join(folder, 'tiny-v1'), { version: 1 });
  await writeTinyModel(join(folder, 'tiny-v2'), { version: 2, seed: 9 });
  await cp(join(folder, 'tiny-v2'), join(folder, 'damaged'), { recursive: true });
  await appendFile(join(folder, 'damaged', 'weights.safetensors'), 'x');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const services: Service[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

async function start(): Promise<{ service: Service; post: (path: string, body: unknown) => Promise<Response> }> {
  const service = await createService({
    insecure: true,
    modelPath: join(folder, 'tiny-v1'),
    model: { executionProviders: ['cpu'], threads: 1, maxBatchWaitMs: 5 },
    chain: { phases: ['trm', 'rules'], thresholds: { trm: 0.99 } },
  });
  services.push(service);
  const { url } = await service.listen({ port: 0 });
  const headers = { 'content-type': 'application/json' };
  return {
    service,
    post: (path, body) => fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) }),
  };
}

describe('a service with a model of its own', () => {
  it('answers a hundred distinct alerts at the same moment in shared batches', async () => {
    const { service, post } = await start();
    const batches: number[] = [];
    service.events.on('batch_computed', ({ rows }) => void batches.push(rows));
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, id) => post('/reason', { problem: alertOf(id) })),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      const {
        result,
        answer: parsed,
        model,
      } = (await answer.json()) as { result: string; answer: object; model: string };
      expect([JSON.parse(result), model]).toEqual([parsed, 'tiny-v1']);
    }
    expect(Math.max(...batches)).toBeGreaterThan(4);
    expect(batches.length).toBeLessThan(100);
  });

  it('shows every attempt of the chain, the model among them', async () => {
    const { post } = await start();
    const { decisions } = (await (await post('/select', CRASH)).json()) as {
      decisions: { phase: string; attempts: { phase: string; outcome: string }[] }[];
    };
    // Random weights are never that sure, so the rules decide.
    expect(decisions[0]?.phase).toBe('rules');
    expect(decisions[0]?.attempts.map(({ phase }) => phase)).toEqual(['trm', 'rules']);
  });

  it('takes catalogs as generators write them, and names the place of what cannot be taken', async () => {
    const { post } = await start();
    const restart = (name: object, more: object = {}) => [
      { name: 'pod-restart', parameters: { properties: { name, namespace: { type: 'string' } }, ...more } },
    ];
    for (const catalog of [
      restart({ nullable: true, minLength: 1 }),
      restart({ type: 'string', nullable: true, minLength: 1 }),
      restart({ $ref: '#/definitions/name' }, { definitions: { name: { type: 'string' } } }),
      restart({ $ref: '#/properties/namespace' }),
      restart({ $ref: '#/components/schemas/name' }, { components: { schemas: { name: { type: 'string' } } } }),
      restart({ enum: [{ toString: 1, valueOf: 1 }, 'shop-0'] }),
    ]) {
      expect([catalog, (await post('/reason', { problem: CRASH, catalog })).status]).toEqual([catalog, 200]);
      const answer = (await (await post('/select', { alert: CRASH, catalog })).json()) as {
        decisions: { attempts: { phase: string; outcome: string }[] }[];
      };
      expect(answer.decisions[0]?.attempts).not.toContainEqual(expect.objectContaining({ outcome: 'failed' }));
    }
    for (const [catalog, place] of [
      [restart({ id: 'x', minLength: 1 }), '.properties.name.id'],
      [restart({ enum: [] }), '.properties.name.enum'],
      [restart({}, { patternProperties: { '[': {} } }), '.patternProperties'],
      [restart({}, { $recursiveRef: '#' }), '.$recursiveRef'],
      // What would answer later would let everything pass, and end the process when it refuses.
      [restart({ type: 'string', minLength: 100, $async: true }), '.properties.name.$async'],
    ] as const) {
      for (const [path, body] of [
        ['/reason', { problem: CRASH, catalog }],
        ['/select', { alert: CRASH, catalog }],
      ] as const) {
        const response = await post(path, body);
        expect([response.status, await response.json()]).toEqual([
          422,
          expect.objectContaining({ path: `catalog[0].parameters${place}` }),
        ]);
      }
    }
  });

  it('takes another model while requests run, and keeps the good one when it is damaged', async () => {
    const { service, post } = await start();
    const asking = Array.from({ length: 40 }, async (_, id) => {
      const response = await post('/reason', { prompt: '?', context: { alert: alertOf(id) } });
      return { status: response.status, model: ((await response.json()) as { model: string }).model };
    });
    const switched = await post('/admin/reload', { model: 'tiny-v2' });
    expect([switched.status, await switched.json()]).toEqual([
      200,
      { id: 'tiny-v2', sha256: service.model.sha256, execution_provider: 'cpu' },
    ]);
    for (const { status, model } of await Promise.all(asking)) {
      expect([status, ['tiny-v1', 'tiny-v2'].includes(model)]).toEqual([200, true]);
    }
    for (const bad of ['damaged', 'missing', '..', '../tiny-v1', 'a/b', '']) {
      const refused = await post('/admin/reload', { model: bad });
      expect([bad, refused.status]).toEqual([bad, 422]);
    }
    expect(service.model.id).toBe('tiny-v2');
    expect(await (await post('/reason', { problem: CRASH })).json()).toMatchObject({ model: 'tiny-v2' });
    await writeFile(join(folder, 'tiny-v2', 'manifest.json'), '{}');
    expect((await post('/admin/reload', {})).status).toBe(422);
    expect((await post('/reason', { problem: CRASH })).status).toBe(200);
  });

  it('does not start with a model that cannot be used', async () => {
    await expect(createService({ insecure: true, modelPath: join(folder, 'damaged') })).rejects.toThrow(
      /damaged or was replaced/,
    );
  });
});
