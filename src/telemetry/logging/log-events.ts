import { alertFingerprint } from '../../domain/index.js';
import { deliveryResult } from '../measure/measure-events.js';
import type { AlertSeen, AttemptSeen, Handlers, ObservedEvents, RuntimeEventSeen } from '../observer/events.js';
import { createObserver, type Observer } from '../observer/observer.js';
import { type AlertName, RunningDecisions } from '../observer/running-decisions.js';
import { plainError } from '../text/plain-fields.js';
import { type GuardOptions, guardLogger, type LoggerLike, type LogLevel } from './logger.js';

export interface LogEventsOptions extends GuardOptions {
  /**
   * Logs also what was said: reasons of phases, reasoning, refusals in words. They repeat labels and annotations of
   * alerts, which may hold what no log should. Default false.
   */
  readonly content?: boolean | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Logs what it observes: one line for each event, whose message and field `event` are the event's name. Prompts,
 * answers and parameters are never logged; messages of errors are, without secrets.
 *
 * @param logger pino, console, or whatever has `debug`, `info`, `warn` and `error`
 * @throws ConfigurationError when the logger lacks a method
 *
 * @example
 * const logs = logEvents(await createLogger());
 * logs.observe(chain);
 */
export function logEvents(logger: LoggerLike, options: LogEventsOptions = {}): Observer {
  const { content = false, secrets = [] } = options;
  const guarded = guardLogger(logger, options);
  const write = (level: LogLevel, event: keyof ObservedEvents, fields: Fields): void =>
    guarded[level]({ event, ...fields }, event);
  const error = (value: unknown): Fields => ({ error: plainError(value, secrets) });
  const context = { write, error, words: (fields: Fields): Fields => (content ? fields : {}) };
  return createObserver('the log of events', {
    ...logChain(context),
    ...logActing(context),
    ...logText(context),
    ...logService(context),
  });
}

interface Context {
  readonly write: (level: LogLevel, event: keyof ObservedEvents, fields: Fields) => void;
  readonly error: (value: unknown) => Fields;
  /** Fields that repeat what somebody said; none of them unless asked for. */
  readonly words: (fields: Fields) => Fields;
}

function logChain({ write, error, words }: Context): Handlers {
  const names = new RunningDecisions<AlertName>();
  return {
    chain_started({ correlationId, alertname, fingerprint, phases }) {
      names.started(correlationId, { alertname, fingerprint });
      write('debug', 'chain_started', { correlation_id: correlationId, alertname, fingerprint, phases });
    },
    phase_started: ({ correlationId, phase, threshold }) =>
      write('debug', 'phase_started', { correlation_id: correlationId, phase, threshold }),
    phase_ended({ correlationId, attempt }) {
      const broke = attempt.outcome === 'failed' || attempt.outcome === 'timed-out';
      write(broke ? 'warn' : 'debug', 'phase_ended', {
        correlation_id: correlationId,
        ...names.get(correlationId),
        ...attemptFields(attempt),
        // What a phase failed with is an error's message and no answer.
        ...(broke ? { reason: attempt.reason } : words({ reason: attempt.reason })),
      });
    },
    chain_decided({ correlationId, decision }) {
      write('info', 'chain_decided', {
        correlation_id: correlationId,
        ...names.ended(correlationId),
        outcome: decision.outcome,
        lambda_function: decision.lambdaFunction,
        confidence: decision.confidence,
        phase: decision.phase,
        duration_ms: rounded(decision.durationMs),
        attempts: decision.attempts.map(({ phase, outcome }) => `${phase} ${outcome}`),
        ...words({ reasoning: decision.reasoning }),
      });
    },
    chain_aborted: ({ correlationId, error: cause, attempts }) =>
      write('warn', 'chain_aborted', {
        correlation_id: correlationId,
        ...names.ended(correlationId),
        attempts: attempts.map(({ phase, outcome }) => `${phase} ${outcome}`),
        ...error(cause),
      }),
    threshold_changed: ({ phase, from, to }) => write('info', 'threshold_changed', { phase, from, to }),
  };
}

function logActing({ write, error, words }: Context): Handlers {
  const failure = (level: LogLevel, event: keyof ObservedEvents) => (told: { alert: AlertSeen; error: unknown }) =>
    write(level, event, { ...alertFields(told.alert), ...error(told.error) });
  return {
    remediation_ended({ remediation }) {
      const { alert, outcome, decision, verdict, eventId } = remediation;
      write(outcome === 'undelivered' ? 'error' : 'info', 'remediation_ended', {
        correlation_id: decision.correlationId,
        ...alertFields(alert),
        outcome,
        lambda_function: decision.lambdaFunction,
        mode: verdict?.mode,
        refusals: verdict?.refusals.map(({ check }) => check),
        event_id: eventId,
        ...words({ details: verdict?.refusals.map(({ detail }) => detail) }),
        ...(outcome === 'undelivered' && error(remediation.error)),
      });
    },
    remediation_failed: failure('error', 'remediation_failed'),
    remediation_joined: ({ alert }) => write('debug', 'remediation_joined', alertFields(alert)),
    confirmation_failed: failure('error', 'confirmation_failed'),
    release_failed: failure('error', 'release_failed'),
    guardrails_judged: ({ verdict, lambdaFunction }) =>
      write('debug', 'guardrails_judged', {
        lambda_function: lambdaFunction,
        act: verdict.act,
        mode: verdict.mode,
        refusals: verdict.refusals.map(({ check }) => check),
        ...words({ details: verdict.refusals.map(({ detail }) => detail) }),
      }),
    event_delivered: ({ event, status, attempts, durationMs }) =>
      write(attempts > 1 ? 'warn' : 'info', 'event_delivered', {
        event_id: event.id,
        type: event.type,
        status,
        attempts,
        duration_ms: rounded(durationMs),
      }),
    event_undelivered: ({ event, error: cause, durationMs }) =>
      write('error', 'event_undelivered', {
        event_id: event.id,
        type: event.type,
        result: deliveryResult(cause),
        duration_ms: rounded(durationMs),
        ...error(cause),
      }),
    outcome_recorded: ({ eventId, lambdaFunction, outcome, durationMs }) =>
      write(outcome === 'failed' ? 'warn' : 'info', 'outcome_recorded', {
        event_id: eventId,
        lambda_function: lambdaFunction,
        outcome,
        duration_ms: durationMs === undefined ? undefined : rounded(durationMs),
      }),
    runtime_event: (event) => write(runtimeLevel(event), 'runtime_event', { ...event }),
  };
}

function logText({ write, error }: Context): Handlers {
  return {
    trm_client_initialized: ({ modelName, providers }) =>
      write('info', 'trm_client_initialized', { model_name: modelName, providers: providers.map(({ name }) => name) }),
    trm_generation_started: ({ conversationId, promptLength }) =>
      write('debug', 'trm_generation_started', { conversation_id: conversationId, prompt_length: promptLength }),
    trm_generation_completed: (event) =>
      write('info', 'trm_generation_completed', {
        conversation_id: event.conversationId,
        provider: event.provider,
        model: event.modelName,
        confidence: event.confidence,
        reflection_steps: event.reflectionSteps,
        stop_reason: event.stopReason,
        tokens_used: event.tokensUsed,
        duration_ms: rounded(event.durationMs),
      }),
    trm_generation_failed: ({ conversationId, error: cause, durationMs, attempts }) =>
      write('error', 'trm_generation_failed', {
        conversation_id: conversationId,
        duration_ms: rounded(durationMs),
        attempts: attempts.map(({ provider, outcome, reason }) => `${provider} ${reason ?? outcome}`),
        ...error(cause),
      }),
    trm_provider_fallback: ({ conversationId, from, to, reason, message }) =>
      write('warn', 'trm_provider_fallback', { conversation_id: conversationId, from, to, reason, detail: message }),
  };
}

function logService({ write, error }: Context): Handlers {
  return {
    request_ended: ({ requestId, route, method, status, durationMs, principal }) =>
      write('debug', 'request_ended', {
        request_id: requestId,
        route,
        method,
        status,
        duration_ms: rounded(durationMs),
        principal,
      }),
    request_refused: ({ requestId, route, status, problem, reason }) =>
      write('info', 'request_refused', { request_id: requestId, route, status, problem, reason }),
    alert_skipped: ({ requestId, route, eventIndex, alertIndex, alertname, fingerprint, expected }) =>
      write('warn', 'alert_skipped', {
        request_id: requestId,
        route,
        event_index: eventIndex,
        alert_index: alertIndex,
        alertname,
        fingerprint,
        expected,
      }),
    request_failed: ({ requestId, route, error: cause }) =>
      write('error', 'request_failed', { request_id: requestId, route, ...error(cause) }),
    model_switched: ({ model, previous }) =>
      write('info', 'model_switched', {
        model: model.id,
        sha256: model.sha256,
        execution_provider: model.executionProvider,
        previous: previous?.id,
      }),
    model_refused: ({ error: cause }) => write('error', 'model_refused', error(cause)),
    model_released: ({ model }) => write('info', 'model_released', { model: model.id, sha256: model.sha256 }),
    limiter_failed: ({ error: cause }) => write('error', 'limiter_failed', error(cause)),
    draining: ({ inFlight }) => write('info', 'draining', { in_flight: inFlight }),
  };
}

function attemptFields({ phase, outcome, lambdaFunction, confidence, threshold, durationMs }: AttemptSeen): Fields {
  return {
    phase,
    outcome,
    lambda_function: lambdaFunction,
    confidence,
    threshold,
    duration_ms: rounded(durationMs),
  };
}

function alertFields(alert: AlertSeen): Fields {
  const { labels, fingerprint } = alert;
  return {
    alertname: labels.alertname,
    fingerprint: alertFingerprint({ labels, ...(fingerprint !== undefined && { fingerprint }) }),
  };
}

function runtimeLevel({ type }: RuntimeEventSeen): LogLevel {
  if (type === 'worker-lost') return 'error';
  return type === 'execution-provider-fallback' ? 'warn' : 'info';
}

/** Milliseconds with as many digits as anybody reads. */
function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
