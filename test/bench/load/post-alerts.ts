import { Pool } from 'undici';
import type { ServiceProcess } from '../service-client.js';

export interface PostAnswer {
  readonly status: number;
  /** Milliseconds until the whole answer was there. */
  readonly milliseconds: number;
}

/** Sends alerts to POST /select over as many connections as there may be requests at once. */
export interface AlertPool extends AsyncDisposable {
  /** @param body JSON: an alert, or an array of alerts */
  post(body: string): Promise<PostAnswer>;
  /** Opens all connections, as those have them who ask again and again. */
  connect(): Promise<void>;
}

export function openAlertPool({ url }: ServiceProcess, connections: number): AlertPool {
  // On a machine that is overloaded a connection takes long, which is not what is measured.
  const pool = new Pool(url, { connections, connect: { timeout: 120_000 }, headersTimeout: 0, bodyTimeout: 0 });
  return {
    async post(body) {
      const start = performance.now();
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path: '/select',
        headers: { 'content-type': 'application/json' },
        body,
      });
      await answer.text();
      return { status: statusCode, milliseconds: performance.now() - start };
    },
    async connect() {
      const ask = async (): Promise<void> => {
        const { body } = await pool.request({ method: 'GET', path: '/healthz' });
        await body.dump();
      };
      await Promise.all(Array.from({ length: connections }, ask));
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

/** The sum of all series of a metric of the service. */
export async function readMetric({ url }: ServiceProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
  if (values.length === 0) throw new Error(`expected the service to export ${name}, but it does not`);
  return values.reduce((sum, value) => sum + value, 0);
}
