import type { Context } from '@opentelemetry/api';
import { deliveryResult } from '../measure/measure-events.js';
import type { AttemptSeen, Handlers, ProviderAttemptSeen } from '../observer/events.js';
import { type AlertName, RunningDecisions } from '../observer/running-decisions.js';
import type { PastEvent, SpanWriter } from './span-writer.js';

/** Providers that compute in this process; all others are servers. */
const IN_PROCESS: readonly string[] = ['local-trm', 'transformers'];

/** Name of the workflow that decides about an alert. */
export const WORKFLOW = 'remediation';

/** Name of the agent that a text client is. */
export const AGENT = 'trm-client';

/** Outcomes of a phase that are errors. */
const BROKEN: readonly string[] = ['failed', 'timed-out'];

export interface TraceOptions {
  /** Whether reasons and reasoning stand on spans. */
  readonly content: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Writes spans of what is observed, by OpenTelemetry's conventions for generative AI. */
export function traceEvents(spans: SpanWriter, options: TraceOptions): Handlers {
  return { ...traceChain(spans, options), ...traceActing(spans, options), ...traceText(spans, options) };
}

function traceChain(spans: SpanWriter, { content, now }: TraceOptions): Handlers {
  const running = new RunningDecisions<AlertName & { readonly startMs: number }>();
  const writeAttempts = (attempts: readonly AttemptSeen[], startMs: number, parent: Context): void => {
    let at = startMs;
    for (const attempt of attempts) {
      if (attempt.outcome !== 'skipped') {
        spans.write(
          {
            name: `plan ${attempt.phase}`,
            startMs: at,
            durationMs: attempt.durationMs,
            attributes: {
              'gen_ai.operation.name': 'plan',
              'agent_trm.phase': attempt.phase,
              'agent_trm.outcome': attempt.outcome,
              'agent_trm.function': attempt.lambdaFunction,
              'agent_trm.threshold': attempt.threshold,
            },
            errorType: BROKEN.includes(attempt.outcome) ? attempt.outcome : undefined,
            events: evaluationOf(attempt, content),
          },
          parent,
        );
      }
      at += attempt.durationMs;
    }
  };
  return {
    chain_started: ({ correlationId, alertname, fingerprint }) =>
      running.started(correlationId, { alertname, fingerprint, startMs: now() }),
    chain_decided({ correlationId, decision }) {
      const startMs = now() - decision.durationMs;
      const { alertname, fingerprint } = running.ended(correlationId) ?? {};
      const context = spans.write({
        name: `invoke_workflow ${WORKFLOW}`,
        startMs,
        durationMs: decision.durationMs,
        attributes: {
          'gen_ai.operation.name': 'invoke_workflow',
          'gen_ai.workflow.name': WORKFLOW,
          'agent_trm.correlation_id': correlationId,
          'agent_trm.alertname': alertname,
          'agent_trm.fingerprint': fingerprint,
          'agent_trm.outcome': decision.outcome,
          'agent_trm.function': decision.lambdaFunction ?? undefined,
          'agent_trm.phase': decision.phase ?? undefined,
          'agent_trm.confidence': decision.confidence,
          'agent_trm.supervision_steps': decision.decision?.iterations,
          'agent_trm.reasoning': content ? decision.reasoning : undefined,
        },
      });
      writeAttempts(decision.attempts, startMs, context);
    },
    chain_aborted({ correlationId, error, attempts }) {
      const { alertname, fingerprint, startMs = now() } = running.ended(correlationId) ?? {};
      const context = spans.write({
        name: `invoke_workflow ${WORKFLOW}`,
        startMs,
        durationMs: Math.max(0, now() - startMs),
        attributes: {
          'gen_ai.operation.name': 'invoke_workflow',
          'gen_ai.workflow.name': WORKFLOW,
          'agent_trm.correlation_id': correlationId,
          'agent_trm.alertname': alertname,
          'agent_trm.fingerprint': fingerprint,
          'agent_trm.outcome': 'aborted',
        },
        errorType: errorType(error),
      });
      writeAttempts(attempts, startMs, context);
    },
  };
}

function traceActing(spans: SpanWriter, { content, now }: TraceOptions): Handlers {
  return {
    guardrails_judged: ({ verdict, lambdaFunction }) =>
      spans.note({
        name: 'agent_trm.guardrails',
        attributes: {
          'agent_trm.function': lambdaFunction,
          'agent_trm.mode': verdict.mode,
          'agent_trm.act': verdict.act,
          'agent_trm.refusals': verdict.refusals.map(({ check }) => check).join(','),
          'agent_trm.refusal_details': content ? verdict.refusals.map(({ detail }) => detail).join('; ') : undefined,
        },
      }),
    remediation_ended: ({ remediation }) =>
      spans.note({
        name: 'agent_trm.remediation',
        attributes: {
          'agent_trm.outcome': remediation.outcome,
          'agent_trm.function': remediation.decision.lambdaFunction ?? undefined,
          'agent_trm.correlation_id': remediation.decision.correlationId,
          'cloudevents.event_id': remediation.eventId,
        },
      }),
    event_delivered({ event, status, attempts, durationMs }) {
      const attributes = { ...eventAttributes(event, attempts), 'http.response.status_code': status };
      const name = `send ${event.type}`;
      spans.write({ name, kind: 'producer', startMs: now() - durationMs, durationMs, attributes });
    },
    event_undelivered({ event, error, durationMs }) {
      const attributes = eventAttributes(event, undefined);
      const name = `send ${event.type}`;
      const result = deliveryResult(error);
      spans.write({
        name,
        kind: 'producer',
        startMs: now() - durationMs,
        durationMs,
        attributes: { ...attributes, 'agent_trm.delivery': result },
        errorType: errorType(error),
      });
    },
    outcome_recorded({ eventId, lambdaFunction, outcome, durationMs }) {
      if (durationMs === undefined) return;
      spans.write({
        name: `execute_tool ${lambdaFunction}`,
        startMs: now() - durationMs,
        durationMs,
        attributes: {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': lambdaFunction,
          'gen_ai.tool.type': 'function',
          'cloudevents.event_id': eventId,
        },
        errorType: outcome === 'failed' ? outcome : undefined,
        events: [
          {
            name: 'gen_ai.evaluation.result',
            attributes: { 'gen_ai.evaluation.name': 'outcome', 'gen_ai.evaluation.score.label': outcome },
          },
        ],
      });
    },
  };
}

function traceText(spans: SpanWriter, { now }: TraceOptions): Handlers {
  const write = (
    told: {
      readonly conversationId: string;
      readonly durationMs: number;
      readonly attempts: readonly ProviderAttemptSeen[];
    },
    more: { readonly attributes: Readonly<Record<string, string | number>>; readonly errorType?: string | undefined },
  ): void => {
    const startMs = now() - told.durationMs;
    const context = spans.write({
      name: `invoke_agent ${AGENT}`,
      startMs,
      durationMs: told.durationMs,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': AGENT,
        'gen_ai.conversation.id': told.conversationId,
        ...more.attributes,
      },
      errorType: more.errorType,
    });
    let at = startMs;
    for (const { provider, modelId, outcome, reason, durationMs, confidence } of told.attempts) {
      spans.write(
        {
          name: `chat ${modelId}`,
          kind: IN_PROCESS.includes(provider) ? 'internal' : 'client',
          startMs: at,
          durationMs,
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': provider,
            'gen_ai.request.model': modelId,
            'agent_trm.outcome': outcome,
            'agent_trm.confidence': confidence,
          },
          errorType: outcome === 'failed' ? (reason ?? outcome) : undefined,
        },
        context,
      );
      at += durationMs;
    }
  };
  return {
    trm_generation_completed: (event) =>
      write(event, {
        attributes: {
          'gen_ai.provider.name': event.provider,
          'gen_ai.response.model': event.modelName,
          'agent_trm.confidence': event.confidence,
          'agent_trm.reflection_steps': event.reflectionSteps,
          'agent_trm.stop_reason': event.stopReason,
          'agent_trm.tokens_used': event.tokensUsed,
        },
      }),
    trm_generation_failed: (event) => write(event, { attributes: {}, errorType: errorType(event.error) }),
  };
}

