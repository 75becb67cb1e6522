import { type ReceivedEvent, receiveEvents } from '../../cloudevents/index.js';
import type { Alert } from '../../domain/index.js';
import { checkHandedOver } from '../../remediation/acting/delivery.js';
import type { Remediator } from '../../remediation/acting/index.js';
import type { ServiceContext } from '../http/context.js';
import { Problem } from '../http/problem.js';
import { checkDepth } from '../http/read-json.js';
import type { Operation } from '../openapi/operation.js';
import { cloudEventJsonSchema, webhookJsonSchema } from '../openapi/schemas.js';
import type { ServiceKernel, ServiceRoute } from '../service-route.js';
import { reportSkipped } from './skipped-alerts.js';

export interface EventRouteOptions {
  /** Takes alerts to actions. Without it they are decided about, and nothing is done. */
  readonly remediator: Remediator | undefined;
  /** Event types that carry alerts. Default: that of this package. */
  readonly types?: readonly string[] | undefined;
}

/**
 * POST / and POST /events: CloudEvents from a Knative broker and webhooks from an Alertmanager. 202 once nobody has to
 * send the alerts again; 400, 413 or 415 where sending again is useless; 503 where it helps, also where a 429 would be
 * usual, since an Alertmanager sends again after nothing but a 5xx. A faulty alert beside valid ones is skipped and told,
 * since a 400 would lose them all for good.
 */
export function eventRoutes(kernel: ServiceKernel, options: EventRouteOptions): readonly ServiceRoute[] {
  const handle = (context: ServiceContext): Promise<Response> => takeEvents(kernel, context, options);
  return [
    { method: 'POST', path: '/', scope: 'events', handle, operation: operation('receiveEventsAtRoot') },
    { method: 'POST', path: '/events', scope: 'events', handle, operation: operation('receiveEvents') },
  ];
}

function operation(id: string): Operation {
  return {
    id,
    summary: 'Take alerts from a Knative broker or an Alertmanager',
    description:
      'CloudEvents 1.0 in binary, structured or batch mode, or the webhook of an Alertmanager. 202 says that nothing ' +
      'has to be sent again; after a 503 send the same again. A faulty alert or event beside valid ones is skipped; ' +
      'the answer is 400 where none is valid.',
    request: {
      schema: webhookJsonSchema.or(cloudEventJsonSchema),
      mediaTypes: ['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json'],
    },
    responses: { 202: { description: 'Done; nothing has to be sent again.' } },
  };
}

async function takeEvents(
  kernel: ServiceKernel,
  context: ServiceContext,
  { remediator, types }: EventRouteOptions,
): Promise<Response> {
  const { maxAlerts, maxBodyBytes, maxDepth } = kernel.limits;
  const bytes = await kernel.readBody(context);
  // Every bracket is one byte that is part of no other character, so the bytes need no decoding to be counted.
  checkDepth(Buffer.from(bytes).toString('latin1'), maxDepth);
  const headers = context.env?.incoming?.headersDistinct ?? Object.fromEntries(context.req.raw.headers);
  const { events, skipped } = receiveEvents({ headers, body: bytes }, { maxBytes: maxBodyBytes, types });
  const count = events.reduce((sum, { alerts }) => sum + alerts.length, skipped.length);
  if (count > maxAlerts) {
    throw new Problem('too-large', {
      detail: `expected at most ${maxAlerts} alerts, received ${count}; max_alerts of an Alertmanager limits them`,
    });
  }
  reportSkipped(kernel, context, skipped);
  const { signal } = context.get('state');
  const each = events
    .filter(({ expired }) => !expired)
    .flatMap(({ alerts, origin }) => alerts.map((alert) => ({ alert, origin })));
  const ends = await Promise.allSettled(
    each.map(({ alert, origin }) =>
      remediator
        ? remediate(kernel, context, remediator, alert, origin)
        : kernel.decide(alert, { signal }).then((decided) => kernel.auditDecision(context, 'event', alert, decided)),
    ),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return context.body(null, 202);
}

async function remediate(
  kernel: ServiceKernel,
  context: ServiceContext,
  remediator: Remediator,
  alert: Alert,
  causation: ReceivedEvent['origin'],
): Promise<void> {
  const { signal } = context.get('state');
  for (const remediation of await remediator.remediate([alert], { signal, causation })) {
    const { decision, outcome } = remediation;
    kernel.auditDecision(context, 'event', alert, { decision, outcome });
    checkHandedOver(remediation);
  }
}
