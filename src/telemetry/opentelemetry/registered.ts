import { createOpenTelemetry, type OpenTelemetry, type OpenTelemetryOptions, SCOPE } from './create-open-telemetry.js';
import { loadApi, type OpenTelemetryApi } from './load-api.js';

/**
 * Spans and metrics for the providers that the process has registered before, such as a file of `node --import` does.
 * Undefined where there is none, or no API package: nothing is made then, and nothing is measured.
 *
 * @param load the import of the API package, replaceable in tests
 */
export async function findOpenTelemetry(
  options: Omit<OpenTelemetryOptions, 'tracer' | 'meter'> = {},
  load?: () => Promise<OpenTelemetryApi>,
): Promise<OpenTelemetry | undefined> {
  // What is not there is no fault of a service that was not told to use it.
  const api = await loadApi(load).catch(() => undefined);
  return api !== undefined && isRegistered(api) ? createOpenTelemetry(options) : undefined;
}

/** Whether anybody takes spans or metrics. Without a provider the API gives stand-ins, which it can be asked for. */
function isRegistered({ metrics, trace, createNoopMeter, ProxyTracerProvider }: OpenTelemetryApi): boolean {
  const provider = trace.getTracerProvider();
  const traces = !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(SCOPE) !== undefined;
  return traces || metrics.getMeter(SCOPE) !== createNoopMeter();
}
