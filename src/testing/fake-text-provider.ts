import { abortError } from '../core/deadline.js';
import type {
  GenerateCall,
  GenerateResult,
  Health,
  RecursionStep,
  TextProvider,
  TextProviderCapabilities,
  ToolCall,
} from '../domain/index.js';

/** What a fake provider does with one call. */
export interface FakeReply {
  /** Default: the text of the last of `steps`, else none where there are `toolCalls`, else `answer`. */
  readonly text?: string | undefined;
  /** Pieces that go to `onDelta`. Default: none, as with a provider that cannot stream. */
  readonly deltas?: readonly string[] | undefined;
  readonly toolCalls?: readonly ToolCall[] | undefined;
  readonly steps?: readonly RecursionStep[] | undefined;
  readonly logprobs?: readonly number[] | undefined;
  readonly usage?: GenerateResult['usage'] | undefined;
  readonly finishReason?: GenerateResult['finishReason'] | undefined;
  readonly modelId?: string | undefined;
  readonly warnings?: readonly string[] | undefined;
  /** Thrown in place of an answer. */
  readonly error?: unknown;
  /** Milliseconds before the answer; the call's signal ends them. */
  readonly delayMs?: number | undefined;
  /** Never answers: until the call's signal fires, or with `deaf` not even then. */
  readonly hang?: boolean | 'deaf' | undefined;
}

/** Replies in order, texts and errors standing for themselves, or a function that makes one for each call. */
export type FakeScript =
  | readonly (FakeReply | string | Error)[]
  | ((call: GenerateCall, index: number) => FakeReply | string | Error);

export interface FakeTextProviderOptions {
  /** Default `fake`. */
  readonly name?: string | undefined;
  /** Default `<name>-model`. */
  readonly modelId?: string | undefined;
  /** Default: none. */
  readonly capabilities?: Partial<TextProviderCapabilities> | undefined;
  /** Default: healthy. */
  readonly health?: Health | Error | undefined;
}

export interface FakeTextProvider extends TextProvider {
  /** Every call so far, oldest first. */
  readonly calls: readonly GenerateCall[];
  /** How often `dispose` was called. */
  readonly disposals: number;
  dispose(): Promise<void>;
}

/** A text provider that follows a script, for tests. A call beyond the end of the script throws a plain Error. */
export function createFakeTextProvider(script: FakeScript, options: FakeTextProviderOptions = {}): FakeTextProvider {
  const { name = 'fake', modelId = `${name}-model`, health = { healthy: true, detail: 'made up' } } = options;
  const calls: GenerateCall[] = [];
  let disposals = 0;
  return {
    specificationVersion: 'v1',
    name,
    modelId,
    capabilities: { recursion: 'none', toolCalls: false, jsonSchema: false, logprobs: false, ...options.capabilities },
    calls,
    get disposals() {
      return disposals;
    },
    async doGenerate(call) {
      const index = calls.push(call) - 1;
      const reply = toReply(typeof script === 'function' ? script(call, index) : script[index]);
      if (!reply) throw new Error(`${name}: the script ends after ${calls.length - 1} calls`);
      if (reply.hang) await firing(call.signal, reply.hang === 'deaf');
      if (reply.delayMs) await sleep(reply.delayMs, call.signal);
      if (call.signal.aborted) throw abortError(call.signal);
      if (reply.error !== undefined) throw reply.error;
      for (const delta of reply.deltas ?? []) call.onDelta?.(delta);
      return {
        text: reply.text ?? reply.steps?.at(-1)?.text ?? (reply.toolCalls ? '' : 'answer'),
        ...(reply.toolCalls && { toolCalls: reply.toolCalls }),
        finishReason: reply.finishReason ?? 'stop',
        modelId: reply.modelId ?? modelId,
        usage: reply.usage ?? {},
        ...(reply.logprobs && { logprobs: reply.logprobs }),
        ...(reply.steps && { steps: reply.steps }),
        warnings: reply.warnings ?? [],
      };
    },
    async doHealth() {
      if (health instanceof Error) throw health;
      return health;
    },
    async dispose() {
      disposals++;
    },
  };
}

function toReply(entry: FakeReply | string | Error | undefined): FakeReply | undefined {
  if (typeof entry === 'string') return { text: entry };
  return entry instanceof Error ? { error: entry } : entry;
}

/** Rejects when the signal fires; a deaf one never settles. */
function firing(signal: AbortSignal, deaf: boolean): Promise<never> {
  return new Promise((_, reject) => {
    if (deaf) return;
    const fail = (): void => reject(abortError(signal));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener('abort', wake, { once: true });
  });
}
