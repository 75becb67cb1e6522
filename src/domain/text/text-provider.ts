/** One message of a conversation, in the roles that chat APIs share. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What a provider can do; the client asks for nothing that a provider does not have. */
export interface TextProviderCapabilities {
  /** `native`: every supervision step of the model is a reflection, and the provider returns them as `steps`. */
  readonly recursion: 'native' | 'none';
  readonly toolCalls: boolean;
  readonly jsonSchema: boolean;
  readonly logprobs: boolean;
}

/** A function that a model may call. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of type object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A call that a model wants made; nothing of it is checked, not even that such a tool was offered. */
export interface ToolCall {
  readonly name: string;
  /** What the model gave, an object as a rule; text that is no JSON stays the text that it is. */
  readonly arguments: unknown;
}

/** One request to a provider. `signal` is always set and carries the deadline. */
export interface GenerateCall {
  readonly messages: readonly ChatMessage[];
  /** Structured context of the request, which a provider with native recursion reads instead of its rendering. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** 0 or more. A provider may refuse what is over its own range, as a rule 0 to 2. */
  readonly temperature?: number | undefined;
  /** Most tokens of the answer, 1 or more. */
  readonly maxTokens?: number | undefined;
  /** JSON Schema that the answer shall follow; only for providers with `jsonSchema`. */
  readonly jsonSchema?: Readonly<Record<string, unknown>> | undefined;
  /** Functions that the model may call instead of answering in words; only for providers with `toolCalls`. */
  readonly tools?: readonly ToolDefinition[] | undefined;
  /** Asks for the log-probability of every answer token; only for providers with `logprobs`. */
  readonly logprobs?: boolean | undefined;
  /** How far a provider with native recursion goes; default: the model's own rule. */
  readonly recursion?: RecursionRule | undefined;
  /** Called with every piece of the answer as it arrives, in order; left out when nobody streams. */
  readonly onDelta?: ((text: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/** How far native recursion goes. With `maxSteps` alone, all of them are taken. */
export interface RecursionRule {
  /** Supervision steps at most, 1 or more; a model that was trained with fewer stops there. */
  readonly maxSteps: number;
  /** Stops at an answer of a confidence over it, 0 to 1, or that is the one of the step before. */
  readonly stopConfidence?: number | undefined;
  /** Stops where the model's halting head says so, as without a rule. */
  readonly haltByHead?: boolean | undefined;
}

/** Why the answer ended: the model was done, the token limit, or a filter of the server. */
export type FinishReason = 'stop' | 'length' | 'content-filter' | 'other';

/** The answer after one supervision step of a provider with native recursion. */
export interface RecursionStep {
  readonly text: string;
  /** Calibrated probability, 0 to 1, that the answer is right. */
  readonly confidence: number;
}

export interface GenerateResult {
  /** Empty only where `toolCalls` has a call. */
  readonly text: string;
  /** Calls that the model wants made, in its order; left out when there are none. */
  readonly toolCalls?: readonly ToolCall[] | undefined;
  readonly finishReason: FinishReason;
  /** Model that answered, as the server names it. */
  readonly modelId: string;
  /** Token counts as the server reports them; left out where it does not. */
  readonly usage: { readonly inputTokens?: number | undefined; readonly outputTokens?: number | undefined };
  /** Natural log-probability of each answer token, where the provider gives them; never NaN. */
  readonly logprobs?: readonly number[] | undefined;
  /** Answers after every supervision step, the last being `text`; only with native recursion. */
  readonly steps?: readonly RecursionStep[] | undefined;
  /** What the provider could not honour, in words; empty when all was honoured. */
  readonly warnings: readonly string[];
}

export interface Health {
  readonly healthy: boolean;
  /** What was found, in words: the version, or what is missing and how to fix it. Holds no secret. */
  readonly detail: string;
}

/**
 * Text in, text out. A provider makes one attempt: retries within it belong to its HTTP client, fallback to the
 * caller. It throws ProviderError (with a `reason`) for everything that its server or model does wrong, and
 * AbortedError or DeadlineExceededError when the signal fires.
 */
export interface TextProvider {
  readonly specificationVersion: 'v1';
  /** Such as `ollama`. */
  readonly name: string;
  readonly modelId: string;
  readonly capabilities: TextProviderCapabilities;
  doGenerate(call: GenerateCall): Promise<GenerateResult>;
  /** Never throws: what goes wrong is an unhealthy result. */
  doHealth(signal: AbortSignal): Promise<Health>;
  dispose?(): Promise<void>;
}
