import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { RefusalReason } from '../service-events.js';
import type { Principal } from '../types.js';
import type { Problem } from './problem.js';

/** What is known of a request while it is handled. */
export interface RequestState {
  readonly requestId: string;
  /** Of the connection, which a proxy may be at the other end of. */
  readonly remoteAddress: string;
  /** Of whoever asks, as far as trusted proxies tell. */
  readonly clientAddress: string;
  /** Fires when the time is up, the client has gone, or the service gives up. It carries its deadline. */
  readonly signal: AbortSignal;
  /** Pattern of the route; `unmatched` where there is none. */
  route: string;
  /** Known once the route has asked. */
  principal: Principal | undefined;
  /** Bytes of the body that are held. */
  bufferedBytes: number;
  /** What the request was refused with. */
  problem: Problem | undefined;
  /** The refusal in the words that metrics count, where the problem alone does not tell. */
  refusal: RefusalReason | undefined;
  /**
   * Set by what goes on to write its answer after it was returned: the request lasts until then, with its time limit and
   * its place among those under way. Never rejects.
   */
  writing: Promise<void> | undefined;
}

/** What hono knows of the service's requests. */
export interface ServiceEnv {
  Bindings: Partial<HttpBindings>;
  Variables: { state: RequestState };
}

export type ServiceContext = Context<ServiceEnv>;
