import type { Attributes, Context, Span, SpanKind, Tracer } from '@opentelemetry/api';
import { plainText } from '../text/plain-text.js';
import type { OpenTelemetryApi } from './load-api.js';

/** Characters of a text on a span. */
const LONGEST = 300;

type Value = string | number | boolean | undefined;

/** A span that is written when its work is over. */
export interface PastSpan {
  readonly name: string;
  /** Default `internal`. */
  readonly kind?: 'internal' | 'client' | 'producer' | undefined;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly durationMs: number;
  /** Without those that are undefined. */
  readonly attributes: Readonly<Record<string, Value>>;
  /** What went wrong: a class of errors and never its message. Left out when nothing did. */
  readonly errorType?: string | undefined;
  readonly events?: readonly PastEvent[] | undefined;
}

/** Something that happened at the end of a span's work. */
export interface PastEvent {
  readonly name: string;
  readonly attributes: Readonly<Record<string, Value>>;
}

/**
 * Writes spans of work that is over. The events of this package say how long something took when it has ended, which
 * is all that a span needs; so nothing is held for what never ends, and the parent is whatever span the caller has
 * active around the work.
 */
export class SpanWriter {
  readonly #api: OpenTelemetryApi;
  readonly #tracer: Tracer;
  readonly #secrets: readonly string[];

  constructor(api: OpenTelemetryApi, tracer: Tracer, secrets: readonly string[]) {
    this.#api = api;
    this.#tracer = tracer;
    this.#secrets = secrets;
  }

  /**
   * Writes a span and gives the context in which its children are written.
   *
   * @param parent default the active context
   */
  write(past: PastSpan, parent: Context = this.#api.context.active()): Context {
    const { SpanKind, SpanStatusCode, trace } = this.#api;
    const kinds: Record<string, SpanKind> = { client: SpanKind.CLIENT, producer: SpanKind.PRODUCER };
    const endMs = past.startMs + past.durationMs;
    const attributes = this.#attributes({ ...past.attributes, 'error.type': past.errorType });
    const kind = kinds[past.kind ?? ''] ?? SpanKind.INTERNAL;
    const span = this.#tracer.startSpan(this.#text(past.name), { kind, startTime: past.startMs, attributes }, parent);
    for (const event of past.events ?? []) span.addEvent(event.name, this.#attributes(event.attributes), endMs);
    if (past.errorType !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endMs);
    return trace.setSpan(parent, span);
  }

  /** Notes an event on the span that the caller has active, if any. */
  note(event: PastEvent): void {
    const span: Span | undefined = this.#api.trace.getActiveSpan();
    span?.addEvent(event.name, this.#attributes(event.attributes));
  }

  #attributes(values: Readonly<Record<string, Value>>): Attributes {
    const attributes: Attributes = {};
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined) attributes[name] = typeof value === 'string' ? this.#text(value) : value;
    }
    return attributes;
  }

  #text(text: string): string {
    return plainText(text, LONGEST, this.#secrets);
  }
}
