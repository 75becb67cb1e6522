import type { Alert, TextProvider } from '../domain/index.js';
import type { ChainDecision, RemediationChain } from '../remediation/chain/index.js';
import type { ServiceContext } from './http/context.js';
import type { Problem } from './http/problem.js';
import type { ModelIdentity, ReasonCall } from './model/service-model.js';
import type { Operation } from './openapi/operation.js';
import type { ServiceEmitter } from './service-events.js';
import type { ServiceLimits } from './service-limits.js';
import type { AuditRecord, Scope } from './types.js';
import type { KeyedCatalog } from './work/catalog-cache.js';
import type { Decided, Reasoned } from './work/decider.js';

/** One thing that the service answers to. */
export interface ServiceRoute {
  readonly method: 'GET' | 'POST';
  /** As hono writes it, such as `/v1/models/:id`. It names the route in metrics. */
  readonly path: string;
  /** `public` routes ask nobody who they are, and are answered when the service is full or stopping too. */
  readonly scope: Scope | 'public';
  /** For the OpenAPI document; left out for what is no interface, such as a page. */
  readonly operation?: Operation | undefined;
  /** What it throws becomes problem details: a Problem as it is, other errors by their class. */
  readonly handle: (context: ServiceContext) => Promise<Response> | Response;
  /** The JSON of a problem of this path, for wire formats with errors of their own. Default: problem details. */
  readonly problemToJson?: ((problem: Problem) => unknown) | undefined;
}

/** How the chain is asked. */
export interface DecideCall {
  /** Default: the service's catalog. */
  readonly catalog?: KeyedCatalog | undefined;
  readonly signal: AbortSignal;
}

/** What an audit line says beside what is known of the request anyway. */
export type AuditPart = Pick<AuditRecord, 'action'> &
  Partial<Pick<AuditRecord, 'reason' | 'alertFingerprint' | 'decision' | 'model' | 'attempts' | 'outcome' | 'status'>>;

/** How the JSON of a body is read. */
export interface ReadJsonOptions {
  /**
   * Reads JSON under any Content-Type, as the servers do whose wire format it is: `curl -d` names that of a form. A page
   * of another origin has to name JSON still, which a browser lets it do only after asking the service. Default false.
   */
  readonly anyMediaType?: boolean | undefined;
}

/** What routes are made of. */
export interface ServiceKernel {
  readonly limits: ServiceLimits;
  readonly events: ServiceEmitter;
  /** The chain that decides, for routes that show what goes on in it. `decide` is the way to ask it. */
  readonly chain: Pick<RemediationChain, 'events' | 'phases'>;
  /** Answers what is outside of the model's domain, where the service has one. */
  readonly fallback: TextProvider | undefined;
  /** The bytes of the request's body, within all limits. Throws Problem, AbortedError, DeadlineExceededError. */
  readBody(context: ServiceContext): Promise<Uint8Array>;
  /** The JSON value of the request's body, within all limits. Throws Problem, AbortedError, DeadlineExceededError. */
  readJson(context: ServiceContext, options?: ReadJsonOptions): Promise<unknown>;
  /**
   * A catalog as it came over the wire; undefined and null stand for the service's. Throws InvalidInputError whose path
   * begins with the field that it came in, by default `catalog`.
   */
  readCatalog(value: unknown, field?: string): KeyedCatalog;
  /** Asks the chain about an alert, in the service's queue; rejects with OverloadedError when there is no room. */
  decide(alert: Alert, call: DecideCall): Promise<Decided>;
  /** Asks the model alone, in the same queue. */
  reason(
    problem: { readonly alert: Alert; readonly catalog?: KeyedCatalog | undefined },
    call: ReasonCall,
  ): Promise<Reasoned>;
  /** The model that gets the next request, and whether it can be asked. */
  model(): ModelIdentity & { readonly ready: boolean };
  /** Seconds after which a refused request has hope. */
  retryAfterSeconds(): number;
  /** Writes an audit line about the request. */
  audit(context: ServiceContext, part: AuditPart): void;
  /** Writes an audit line about a decision for the request. */
  auditDecision(
    context: ServiceContext,
    action: 'select' | 'event',
    alert: Alert,
    decided: {
      readonly decision: ChainDecision;
      readonly model?: ModelIdentity | undefined;
      readonly outcome?: string;
    },
  ): void;
}

/** Further routes for a service, such as another wire format. */
export interface ServiceExtension {
  readonly name: string;
  routes(kernel: ServiceKernel): readonly ServiceRoute[];
}
