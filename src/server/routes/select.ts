import type { z } from 'zod';
import { createDeadline, remainingMsOf } from '../../core/deadline.js';
import { InvalidInputError } from '../../core/errors.js';
import { isObject } from '../../core/is-object.js';
import { type Alert, alertFingerprint, parseAlerts } from '../../domain/index.js';
import { chainDecisionToJson } from '../../remediation/chain/index.js';
import { Problem } from '../http/problem.js';
import {
  selectAnswerSchema as answerSchema,
  type selectAnswerSchema,
  selectRequestSchema,
} from '../openapi/schemas.js';
import type { ServiceKernel, ServiceRoute } from '../service-route.js';

/** POST /select: what the whole chain makes of each alert. Nothing is done about it. */
export function selectRoute(kernel: ServiceKernel): ServiceRoute {
  return {
    method: 'POST',
    path: '/select',
    scope: 'select',
    operation: {
      id: 'select',
      summary: 'Choose a remediation function for each alert',
      description:
        'Takes an alert, {alert, catalog}, a webhook of an Alertmanager (with a catalog beside its alerts), a ' +
        'CloudEvent, or an array of these. Nothing is triggered.',
      request: { schema: selectRequestSchema },
      responses: { 200: { description: 'A decision for each alert, in order.', schema: answerSchema } },
    },
    async handle(context) {
      const body = await kernel.readJson(context);
      const { alerts, catalog: given } = readAlerts(body, kernel.limits.maxAlerts);
      const catalog = kernel.readCatalog(given);
      const decided = await decideAll(alerts, context.get('state').signal, (alert, signal) =>
        kernel.decide(alert, { catalog, signal }),
      );
      for (const [index, one] of decided.entries()) {
        kernel.auditDecision(context, 'select', alerts[index] as Alert, one);
      }
      return context.json({
        decisions: decided.map(({ decision }, index) => ({
          fingerprint: alertFingerprint(alerts[index] as Alert),
          ...chainDecisionToJson(decision),
        })),
        model: decided[0]?.model.id ?? kernel.model().id,
      } as z.input<typeof selectAnswerSchema>);
    },
  };
}

/** All of them or none: when one fails the others are given up, so that a full service says so at once. */
async function decideAll<T>(
  alerts: readonly Alert[],
  signal: AbortSignal,
  decide: (alert: Alert, signal: AbortSignal) => Promise<T>,
): Promise<T[]> {
  const failed = new AbortController();
  const stop = (): void => failed.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  // Made here for its end, which the queue goes by.
  const deadline = createDeadline({ signal: failed.signal, timeoutMs: remainingMsOf(signal) });
  try {
    return await Promise.all(alerts.map((alert) => decide(alert, deadline.signal)));
  } finally {
    failed.abort();
    signal.removeEventListener('abort', stop);
    deadline.dispose();
  }
}

function readAlerts(body: unknown, maxAlerts: number): { readonly alerts: Alert[]; readonly catalog: unknown } {
  const fields = isObject(body) ? body : {};
  const own = (key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined);
  const alerts = parseAlerts(own('alert') ?? body);
  if (alerts.length > maxAlerts) {
    throw new Problem('too-large', {
      detail: `expected at most ${maxAlerts} alerts, received ${alerts.length}; send them in parts`,
    });
  }
  const catalog = own('catalog');
  if (catalog === undefined || catalog === null || Array.isArray(catalog)) return { alerts, catalog };
  throw new InvalidInputError('catalog', 'expected an array of functions');
}
