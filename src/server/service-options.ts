import type { MiddlewareHandler } from 'hono';
import type { ActionDispatcher, Catalog, TextProvider } from '../domain/index.js';
import type { CreateRemediationChainOptions } from '../remediation/chain/index.js';
import type { Guardrails } from '../remediation/guardrails/index.js';
import type { ServiceEnv } from './http/context.js';
import type { LoadModel, ServiceModelOptions } from './model/service-model.js';
import type { MetricsPage } from './routes/about.js';
import type { OnOutcome } from './routes/feedback.js';
import type { ServiceEmitter } from './service-events.js';
import type { ServiceLimits } from './service-limits.js';
import type { ServiceExtension } from './service-route.js';
import type { AuditLog, Authenticator, RateLimiter } from './types.js';

/** Options of a service. What is passed in ready-made stays the caller's to close. */
export interface ServiceOptions {
  /** Folder of the model. Default: TRM_MODEL_PATH, else the model shipped with this package. */
  readonly modelPath?: string | undefined;
  /** How models are loaded; a function takes the place of this package's own loader. */
  readonly model?: LoadModel | ServiceModelOptions | undefined;
  /** Milliseconds that a new model has to answer its probe. Default 30,000. */
  readonly probeTimeoutMs?: number | undefined;
  /** Functions to choose from where a request brings none. Default: `DEFAULT_CATALOG`. */
  readonly catalog?: Catalog | undefined;
  /** The chain that decides; its TRM is the service's. */
  readonly chain?: Omit<CreateRemediationChainOptions, 'trm' | 'catalog'> | undefined;
  /** What acts on events. Default: nothing; they are decided about, and that is all. */
  readonly acting?:
    | {
        readonly guardrails: Pick<Guardrails, 'evaluate' | 'confirm' | 'release' | 'leaseMs'>;
        readonly dispatcher: ActionDispatcher;
      }
    | undefined;
  /** Event types that carry alerts. Default: that of this package. */
  readonly eventTypes?: readonly string[] | undefined;
  /** Keeps outcomes, such as what `createOutcomeRecorder` gives. Default: POST /feedback is answered 501. */
  readonly onOutcome?: OnOutcome | undefined;
  /** Who may ask for what. Needed unless `insecure` is true. */
  readonly authenticator?: Authenticator | undefined;
  /** True lets everybody on this machine in, and nobody else: the service then listens on loopback addresses only. */
  readonly insecure?: boolean | undefined;
  /** Limits of requests by address and by principal; one limiter serves for both. Default: none. */
  readonly rateLimiter?:
    | RateLimiter
    | { readonly address?: RateLimiter | undefined; readonly principal?: RateLimiter | undefined }
    | undefined;
  /** Proxies whose X-Forwarded-For is believed, such as `10.0.0.0/8`. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined;
  readonly audit?: AuditLog | undefined;
  /** Renders GET /metrics. Default: it is answered 501. */
  readonly metrics?: (() => Promise<MetricsPage>) | undefined;
  /** Who may scrape. Default `public`: metrics hold nothing of an alert. */
  readonly metricsScope?: 'public' | 'admin' | undefined;
  /** False leaves out GET /ui and GET /ui/decisions, the page for people. Default true. */
  readonly ui?: boolean | undefined;
  /** Answers what is outside of the model's domain, for extensions that pass it on. */
  readonly fallback?: TextProvider | undefined;
  /** Further routes. */
  readonly extensions?: readonly ServiceExtension[] | undefined;
  /** Runs around every request, the first one outermost, such as what makes spans. */
  readonly middleware?: readonly MiddlewareHandler<ServiceEnv>[] | undefined;
  readonly limits?: Partial<{ readonly [K in keyof ServiceLimits]: number | undefined }> | undefined;
  /** Told of everything from the first model on. Default: an own one, as `service.events`. */
  readonly events?: ServiceEmitter | undefined;
}
