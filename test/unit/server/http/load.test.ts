import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { alertOf, CRASH, closeServices, startService } from '../fake-service.js';

afterEach(closeServices);

describe('load', () => {
  it('of 10,000 identical alerts at the same moment costs one computation', async () => {
    let begin = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      begin = resolve;
    });
    // Ten webhooks of a thousand each, and a few plain ones.
    const { post, model, service } = await startService({}, { before: () => held });
    const shared: string[] = [];
    service.events.on('work_shared', ({ kind }) => void shared.push(kind));
    const alerts = Array.from({ length: 1_000 }, () => CRASH);
    const requests = Array.from({ length: 10 }, () => post('/select', alerts));
    while (service.stats().inFlight < 10) await delay(5);
    await delay(200);
    expect(service.stats()).toMatchObject({ active: 1, waiting: 0 });
    begin();
    for (const response of await Promise.all(requests)) {
      expect(response.status).toBe(200);
      const { decisions } = (await response.json()) as { decisions: { lambda_function: string }[] };
      expect(decisions.filter((decision) => decision.lambda_function === 'pod-restart')).toHaveLength(1_000);
    }
    expect(model.asked).toEqual(['shop-0']);
    expect(shared).toHaveLength(9_999);
  });

  it('does not mix up alerts that differ in one place', async () => {
    let begin = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const { post, model, service } = await startService({}, { before: () => held });
    const variants = [
      CRASH,
      { ...CRASH, annotations: {} },
      { ...CRASH, metrics: { restarts: 3 } },
      { ...CRASH, labels: { ...CRASH.labels, pod: 'shop-1' } },
      { ...CRASH, labels: { ...CRASH.labels, team: 'a' } },
    ];
    const asked = variants.flatMap((variant) => [post('/select', variant), post('/select', variant)]);
    // The bodies of all have been read when none is held in the event loop any more.
    while (service.stats().inFlight < asked.length) await delay(5);
    await delay(200);
    begin();
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(model.asked).toHaveLength(variants.length);
    const names = await Promise.all(
      answers.map(
        async (answer) =>
          ((await answer.json()) as { decisions: { parameters: { name: string } }[] }).decisions[0]?.parameters.name,
      ),
    );
    expect(names).toEqual([
      'shop-0',
      'shop-0',
      'shop-0',
      'shop-0',
      'shop-0',
      'shop-0',
      'shop-1',
      'shop-1',
      'shop-0',
      'shop-0',
    ]);
  });

  it('five times over what fits is shed at once, and what was let in is answered', async () => {
    const { post, model, service, audited } = await startService(
      { limits: { maxConcurrent: 4, maxWaiting: 16 } },
      { delayMs: 40 },
    );
    const times: number[] = [];
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, id) => {
        const start = performance.now();
        const response = await post('/select', alertOf(id));
        if (response.status === 503) times.push(performance.now() - start);
        return response;
      }),
    );
    const statuses = answers.map(({ status }) => status);
    const accepted = statuses.filter((status) => status === 200).length;
    expect(accepted).toBeGreaterThanOrEqual(20);
    expect(statuses.filter((status) => status === 503)).toHaveLength(100 - accepted);
    for (const answer of answers.filter(({ status }) => status === 503)) {
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(await answer.json()).toMatchObject({ type: 'urn:agent-trm:problem:overloaded' });
    }
    expect(model.asked).toHaveLength(accepted);
    expect(audited.filter(({ reason }) => reason === 'overloaded')).toHaveLength(100 - accepted);
    expect(service.stats()).toMatchObject({ active: 0, waiting: 0, bufferedBytes: 0 });
    // And afterwards there is room again.
    expect((await post('/select', alertOf('after'))).status).toBe(200);
  });

  it('of requests, connections and bytes is bounded', async () => {
    const { post, service } = await startService({ limits: { maxInFlight: 2 } }, { delayMs: 100 });
    const both = [post('/select', alertOf(1)), post('/select', alertOf(2))];
    while (service.stats().inFlight < 2) await delay(2);
    expect((await post('/select', alertOf(3))).status).toBe(503);
    for (const response of await Promise.all(both)) expect(response.status).toBe(200);

    const small = await startService({ limits: { maxBufferedBytes: 3_000 } }, { delayMs: 100 });
    const large = { ...alertOf(1), note: 'x'.repeat(2_000) };
    const first = small.post('/select', large);
    while (small.service.stats().active < 1) await delay(2);
    const refused = await small.post('/select', { ...alertOf(2), note: 'x'.repeat(2_000) });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ type: 'urn:agent-trm:problem:overloaded' });
    expect((await first).status).toBe(200);
    expect(small.service.stats().bufferedBytes).toBe(0);
  });

  it('keeps the deadline of a request, and takes the work back', async () => {
    const { post, model, service } = await startService(
      { limits: { requestTimeoutMs: 60, maxConcurrent: 1 } },
      { delayMs: 5_000 },
    );
    const [running, waiting] = await Promise.all([post('/select', alertOf(1)), post('/select', alertOf(2))]);
    for (const response of [running, waiting]) {
      expect(response?.status).toBe(504);
      expect(await response?.json()).toMatchObject({ type: 'urn:agent-trm:problem:deadline-exceeded' });
    }
    await delay(20);
    expect([model.running, service.stats().active, service.stats().waiting]).toEqual([0, 0, 0]);
  });

  it('of clients that go away costs nothing further, and their neighbours keep their answers', async () => {
    const { origin, post, model } = await startService({}, { delayMs: 150 });
    const leaving = new AbortController();
    const ask = (id: number, signal?: AbortSignal) =>
      fetch(`${origin}/select`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alertOf(id)),
        ...(signal && { signal }),
      });
    const gone = [ask(1, leaving.signal), ask(2, leaving.signal)].map((request) => request.catch(() => 'gone'));
    const staying = ask(1);
    while (model.running < 2) await delay(2);
    leaving.abort();
    expect(await Promise.all(gone)).toEqual(['gone', 'gone']);
    expect((await staying).status).toBe(200);
    expect(model.asked.sort()).toEqual(['shop-1', 'shop-2']);
    while (model.running > 0) await delay(2);
    expect((await post('/select', alertOf(3))).status).toBe(200);
  });
});
