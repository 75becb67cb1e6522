import type { Meter, Tracer } from '@opentelemetry/api';
import { type Catalog, DEFAULT_CATALOG } from '../../domain/index.js';
import { LabelBounds } from '../measure/label-bounds.js';
import { measureEvents } from '../measure/measure-events.js';
import { createGauges, type Gauges, measureService } from '../measure/measure-service.js';
import { combineObservers, createObserver, type Observer } from '../observer/observer.js';
import { measureGenAi } from './gen-ai-metrics.js';
import { createInstruments } from './instruments.js';
import { loadApi } from './load-api.js';
import { createRequestTracer, type TraceRequest } from './request-span.js';
import { SpanWriter } from './span-writer.js';
import { traceEvents } from './trace-events.js';

export interface OpenTelemetryOptions {
  /** Makes the spans. Default: that of the global provider, named `agent-trm`. */
  readonly tracer?: Tracer | undefined;
  /** Makes the instruments. Default: that of the global provider, named `agent-trm`. */
  readonly meter?: Meter | undefined;
  /** Functions that metrics tell apart; others count as `other`. Default: `DEFAULT_CATALOG`. */
  readonly catalog?: Catalog | undefined;
  /**
   * Puts reasons, reasoning and refusals in words on spans. They repeat labels and annotations of alerts. Prompts,
   * answers and parameters never stand on spans. Default false.
   */
  readonly content?: boolean | undefined;
  /** Texts that must never stand on a span, besides what looks like a secret. */
  readonly secrets?: readonly string[] | undefined;
}

/** Spans and metrics as OpenTelemetry takes them. */
export interface OpenTelemetry extends Observer {
  /** What no event tells. */
  readonly gauges: Gauges;
  /** For servers: a span around a request, of which the spans of what is observed meanwhile are children. */
  readonly traceRequest: TraceRequest;
}

/** Name under which spans and instruments are made. */
export const SCOPE = 'agent-trm';

/**
 * Makes spans and metrics of what it observes, with the API package only: what becomes of them is the SDK's matter that
 * the application has set up, before this is called; without one, nothing. Span and metric names follow the conventions
 * for generative AI, which are in development; what they have no name for is `agent_trm.*`.
 *
 * Rejects with ConfigurationError when @opentelemetry/api is not installed.
 *
 * @example
 * const telemetry = await createOpenTelemetry();
 * telemetry.observe(chain);
 */
export async function createOpenTelemetry(options: OpenTelemetryOptions = {}): Promise<OpenTelemetry> {
  const { catalog = DEFAULT_CATALOG, content = false, secrets = [] } = options;
  const api = await loadApi();
  const tracer = options.tracer ?? api.trace.getTracer(SCOPE);
  const meter = options.meter ?? api.metrics.getMeter(SCOPE);
  const bounds = new LabelBounds(catalog);
  const meters = createInstruments(meter);
  const spans = new SpanWriter(api, tracer, secrets);
  const gauges = createGauges(meters, bounds);
  const observer = combineObservers([
    createObserver('the OpenTelemetry metrics', measureEvents(meters, bounds)),
    createObserver('the OpenTelemetry metrics', measureService(meters, bounds, gauges)),
    createObserver('the OpenTelemetry metrics', measureGenAi(meter, bounds)),
    createObserver('the OpenTelemetry spans', traceEvents(spans, { content, now: Date.now })),
  ]);
  return { ...observer, gauges, traceRequest: createRequestTracer(api, tracer) };
}
