import { z } from 'zod';
import type { ServiceContext } from '../http/context.js';
import { Problem } from '../http/problem.js';
import type { ServiceRoute } from '../service-route.js';

const statusSchema = z.object({ status: z.string() });

/**
 * Whether the process lives, and whether it wants requests: for Kubernetes, and in the form of KServe. Live as long as it
 * answers at all; ready from the first model on until it is told to stop. Being full does not make it unready: that
 * would send its share to replicas that are as full.
 */
export function healthRoutes(isReady: () => boolean): readonly ServiceRoute[] {
  const ready = (answer: (context: ServiceContext) => Response) => (context: ServiceContext) => {
    if (!isReady()) throw new Problem('not-ready', { retryAfterSeconds: 1 });
    return answer(context);
  };
  const route = (
    path: string,
    id: string,
    summary: string,
    schema: z.ZodType,
    handle: ServiceRoute['handle'],
  ): ServiceRoute => ({
    method: 'GET',
    path,
    scope: 'public',
    operation: { id, summary, responses: { 200: { description: 'Yes.', schema } } },
    handle,
  });
  const live = 'Whether the process lives';
  const wants = 'Whether the service wants requests';
  return [
    route('/healthz', 'isHealthy', live, statusSchema, (context) => context.json({ status: 'ok' })),
    route(
      '/readyz',
      'isReady',
      wants,
      statusSchema,
      ready((context) => context.json({ status: 'ready' })),
    ),
    route('/v2/health/live', 'isLiveV2', live, z.object({ live: z.boolean() }), (context) =>
      context.json({ live: true }),
    ),
    route(
      '/v2/health/ready',
      'isReadyV2',
      wants,
      z.object({ ready: z.boolean() }),
      ready((context) => context.json({ ready: true })),
    ),
  ];
}
