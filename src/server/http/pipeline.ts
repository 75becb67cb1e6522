import { Hono, type MiddlewareHandler } from 'hono';
import { createDeadline } from '../../core/deadline.js';
import { AbortedError } from '../../core/errors.js';
import { redactError } from '../../core/redact.js';
import type { ServiceEmitter } from '../service-events.js';
import type { ServiceLimits } from '../service-limits.js';
import type { ServiceRoute } from '../service-route.js';
import type { AuditLog, Scope } from '../types.js';
import type { ByteBudget } from './byte-budget.js';
import type { RequestState, ServiceContext, ServiceEnv } from './context.js';
import { Problem, problemResponse } from './problem.js';
import { problemOfError } from './problem-of-error.js';
import { refusalReasonOf } from './refusal-reason.js';
import { requestIdOf } from './request-id.js';

export interface PipelineOptions {
  readonly limits: ServiceLimits;
  readonly events: ServiceEmitter;
  readonly budget: ByteBudget;
  readonly audit: AuditLog | undefined;
  readonly checkAccess: (context: ServiceContext, scope: Scope) => Promise<void>;
  readonly clientAddress: (remoteAddress: string, headers: Headers) => string;
  readonly retryAfterSeconds: () => number;
  /** Runs around every request, the first one outermost. */
  readonly middleware: readonly MiddlewareHandler<ServiceEnv>[];
}

/** The requests that are being read or answered. */
export interface Pipeline {
  readonly app: Hono<ServiceEnv>;
  readonly inFlight: number;
  /** Adds routes; what else is asked of their paths is answered 405. */
  add(routes: readonly ServiceRoute[]): void;
  /** Tells every client with its answer to come elsewhere the next time. */
  sayGoodbye(): void;
  /** Refuses what comes from now on, but for public routes; what is under way goes on. */
  refuseNew(): void;
  /** Gives up what is under way. */
  abortAll(): void;
}

const UNMATCHED = 'unmatched';

/** Everything that is the same for all requests: names, limits, time, access, problems, and who hears of the end. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { limits, events, budget, audit, checkAccess, retryAfterSeconds } = options;
  const running = new Set<AbortController>();
  let refusing = false;
  let leaving = false;
  const app = new Hono<ServiceEnv>();
  /** How problems are written, by route, where it has a form of its own. */
  const forms = new Map<string, (problem: Problem) => unknown>();

  app.use(async (context, next) => {
    const start = performance.now();
    const controller = new AbortController();
    const gone = (): void => controller.abort(new AbortedError('the client has gone'));
    const client = context.req.raw.signal;
    if (client.aborted) gone();
    else client.addEventListener('abort', gone, { once: true });
    const deadline = createDeadline({ signal: controller.signal, timeoutMs: limits.requestTimeoutMs });
    const remoteAddress = context.env?.incoming?.socket?.remoteAddress ?? '';
    const state: RequestState = {
      requestId: requestIdOf(context.req.header('x-request-id')),
      remoteAddress,
      clientAddress: options.clientAddress(remoteAddress, context.req.raw.headers),
      signal: deadline.signal,
      route: UNMATCHED,
      principal: undefined,
      bufferedBytes: 0,
      problem: undefined,
      refusal: undefined,
      writing: undefined,
    };
    context.set('state', state);
    running.add(controller);
    const end = (): void => {
      running.delete(controller);
      client.removeEventListener('abort', gone);
      deadline.dispose();
      budget.giveBack(state.bufferedBytes);
    };
    try {
      await next();
    } finally {
      if (!state.writing) end();
    }
    dress(context, state);
    const report = (): void => finish(context, state, performance.now() - start);
    if (state.writing) void state.writing.finally(end).then(report);
    else report();
  });
  for (const handler of options.middleware) app.use(handler);

  /** The headers of every answer. */
  const dress = (context: ServiceContext, { requestId }: RequestState): void => {
    const { headers } = context.res;
    headers.set('x-request-id', requestId);
    headers.set('x-content-type-options', 'nosniff');
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
    if (leaving) headers.set('connection', 'close');
  };

  /** The word to those who listen. */
  const finish = (context: ServiceContext, state: RequestState, durationMs: number): void => {
    const { requestId, route, principal, problem } = state;
    const { status } = context.res;
    const { method } = context.req;
    events.emit('request_ended', { requestId, route, method, status, durationMs, principal: principal?.name });
    if (!problem) return;
    const reason = state.refusal ?? refusalReasonOf(problem.problem);
    events.emit('request_refused', { requestId, route, status, problem: problem.problem, reason });
    if (problem.problem === 'internal') {
      events.emit('request_failed', { requestId, route, error: redactError(problem.cause) });
    }
    audit?.write({
      time: new Date().toISOString(),
      requestId,
      principal: principal?.name ?? '',
      remoteAddress: state.clientAddress,
      action: 'refused',
      status,
      reason: state.refusal ?? problem.problem,
    });
  };

  const refuse = (context: ServiceContext, error: unknown): Response => {
    const state = context.get('state');
    const problem = problemOfError(error, retryAfterSeconds());
    state.problem = problem;
    const answer = problemResponse(problem, state.requestId);
    const form = forms.get(state.route);
    if (!form) return answer;
    answer.headers.set('content-type', 'application/json');
    return new Response(JSON.stringify(form(problem)), { status: problem.status, headers: answer.headers });
  };
  app.onError((error, context) => refuse(context, error));
  app.notFound((context) =>
    refuse(context, new Problem('not-found', { detail: 'GET /openapi.json lists what there is' })),
  );

  const admit = (): void => {
    if (refusing) throw new Problem('draining', { retryAfterSeconds: 1 });
    if (running.size > limits.maxInFlight) {
      throw new Problem('overloaded', {
        detail: `${limits.maxInFlight} requests are under way; try again later`,
        retryAfterSeconds: retryAfterSeconds(),
      });
    }
  };

  return {
    app,
    get inFlight() {
      return running.size;
    },
    add(routes) {
      for (const { method, path, scope, handle, problemToJson } of routes) {
        if (problemToJson) forms.set(path, problemToJson);
        app.on(method, path, async (context) => {
          context.get('state').route = path;
          if (scope !== 'public') {
            admit();
            await checkAccess(context, scope);
          }
          return handle(context);
        });
      }
      for (const path of new Set(routes.map((route) => route.path))) {
        const methods = routes.filter((route) => route.path === path).flatMap(({ method }) => METHODS[method]);
        app.all(path, (context) => {
          context.get('state').route = path;
          throw new Problem('method-not-allowed', {
            detail: `expected ${methods.join(' or ')}`,
            headers: { allow: methods.join(', ') },
          });
        });
      }
    },
    sayGoodbye() {
      leaving = true;
    },
    refuseNew() {
      leaving = true;
      refusing = true;
    },
    abortAll() {
      for (const controller of running) controller.abort(new AbortedError('the service is shutting down'));
    },
  };
}

/** Whoever answers GET answers HEAD. */
const METHODS = { GET: ['GET', 'HEAD'], POST: ['POST'] } as const;
