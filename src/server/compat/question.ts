import type { FinishReason, ToolCall } from '../../domain/index.js';

/** One message of a conversation, as both wire formats mean it. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly text: string;
  /** Calls that the assistant made. */
  readonly calls: readonly ToolCall[];
}

/** A request of either wire format. */
export interface Question {
  readonly turns: readonly Turn[];
  /** Tools as they came; empty for none. */
  readonly tools: readonly unknown[];
  /** `none` forbids calls; a name leaves that tool alone. */
  readonly toolChoice: 'auto' | 'none' | { readonly name: string };
  /** JSON of any shape, or of that of a JSON Schema; undefined for plain text. */
  readonly format: 'json' | Readonly<Record<string, unknown>> | undefined;
  /** For a language model alone: the TRM samples nothing. */
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
}

/** What is answered, before it takes the form of a wire format. */
export interface Reply {
  /** Undefined for this service's own model, else the name of the language model that answered. */
  readonly by: string | undefined;
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly finish: FinishReason;
  /**
   * Tokens as a language model counts them, undefined where it does not. The TRM reads fields and writes none, so it
   * counts 0 of both.
   */
  readonly usage: { readonly inputTokens?: number | undefined; readonly outputTokens?: number | undefined };
}
