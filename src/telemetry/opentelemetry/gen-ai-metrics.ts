import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import type { LabelBounds } from '../measure/label-bounds.js';
import { providerReason } from '../measure/measure-events.js';
import { ACTION_OUTCOMES } from '../measure/values.js';
import type { Handlers, ProviderAttemptSeen } from '../observer/events.js';
import { AGENT, WORKFLOW } from './trace-events.js';

/** Buckets that the conventions advise for durations, in seconds. */
const BUCKETS = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);

/** Routes of the inference service that answer as a model server does, and what the conventions call it. */
const SERVED: Readonly<Record<string, string>> = {
  '/reason': 'text_completion',
  '/api/generate': 'text_completion',
  '/api/chat': 'chat',
  '/v1/chat/completions': 'chat',
};
const SERVER = 'agent-trm';

/**
 * The durations that OpenTelemetry's conventions for generative AI name. Token usage is not among them: it is told by
 * input and output, and the text client knows the sum only (`agent_trm.tokens`).
 */
export function measureGenAi(meter: Meter, bounds: LabelBounds): Handlers {
  const histogram = (name: string, description: string): Histogram =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: BUCKETS } });
  const operations = histogram('gen_ai.client.operation.duration', 'Time of one provider for one request.');
  const served = histogram('gen_ai.server.request.duration', 'Time of the inference service for one request.');
  const agents = histogram('gen_ai.invoke_agent.duration', 'Time of a text client for one request.');
  const workflows = histogram('gen_ai.workflow.duration', 'Time from an alert to its decision.');
  const tools = histogram('gen_ai.execute_tool.duration', 'Time that a remediation function took.');

  const record = (target: Histogram, durationMs: number, attributes: Attributes): void => {
    if (Number.isFinite(durationMs)) target.record(durationMs / 1000, attributes);
  };
  const recordAttempts = (attempts: readonly ProviderAttemptSeen[]): void => {
    for (const { provider, modelId, outcome, reason, durationMs } of attempts) {
      record(operations, durationMs, {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': bounds.name('provider', provider),
        'gen_ai.request.model': bounds.name('model', modelId),
        ...(outcome === 'failed' && { 'error.type': providerReason(bounds, reason) }),
      });
    }
  };
  const agent = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': AGENT };
  return {
    request_ended({ route, status, durationMs }) {
      const operation = Object.hasOwn(SERVED, route) ? SERVED[route] : undefined;
      if (operation === undefined) return;
      record(served, durationMs, {
        'gen_ai.operation.name': operation,
        'gen_ai.provider.name': SERVER,
        ...(status >= 400 && { 'error.type': bounds.status(status) }),
      });
    },
    chain_decided: ({ decision }) => record(workflows, decision.durationMs, { 'gen_ai.workflow.name': WORKFLOW }),
    trm_generation_completed({ durationMs, attempts }) {
      record(agents, durationMs, agent);
      recordAttempts(attempts);
    },
    trm_generation_failed({ durationMs, attempts }) {
      record(agents, durationMs, { ...agent, 'error.type': '_OTHER' });
      recordAttempts(attempts);
    },
    outcome_recorded({ lambdaFunction, outcome, durationMs }) {
      if (durationMs === undefined) return;
      record(tools, durationMs, {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': bounds.functionName(lambdaFunction),
        ...(outcome === 'failed' && { 'error.type': bounds.oneOf(ACTION_OUTCOMES, outcome) }),
      });
    },
  };
}
