import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, metrics, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** A measured value: the instrument, its attributes, and the sum, count or last value. */
export interface Point {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
}

/** The real SDK, which keeps what it is given. */
export function startSdk() {
  const spans = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  // Collects when it is asked to, and not on its own.
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  return {
    tracer: tracers.getTracer('test'),
    meter: meters.getMeter('test'),
    /** Makes it the one that the whole process uses, as a file of `node --import` does. Returns what takes it back. */
    register(): () => void {
      trace.setGlobalTracerProvider(tracers);
      metrics.setGlobalMeterProvider(meters);
      const forget = carryContext();
      return () => {
        trace.disable();
        metrics.disable();
        forget();
      };
    },
    spans: (): readonly ReadableSpan[] => spans.getFinishedSpans(),
    async points(): Promise<readonly Point[]> {
      exporter.reset();
      await reader.forceFlush();
      const metrics = exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
      return metrics.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({
          name,
          unit,
          attributes,
          value: typeof value === 'number' ? value : (value as { readonly count: number }).count,
        })),
      );
    },
    async stop(): Promise<void> {
      await tracers.shutdown();
      await meters.shutdown();
    },
  };
}

/** Carries the active span across awaits, as the Node SDK's manager does. Returns what takes it away again. */
export function carryContext(): () => void {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, thisArg, ...parameters) => storage.run(active, () => work.apply(thisArg, parameters)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
  return () => context.disable();
}
