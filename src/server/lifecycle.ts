import { ConfigurationError, DisposedError } from '../core/errors.js';
import { isLoopbackHost } from './auth/index.js';
import { type Listening, type ListenOptions, type NodeServer, startNodeServer } from './http/node-server.js';
import type { Pipeline } from './http/pipeline.js';
import { PROBLEMS, type ProblemName } from './http/problem.js';
import { refusalReasonOf } from './http/refusal-reason.js';
import type { ServiceEmitter } from './service-events.js';
import type { ServiceLimits } from './service-limits.js';

export interface LifecycleOptions {
  readonly pipeline: Pipeline;
  readonly limits: ServiceLimits;
  readonly events: ServiceEmitter;
  /** Whether only this machine may be listened on. */
  readonly loopbackOnly: boolean;
  /** Ends what waits for its turn. */
  readonly refuseWork: () => void;
  /** Gives back what the service was made of, when nobody uses it any more. */
  readonly release: () => Promise<void>;
}

/** The life of a service from its first request to its last. */
export interface Lifecycle {
  /** Whether the service has been told to stop. */
  readonly stopping: boolean;
  listen(options?: ListenOptions): Promise<Listening>;
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds for requests to arrive on connections that were taken before the last one was. */
const LAST_ARRIVALS_MS = 250;
/** Milliseconds for answers to those whose work is given up. */
const GIVE_UP_MS = 1_000;

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { pipeline, limits, events, loopbackOnly, refuseWork, release } = options;
  let server: NodeServer | undefined;
  let starting = false;
  let draining: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const onRefused = (problem: ProblemName): void => {
    const { status } = PROBLEMS[problem];
    const reason = refusalReasonOf(problem);
    events.emit('request_refused', { requestId: '', route: 'unmatched', status, problem, reason });
  };

  const closeNow = async (): Promise<void> => {
    pipeline.refuseNew();
    refuseWork();
    const ended = server?.stopListening();
    server?.endIdle();
    pipeline.abortAll();
    // For the answers to those who are told that their work is given up.
    await waitUntil(() => pipeline.inFlight === 0, GIVE_UP_MS);
    server?.destroy();
    await ended;
    await release();
  };

  const drainNow = async (): Promise<void> => {
    events.emit('draining', { inFlight: pipeline.inFlight });
    pipeline.sayGoodbye();
    await delay(limits.drainDelayMs);
    let over = server === undefined;
    void server?.stopListening().then(() => {
      over = true;
    });
    // Requests that are on their way on connections that were taken count as accepted.
    await delay(LAST_ARRIVALS_MS);
    pipeline.refuseNew();
    server?.endIdle();
    await waitUntil(() => over && pipeline.inFlight === 0, limits.drainTimeoutMs);
    await close();
  };

  const close = (): Promise<void> => {
    closing ??= closeNow();
    return closing;
  };

  return {
    get stopping() {
      return closing !== undefined || draining !== undefined;
    },
    async listen(where = {}) {
      if (closing || draining) throw new DisposedError('the service was told to stop; create a new one');
      if (server || starting) throw new ConfigurationError('the service listens already; create another one');
      const { host = '127.0.0.1' } = where;
      if (loopbackOnly && !isLoopbackHost(host)) {
        throw new ConfigurationError(
          `host: without access control the service listens on this machine alone (127.0.0.1), not on ${host}; ` +
            'give an authenticator to be reached from elsewhere',
        );
      }
      starting = true;
      try {
        server = await startNodeServer(pipeline.app, where, limits, onRefused);
      } finally {
        starting = false;
      }
      // It was told to stop while it started.
      if (closing) server.destroy();
      return server.listening;
    },
    drain() {
      draining ??= drainNow();
      return draining;
    },
    close,
  };
}

const delay = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Looks again and again until it is so, at most so many milliseconds. */
async function waitUntil(isSo: () => boolean, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!isSo() && performance.now() < end) await delay(5);
}
