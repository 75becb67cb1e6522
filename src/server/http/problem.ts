import { AgentTrmError } from '../../core/errors.js';

/** Where the type of a problem begins. A name, not an address: nothing has to be reachable to understand an answer. */
const TYPE_PREFIX = 'urn:agent-trm:problem:';

/**
 * Every way in which the service does not do what it was asked, with its status and what people read. The names are
 * part of the interface: clients branch on them, and none is ever given another meaning.
 */
export const PROBLEMS = {
  malformed: { status: 400, title: 'The request cannot be read.' },
  unauthenticated: { status: 401, title: 'Credentials are needed.' },
  forbidden: { status: 403, title: 'The credentials do not allow this.' },
  'not-found': { status: 404, title: 'There is nothing at this path.' },
  'method-not-allowed': { status: 405, title: 'The path does not take this method.' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time.' },
  conflict: { status: 409, title: 'Something else is going on that has to end first.' },
  'too-large': { status: 413, title: 'The request is too large.' },
  'unsupported-media-type': { status: 415, title: 'Only JSON in UTF-8 is read.' },
  'invalid-input': { status: 422, title: 'The request is JSON, but not what is expected.' },
  'out-of-domain': { status: 422, title: 'The question is not one that this service answers.' },
  'model-refused': { status: 422, title: 'The model cannot be used; the present one goes on answering.' },
  'rate-limited': { status: 429, title: 'Too many requests in a short time.' },
  'headers-too-large': { status: 431, title: 'The headers of the request are too large.' },
  internal: { status: 500, title: 'The service failed.' },
  'not-configured': { status: 501, title: 'This service was started without this ability.' },
  overloaded: { status: 503, title: 'There is no room for more requests at present.' },
  draining: { status: 503, title: 'The service is shutting down.' },
  unavailable: { status: 503, title: 'The service cannot do this at present.' },
  'not-ready': { status: 503, title: 'The service is not ready.' },
  'deadline-exceeded': { status: 504, title: 'The answer was not ready in time.' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemName = keyof typeof PROBLEMS;

export interface ProblemOptions {
  /** What was wrong with this request, in words that hold no secret and echo no more than a few characters. */
  readonly detail?: string | undefined;
  /** Field of the request that was at fault, such as `alerts[3].labels.alertname`. */
  readonly path?: string | undefined;
  /** Seconds after which another attempt makes sense. */
  readonly retryAfterSeconds?: number | undefined;
  /** Status in place of the usual one. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Problem details as RFC 9457 has them. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly path?: string;
  readonly request_id?: string;
}

/** A problem on its way to the client. Thrown by what handles requests, and made an answer in one place. */
export class Problem extends AgentTrmError {
  static override readonly code: string = 'PROBLEM';
  readonly problem: ProblemName;
  readonly status: number;
  readonly options: ProblemOptions;

  constructor(problem: ProblemName, options: ProblemOptions & { readonly cause?: unknown } = {}) {
    super(
      options.detail ?? PROBLEMS[problem]?.title ?? problem,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.problem = problem;
    this.status = options.status ?? PROBLEMS[problem]?.status ?? 500;
    this.options = options;
  }
}

/** The stable type of a problem. */
export function problemType(name: ProblemName): string {
  return `${TYPE_PREFIX}${name}`;
}

/** The answer that a problem is. */
export function problemResponse({ problem, status, options }: Problem, requestId?: string): Response {
  const { detail, path, retryAfterSeconds, headers } = options;
  const details: ProblemDetails = {
    type: problemType(problem),
    title: PROBLEMS[problem].title,
    status,
    ...(detail !== undefined && { detail }),
    ...(path !== undefined && path !== '' && { path }),
    ...(requestId !== undefined && { request_id: requestId }),
  };
  return new Response(JSON.stringify(details), {
    status,
    headers: {
      ...headers,
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      'content-type': 'application/problem+json',
    },
  });
}
