import { Problem } from '../http/problem.js';
import { versionSchema } from '../openapi/schemas.js';
import type { ServiceKernel, ServiceRoute } from '../service-route.js';
import type { Scope } from '../types.js';
import { modelToJson } from './model-json.js';

/** What a scrape is answered with. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

export interface AboutOptions {
  readonly version: string;
  /** Renders the metrics; left out where none are kept. */
  readonly metrics: (() => Promise<MetricsPage>) | undefined;
  /** Who may scrape. */
  readonly metricsScope: Scope | 'public';
  readonly document: () => Readonly<Record<string, unknown>>;
}

/** GET /, /version, /openapi.json and /metrics. */
export function aboutRoutes(kernel: ServiceKernel, options: AboutOptions): readonly ServiceRoute[] {
  const { version, metrics, metricsScope, document } = options;
  return [
    {
      method: 'GET',
      path: '/',
      scope: 'public',
      operation: {
        id: 'isRunning',
        summary: 'Whether something answers here, as clients of Ollama and simple health checks ask',
        responses: { 200: { description: 'Yes, in words.', mediaType: 'text/plain' } },
      },
      handle: (context) => context.text('agent-trm is running'),
    },
    {
      method: 'GET',
      path: '/version',
      scope: 'public',
      operation: {
        id: 'version',
        summary: 'The version of the package and its model',
        responses: { 200: { description: 'What answers.', schema: versionSchema } },
      },
      handle: (context) => context.json({ name: 'agent-trm', version, model: modelToJson(kernel.model()) }),
    },
    {
      method: 'GET',
      path: '/openapi.json',
      scope: 'public',
      handle: (context) => context.json(document()),
    },
    {
      method: 'GET',
      path: '/metrics',
      scope: metricsScope,
      operation: {
        id: 'metrics',
        summary: 'Metrics for Prometheus',
        responses: { 200: { description: 'In the text format.', mediaType: 'text/plain' } },
      },
      async handle(context) {
        if (!metrics) throw new Problem('not-configured', { detail: 'no metrics are kept here' });
        const { contentType, body } = await metrics();
        return context.body(body, 200, { 'content-type': contentType });
      },
    },
  ];
}
