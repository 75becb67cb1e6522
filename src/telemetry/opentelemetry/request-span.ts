import type { Tracer } from '@opentelemetry/api';
import type { OpenTelemetryApi } from './load-api.js';
import { errorType } from './trace-events.js';

/** A request that a server answers. */
export interface RequestSeen {
  readonly method: string;
  readonly headers: Headers;
}

/** What became of it. */
export interface RequestEnd {
  /** Pattern of the route, never the path. */
  readonly route: string;
  readonly status: number;
  /** What goes on to write the answer; the span ends with it. Never rejects. */
  readonly writing?: Promise<void> | undefined;
}

/**
 * Runs the handling of a request within a span of its own, which continues the trace that its headers name. Gives what
 * `handle` gives.
 */
export type TraceRequest = <T>(request: RequestSeen, handle: () => Promise<T>, end: () => RequestEnd) => Promise<T>;

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Spans of a server by OpenTelemetry's conventions for HTTP. Where instrumentation has made one already, that one is it. */
export function createRequestTracer(api: OpenTelemetryApi, tracer: Tracer): TraceRequest {
  const { context, propagation, SpanKind, SpanStatusCode, trace } = api;
  return async (request, handle, end) => {
    if (trace.getActiveSpan() !== undefined) return handle();
    const method = METHODS.has(request.method) ? request.method : '_OTHER';
    const parent = propagation.extract(context.active(), request.headers, {
      get: (headers, name) => headers.get(name) ?? undefined,
      keys: (headers) => [...headers.keys()],
    });
    const attributes = { 'http.request.method': method };
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
    let writing: Promise<void> | undefined;
    try {
      const result = await context.with(trace.setSpan(parent, span), handle);
      const { route, status, ...rest } = end();
      writing = rest.writing;
      span.updateName(`${method} ${route}`);
      span.setAttributes({ 'http.route': route, 'http.response.status_code': status });
      if (status >= 500) {
        span.setAttribute('error.type', String(status));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      return result;
    } catch (error) {
      span.setAttribute('error.type', errorType(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      if (writing) void writing.then(() => span.end());
      else span.end();
    }
  };
}