/** How sure a phase was, as the event that the conventions have for it. */
function evaluationOf({ confidence, outcome, reason }: AttemptSeen, content: boolean): readonly PastEvent[] {
  if (confidence === undefined) return [];
  return [
    {
      name: 'gen_ai.evaluation.result',
      attributes: {
        'gen_ai.evaluation.name': 'confidence',
        'gen_ai.evaluation.score.value': confidence,
        'gen_ai.evaluation.score.label': outcome,
        'gen_ai.evaluation.explanation': content ? reason : undefined,
      },
    },
  ];
}

/** What identifies an event; not its subject, which names the object of the alert. */
function eventAttributes(
  { id, type, source }: { readonly id: string; readonly type: string; readonly source: string },
  attempts: number | undefined,
): Record<string, string | number | undefined> {
  return {
    'messaging.operation.type': 'send',
    'messaging.operation.name': 'send',
    'messaging.system': 'cloudevents',
    'cloudevents.event_id': id,
    'cloudevents.event_type': type,
    'cloudevents.event_source': source,
    'cloudevents.event_spec_version': '1.0',
    'agent_trm.delivery_attempts': attempts,
  };
}

/** The class of an error: its stable code, else its name; never its message. */
export function errorType(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === 'string' && /^\w{1,64}$/.test(code)) return code;
  const name = error instanceof Error ? String(error.name) : typeof error;
  return /^\w{1,64}$/.test(name) ? name : 'Error';
}
