import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FaultName, STATUS_FAULTS, type StatusFault } from './faults.js';
import type { AnswerVariant, FixtureAnswer, FixtureProtocol, RecordedRequest } from './protocols/fixture-protocol.js';

/** A server on this machine that answers as a real one does, and misbehaves on request. */
export interface FixtureServer extends AsyncDisposable {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly protocol: FixtureProtocol;
  /** Every request so far. */
  readonly requests: readonly RecordedRequest[];
  /** Misbehaves from now on, or for so many requests; undefined ends it. */
  inject(fault: FaultName | undefined, times?: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server on a free port of the loopback interface. */
export async function startFixtureServer(protocol: FixtureProtocol): Promise<FixtureServer> {
  const requests: RecordedRequest[] = [];
  let fault: FaultName | undefined;
  let times = 0;
  let port = 0;
  let server: Server | undefined;

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await record(message);
    requests.push(request);
    const active = times > 0 ? fault : undefined;
    times -= 1;
    await respond(protocol, request, response, active);
  };
  const open = async (): Promise<void> => {
    const opened = createServer((message, response) => {
      // Whatever fails here fails because the client hung up.
      handle(message, response).catch(() => response.destroy());
    });
    // Node's limits would reset connections on a machine that stands still for seconds, which is a fault of its own.
    opened.keepAliveTimeout = 600_000;
    opened.requestTimeout = 0;
    await new Promise<void>((resolve, reject) => {
      opened.once('error', reject);
      opened.listen(port, '127.0.0.1', resolve);
    });
    port = (opened.address() as AddressInfo).port;
    server = opened;
  };
  const close = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    if (!closing) return;
    const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
    closing.closeAllConnections();
    await closed;
  };

  await open();
  return {
    origin: `http://127.0.0.1:${port}`,
    protocol,
    requests,
    async inject(name, count = Number.POSITIVE_INFINITY) {
      fault = name;
      times = count;
      if (name === 'refused') await close();
      else if (!server) await open();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function record(message: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { method = '', url = '', headers } = message;
  return { method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) };
}

async function respond(
  protocol: FixtureProtocol,
  request: RecordedRequest,
  response: ServerResponse,
  fault: FaultName | undefined,
): Promise<void> {
  const status = fault && STATUS_FAULTS[fault];
  if (status) return sendStatus(protocol, response, status);
  const answer = protocol.answer(request, variantOf(fault));
  if (!answer) return sendStatus(protocol, response, { status: 404, message: 'page not found' });
  const whole = Buffer.from(answer.chunks.join(''));
  const half = whole.subarray(0, Math.floor(whole.length / 2));
  switch (fault) {
    case 'model-missing':
      return sendBody(response, protocol.missingModel.status, 'application/json', protocol.missingModel.body);
    case 'hang-before-headers':
      return;
    case 'hang-in-body':
      head(response, answer).write(half);
      return;
    case 'drip':
      return drip(head(response, answer), whole);
    case 'reset-before-headers':
      response.socket?.resetAndDestroy();
      return;
    case 'reset-mid-body':
      head(response, answer).write(half, () => response.socket?.destroy());
      return;
    case 'no-http':
      response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n\r\n');
      return;
    case 'html':
      return sendBody(response, 200, 'text/html', '<!DOCTYPE html>\n<html><body>Sign in</body></html>');
    case 'truncated-json':
      head(response, answer).end(half);
      return;
    case 'invalid-utf8':
      head(response, answer).end(Buffer.concat([half, Buffer.of(0xff, 0xc0), whole.subarray(half.length)]));
      return;
    case 'empty-body':
      head(response, answer).end();
      return;
    case 'huge-body':
      return flood(head(response, answer));
    case 'compressed-body':
      response.setHeader('content-encoding', 'gzip');
      head(response, answer).end(whole);
      return;
    case 'redirect-loop':
      response.setHeader('location', request.path);
      return sendBody(response, 302, 'text/plain', '');
    case 'wrong-content-type':
      return sendPieces(head(response, { ...answer, contentType: 'text/plain' }), answer.chunks);
    default:
      return sendPieces(head(response, answer), answer.chunks);
  }
}

const VARIANTS: ReadonlySet<string> = new Set<AnswerVariant>([
  'mid-stream-error',
  'empty-choices',
  'wrong-types',
  'logprobs-missing',
  'logprobs-infinite',
  'length-limit',
]);

function variantOf(fault: FaultName | undefined): AnswerVariant {
  return fault !== undefined && VARIANTS.has(fault) ? (fault as AnswerVariant) : 'plain';
}

function head(response: ServerResponse, answer: FixtureAnswer): ServerResponse {
  return response.writeHead(answer.status, { 'content-type': answer.contentType });
}

function sendBody(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType }).end(body);
}

function sendStatus(protocol: FixtureProtocol, response: ServerResponse, fault: StatusFault): void {
  for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
  sendBody(response, fault.status, 'application/json', protocol.errorBody(fault.message));
}

/** Every chunk in two writes, cut within a character where there is a long one, as networks do. */
async function sendPieces(response: ServerResponse, chunks: readonly string[]): Promise<void> {
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    const wide = bytes.findIndex((byte) => byte > 0x7f);
    const cut = wide < 0 ? Math.floor(bytes.length / 2) : wide + 1;
    response.write(bytes.subarray(0, cut));
    await new Promise<void>((resolve) => setImmediate(resolve));
    response.write(bytes.subarray(cut));
  }
  response.end();
}

/** One byte at a time, for ever: too lively for an idle timeout, too slow to be of use. */
function drip(response: ServerResponse, body: Buffer): void {
  let position = 0;
  const timer = setInterval(() => {
    // The last byte never comes.
    if (position < body.length - 1) response.write(body.subarray(position, position + 1));
    position += 1;
  }, 20);
  response.on('close', () => clearInterval(timer));
}

/** Blanks, which are harmless in every format, until the client has had enough. */
function flood(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const pour = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', pour);
  pour();
}
