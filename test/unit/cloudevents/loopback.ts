import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventMessage } from '../../../src/cloudevents/index.js';

/** A server on this machine. */
export interface Loopback {
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves a listener on a free port of the loopback interface. */
export async function listen(listener: RequestListener): Promise<Loopback> {
  const server = createServer(listener);
  // Node's limits would reset connections on a machine that stands still for seconds.
  server.keepAliveTimeout = 600_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A request as a sink received it. */
export interface SunkRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SinkAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a sink does with its n-th request, counted from 0: an answer, a broken connection, or nothing at all. */
export type SinkScript = (request: number) => SinkAnswer | number | 'reset' | 'hang';

/** A sink that follows a script and keeps what it received. */
export async function startSink(script: SinkScript): Promise<Loopback & { readonly requests: readonly SunkRequest[] }> {
  const requests: SunkRequest[] = [];
  const server = await listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const turn = script(requests.length);
      requests.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (turn === 'hang') return;
      if (turn === 'reset') {
        request.socket.resetAndDestroy();
        return;
      }
      const { status, headers, body } = typeof turn === 'number' ? { status: turn, headers: {}, body: '' } : turn;
      response.writeHead(status, headers).end(body);
    });
  });
  return { ...server, requests };
}

/** Posts a message and gives status, headers and text of the answer. */
export async function post(origin: string, { headers, body }: EventMessage, method = 'POST') {
  const response = await fetch(origin, {
    method,
    headers: headers as Record<string, string>,
    ...(method === 'POST' && { body: body as string }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
