import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { DisposedError } from '../../../../src/core/errors.js';
import { createService } from '../../../../src/server/index.js';
import { alertOf, CRASH, closeServices, fakeModel, startService } from '../fake-service.js';

afterEach(closeServices);

/** A request on a connection of its own: the status, or why there was none. */
function ask(origin: string, id: number): Promise<{ readonly id: number; readonly end: number | string }> {
  return new Promise((resolve) => {
    const body = JSON.stringify(alertOf(id));
    const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
    request(`${origin}/select`, { method: 'POST', headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve({ id, end: response.statusCode ?? 0 }));
      response.on('error', () => resolve({ id, end: 'broken answer' }));
    })
      .on('error', (error: NodeJS.ErrnoException) => resolve({ id, end: error.code ?? error.message }))
      .end(body);
  });
}

describe('an order to stop', () => {
  it('under load loses nothing that was accepted', async () => {
    const { service, origin, model } = await startService(
      { limits: { maxConcurrent: 4, maxWaiting: 500, drainDelayMs: 50 } },
      { delayMs: 30 },
    );
    const asked: Promise<{ id: number; end: number | string }>[] = [];
    let id = 0;
    let stop = false;
    const load = (async () => {
      while (!stop) {
        for (let burst = 0; burst < 5; burst++) asked.push(ask(origin, id++));
        await delay(5);
      }
    })();
    while (service.stats().waiting < 20) await delay(5);
    const { inFlight } = service.stats();
    const drained = service.drain();
    await delay(100);
    stop = true;
    await load;
    await drained;
    const ends = await Promise.all(asked);
    const answered = ends.filter(({ end }) => end === 200).map((one) => `shop-${one.id}`);
    // Whatever the model was asked about, its client got the answer.
    expect(new Set(answered)).toEqual(new Set(model.asked));
    expect(answered.length).toBeGreaterThanOrEqual(inFlight);
    // Everybody else was told to come elsewhere, or found nobody.
    const others = ends.map(({ end }) => end).filter((end) => end !== 200);
    expect(others.filter((end) => ![503, 'ECONNREFUSED', 'ECONNRESET'].includes(end as never))).toEqual([]);
    expect(others.length).toBeGreaterThan(0);
    expect([model.disposed, model.afterDispose, service.stats().inFlight]).toEqual([1, 0, 0]);
  });

  it('is heard by load balancers first, while requests are still answered', async () => {
    const { service, origin, post } = await startService({ limits: { drainDelayMs: 300 } });
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
    const drained = service.drain();
    const unready = await fetch(`${origin}/readyz`);
    expect([unready.status, (await fetch(`${origin}/healthz`)).status]).toEqual([503, 200]);
    expect((await post('/select', CRASH)).status).toBe(200);
    await drained;
    await expect(post('/select', CRASH)).rejects.toThrow();
    await expect(service.listen({ port: 0 })).rejects.toBeInstanceOf(DisposedError);
  });

  it('gives up what takes too long, and says so to those who wait', async () => {
    const { service, post, model } = await startService(
      { limits: { drainTimeoutMs: 100, drainDelayMs: 0 } },
      { delayMs: 60_000 },
    );
    const endless = post('/select', CRASH);
    while (model.running < 1) await delay(2);
    const start = performance.now();
    await service.drain();
    expect(performance.now() - start).toBeLessThan(3_000);
    const response = await endless;
    expect([response.status, response.headers.get('connection')]).toEqual([503, 'close']);
    expect(model.disposed).toBe(1);
  });

  it('may come twice, and before anything was listened to', async () => {
    const service = await createService({ insecure: true, model: async () => fakeModel() });
    await Promise.all([service.drain(), service.drain(), service.close()]);
    await using other = await createService({ insecure: true, model: async () => fakeModel() });
    await other.close();
  });
});
