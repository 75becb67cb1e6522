import { createServer, type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { ConfigurationError } from '../../core/errors.js';
import type { ServiceLimits } from '../service-limits.js';
import type { ServiceEnv } from './context.js';
import { PROBLEMS, Problem, type ProblemName, problemResponse, problemType } from './problem.js';

/** Certificates in PEM. With `ca`, clients have to show a certificate of it, or are known by other means. */
export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  /** Authorities whose client certificates are verified; without it none is asked for. */
  readonly ca?: string | undefined;
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 8080; 0 for any free one. */
  readonly port?: number | undefined;
  readonly tls?: TlsOptions | undefined;
}

/** Where the service listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** A server of Node with time limits for clients that dawdle, and an end that loses nothing. */
export interface NodeServer {
  readonly listening: Listening;
  /** Takes no more connections, and resolves when the last one has ended. Those that are open go on. */
  stopListening(): Promise<void>;
  /** Takes no more connections, and ends the others as they come to rest, until none is left. */
  endIdle(): void;
  /** Ends every connection at once. */
  destroy(): void;
}

/** How often Node looks for clients whose time is up. */
const CHECK_INTERVAL_MS = 500;
/** Milliseconds beside the request's own time in which nothing may happen on a connection that is answered. */
const IDLE_ANSWER_MS = 60_000;

/**
 * Serves an application. Rejects with ConfigurationError that says what to change when it cannot listen there.
 *
 * @param onRefused told of what was refused before it was a request
 */
export async function startNodeServer(
  app: Hono<ServiceEnv>,
  options: ListenOptions,
  limits: ServiceLimits,
  onRefused: (problem: ProblemName) => void,
): Promise<NodeServer> {
  const { host = '127.0.0.1', port = 8080, tls } = options;
  const serve = getRequestListener(app.fetch as Parameters<typeof getRequestListener>[0], {
    overrideGlobalObjects: false,
    // What comes here never was a request, such as one whose host is no host.
    errorHandler: () => {
      onRefused('malformed');
      return problemResponse(
        new Problem('malformed', { detail: 'expected a request line and a Host header that fit' }),
      );
    },
  });
  const listener: RequestListener = (request, response) => {
    // A connection that breaks is told to the request's signal, and is no reason to fail.
    response.on('error', () => undefined);
    if (request.rawHeaders.length / 2 > limits.maxHeaders) {
      onRefused('headers-too-large');
      sendProblem(response, 'headers-too-large');
    } else {
      void serve(request, response);
    }
  };
  const server = createHttpServer(listener, tls, limits);
  server.headersTimeout = limits.headersTimeoutMs;
  server.requestTimeout = limits.arrivalTimeoutMs;
  server.keepAliveTimeout = limits.keepAliveTimeoutMs;
  server.timeout = limits.requestTimeoutMs + IDLE_ANSWER_MS;
  // Node drops what is over its count without a word, so it is never reached.
  server.maxHeadersCount = limits.maxHeaders + 1;
  server.maxConnections = limits.maxConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseConnection(error, socket, onRefused));
  await bind(server, host, port);
  const address = server.address() as AddressInfo;
  let ended: Promise<void> | undefined;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    listening: { host, port: address.port, url: `${tls ? 'https' : 'http'}://${name}:${address.port}` },
    stopListening: () => {
      ended ??= stopListening(server);
      return ended;
    },
    endIdle: () => {
      ended ??= stopListening(server);
      endIdle(server, ended);
    },
    destroy: () => server.closeAllConnections(),
  };
}

function createHttpServer(listener: RequestListener, tls: TlsOptions | undefined, limits: ServiceLimits): Server {
  const settings = {
    maxHeaderSize: limits.maxHeaderBytes,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    insecureHTTPParser: false,
    keepAlive: true,
    noDelay: true,
  };
  if (!tls) return createServer(settings, listener);
  try {
    const { cert, key, ca } = tls;
    const mutual = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false };
    return createSecureServer({ ...settings, cert, key, ...mutual, minVersion: 'TLSv1.2' }, listener);
  } catch (error) {
    const why = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'unknown';
    throw new ConfigurationError(`tls: the certificate and its key cannot be used (${why}); expected both in PEM`, {
      cause: error,
    });
  }
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      const hint =
        error.code === 'EADDRINUSE'
          ? 'something else listens there; choose another port'
          : error.code === 'EACCES'
            ? 'this user may not; choose a port over 1023'
            : `${error.code ?? error.message}; choose another host or port`;
      reject(new ConfigurationError(`cannot listen on ${host}, port ${port}: ${hint}`, { cause: error }));
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

/**
 * That of the class below: an HTTP server that is closed ends idle connections at once, also those whose request is on
 * its way and would be lost without an answer.
 */
function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    NetServer.prototype.close.call(server, () => {
      // Ends the looks for clients whose time is up, which only this does; that it is closed already is no news.
      server.close(() => undefined);
      resolve();
    });
  });
}

/** @param ended resolves when the last connection has ended */
function endIdle(server: Server, ended: Promise<void>): void {
  const timer = setInterval(() => server.closeIdleConnections(), IDLE_INTERVAL_MS);
  void ended.finally(() => clearInterval(timer));
  server.closeIdleConnections();
}

const IDLE_INTERVAL_MS = 50;

const CLIENT_ERRORS: Readonly<Record<string, ProblemName>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Answers bytes that are no request, where there is somebody to read the answer. */
function refuseConnection(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  onRefused: (problem: ProblemName) => void,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const name = CLIENT_ERRORS[error.code ?? ''] ?? 'malformed';
  onRefused(name);
  const { head, body } = plainProblem(name);
  const lines = Object.entries(head).map(([header, value]) => `${header}: ${value}`);
  const first = `HTTP/1.1 ${PROBLEMS[name].status} ${STATUS_CODES[PROBLEMS[name].status]}`;
  socket.end(`${[first, ...lines].join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function sendProblem(response: ServerResponse, name: ProblemName): void {
  const { head, body } = plainProblem(name);
  response.writeHead(PROBLEMS[name].status, head).end(body);
}

/** For what never became a request. */
function plainProblem(name: ProblemName): { readonly head: Record<string, string>; readonly body: string } {
  const { status, title } = PROBLEMS[name];
  const body = JSON.stringify({ type: problemType(name), title, status });
  const length = String(Buffer.byteLength(body));
  return {
    head: { connection: 'close', 'content-type': 'application/problem+json', 'content-length': length },
    body,
  };
}
