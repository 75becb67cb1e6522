/** Metrics, spans and logs of what chains, guardrails, sinks and clients do. They only look on. */

export { createLogger, type LoggerOptions } from './logging/create-logger.js';
export { type LogEventsOptions, logEvents } from './logging/log-events.js';
export { type GuardOptions, guardLogger, type Logger, type LoggerLike, type LogLevel } from './logging/logger.js';
export type { Gauges } from './measure/measure-service.js';
export { METRICS, type MetricDefinition, type MetricName } from './measure/metrics.js';
export type { BreakerState } from './measure/values.js';
export type { ObservedSource } from './observer/events.js';
export { combineObservers, type Observer, type Unsubscribe } from './observer/observer.js';
export type { OutcomeReportSeen, WatchableGuardrails, WatchableSink } from './observer/watch.js';
export {
  createOpenTelemetry,
  type OpenTelemetry,
  type OpenTelemetryOptions,
} from './opentelemetry/create-open-telemetry.js';
export { findOpenTelemetry } from './opentelemetry/registered.js';
export type { RequestEnd, RequestSeen, TraceRequest } from './opentelemetry/request-span.js';
export {
  createPrometheusMetrics,
  type PrometheusMetrics,
  type PrometheusOptions,
} from './prometheus/create-prometheus-metrics.js';
