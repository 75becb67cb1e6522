import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Runtime } from '../../../src/runtime/index.js';
import { identity, powerGraph } from './graphs.js';

function status(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ port, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
}

it('timers fire and requests are answered while a long batch is computed', async () => {
  await using runtime = new Runtime({ executionProviders: ['cpu'], intraOpThreads: 1 });
  const session = await runtime.createSession(powerGraph(512, 60));
  const server = createServer((_request, response) => response.end('ok')).listen(0);
  const { port } = server.address() as AddressInfo;
  await status(port);

  let computing = true;
  let ticks = 0;
  let answered = 0;
  const timer = setInterval(() => ticks++, 5);
  const batch = Promise.all([session.run({ x: identity(512) }), session.run({ x: identity(512) })]).finally(() => {
    computing = false;
  });
  while (computing) {
    expect(await status(port)).toBe(200);
    if (computing) answered++;
  }
  clearInterval(timer);
  const results = await batch;
  server.close();

  expect(results.map(({ y }) => y?.data[0])).toEqual([1, 1]);
  // Were the graph computed on this thread, each count would be at most one per run.
  expect(ticks).toBeGreaterThan(5);
  expect(answered).toBeGreaterThan(5);
});
