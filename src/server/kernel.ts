import { alertFingerprint } from '../domain/index.js';
import type { RemediationChain } from '../remediation/chain/index.js';
import type { ByteBudget } from './http/byte-budget.js';
import type { ServiceContext } from './http/context.js';
import { isOfOtherPage } from './http/other-page.js';
import { readBody } from './http/read-body.js';
import { checkMediaType, parseBody } from './http/read-json.js';
import type { ModelHolder } from './model/model-holder.js';
import type { ModelIdentity } from './model/service-model.js';
import type { ServiceEmitter } from './service-events.js';
import type { ServiceLimits } from './service-limits.js';
import type { ServiceOptions } from './service-options.js';
import type { ServiceKernel } from './service-route.js';
import type { CatalogCache } from './work/catalog-cache.js';
import type { Decider } from './work/decider.js';
import { readBelow } from './work/read-below.js';
import type { WorkQueue } from './work/work-queue.js';

export interface KernelParts {
  readonly options: Pick<ServiceOptions, 'audit' | 'fallback'>;
  readonly limits: ServiceLimits;
  readonly events: ServiceEmitter;
  readonly budget: ByteBudget;
  readonly catalogs: CatalogCache;
  readonly chain: RemediationChain;
  readonly decider: Decider;
  readonly holder: ModelHolder;
  readonly queue: WorkQueue;
}

/** What routes are made of, and the chain as those use it who do not go through a route. */
export function createKernel(parts: KernelParts): ServiceKernel & {
  readonly countedChain: Pick<RemediationChain, 'decide'>;
} {
  const { limits, events, budget, catalogs, chain, decider, holder, queue } = parts;
  const { audit, fallback } = parts.options;
  /** The model that took part in a decision, for audit lines about decisions that come back by another way. */
  const models = new WeakMap<object, ModelIdentity>();

  const readBytes = (context: ServiceContext): Promise<Uint8Array> => {
    const state = context.get('state');
    return readBody(context.req.raw, limits.maxBodyBytes, state.signal, (bytes) => {
      budget.take(bytes);
      state.bufferedBytes += bytes;
    });
  };

  const kernel: ServiceKernel = {
    limits,
    events,
    chain,
    fallback,
    readBody: readBytes,
    async readJson(context, { anyMediaType = false } = {}) {
      const { headers } = context.req.raw;
      if (!anyMediaType || isOfOtherPage(headers)) checkMediaType(headers.get('content-type'));
      return parseBody(await readBytes(context), limits.maxDepth);
    },
    readCatalog: (value, field = 'catalog') => readBelow(field, () => catalogs.read(value)),
    async decide(alert, { catalog = catalogs.fallback, signal }) {
      const decided = await decider.decide(chain, alert, { catalog, signal });
      models.set(decided.decision, decided.model);
      return decided;
    },
    reason: ({ alert, catalog = catalogs.fallback }, call) => decider.reason({ alert, catalog }, call),
    model: () => ({ ...holder.identity, ready: holder.ready }),
    retryAfterSeconds: () => queue.retryAfterSeconds(),
    audit(context, part) {
      const { requestId, principal, clientAddress } = context.get('state');
      audit?.write({
        time: new Date().toISOString(),
        requestId,
        principal: principal?.name ?? '',
        remoteAddress: clientAddress,
        status: 200,
        ...part,
      });
    },
    auditDecision(context, action, alert, { decision, model = models.get(decision), outcome = decision.outcome }) {
      const { lambdaFunction, confidence, attempts } = decision;
      kernel.audit(context, {
        action,
        status: action === 'event' ? 202 : 200,
        alertFingerprint: alertFingerprint(alert),
        decision: { lambdaFunction, accepted: decision.outcome === 'selected', confidence },
        ...(model && { model: model.id }),
        attempts: attempts.map((attempt) => ({ phase: attempt.phase, outcome: attempt.outcome })),
        outcome,
      });
    },
  };
  return {
    ...kernel,
    countedChain: {
      async decide(alert, { signal = new AbortController().signal } = {}) {
        return (await kernel.decide(alert as Parameters<ServiceKernel['decide']>[0], { signal })).decision;
      },
    },
  };
}
