import type { LogitsProcessorList, Tensor, TextStreamer } from '@huggingface/transformers';
import { throwIfAborted } from '../../core/deadline.js';
import { ProviderError } from '../../core/errors.js';
import type { FinishReason, GenerateCall, GenerateResult } from '../../domain/text/index.js';
import { readLogprobs } from '../protocol/logprobs.js';
import { saidBy } from './failure.js';
import { NAME } from './load-library.js';
import type { LoadedModel } from './load-model.js';
import { contextTokensOf, endTokensOf, type Sampling, samplingOf } from './model-config.js';
import { encodePrompt } from './prompt.js';
import { TextStream } from './text-stream.js';

/**
 * Answers one call; the signal is looked at between tokens.
 *
 * @param settings name of the model, and the tokens of an answer whose call does not say
 * @throws AbortedError or DeadlineExceededError when the signal has fired; ProviderError `bad-request` for a prompt
 *   that fills the model's context, `bad-response` when the model cannot run; what `onDelta` throws, as it is
 */
export async function generate(
  loaded: LoadedModel,
  call: GenerateCall,
  settings: { readonly model: string; readonly maxTokens: number },
): Promise<GenerateResult> {
  throwIfAborted(call.signal);
  const { tokenizer, model } = loaded;
  const prompt = encodePrompt(loaded, call.messages);
  const maxTokens = Math.min(call.maxTokens ?? settings.maxTokens, roomAfter(prompt.length, contextTokensOf(model)));
  const sampling = samplingOf(call.temperature, model);
  const endTokens = endTokensOf(model, tokenizer);
  const stream = new TextStream((tokens) =>
    tokenizer.decode(tokens, {
      skip_special_tokens: true,
      // On by default in the library, where it takes spaces out of code; it is the tokenizer's to ask for.
      clean_up_tokenization_spaces: tokenizer.config.clean_up_tokenization_spaces ?? false,
    }),
  );
  const texts: string[] = [];
  const logprobs: number[] = [];
  let tokens = 0;
  let lastToken: number | undefined;
  let lastLogits: Tensor | undefined;

  const give = (text: string): void => {
    if (text === '' || call.signal.aborted) return;
    texts.push(text);
    call.onDelta?.(text);
  };
  const take = (token: number): void => {
    tokens++;
    lastToken = token;
    if (endTokens.includes(token)) return;
    if (call.logprobs && lastLogits) logprobs.push(logprobOf(token, lastLogits, sampling));
    give(stream.push(token));
  };
  await run(loaded, call.signal, take, {
    ...prompt.inputs,
    ...sampling,
    max_new_tokens: maxTokens,
    ...(endTokens.length > 0 && { eos_token_id: [...endTokens] }),
    ...(call.logprobs && {
      logits_processor: watchLogits(loaded, (logits) => {
        lastLogits = logits;
      }),
    }),
  });
  throwIfAborted(call.signal);
  give(stream.end());

  const { warning, logprobs: numbers } = readLogprobs(logprobs, call.logprobs === true);
  return {
    text: texts.join(''),
    finishReason: finishReasonOf(lastToken !== undefined && endTokens.includes(lastToken), tokens >= maxTokens),
    modelId: settings.model,
    usage: { inputTokens: prompt.length, outputTokens: tokens },
    ...(numbers && { logprobs: numbers }),
    warnings: [...prompt.warnings, ...(warning === undefined ? [] : [warning])],
  };
}

function roomAfter(promptTokens: number, contextTokens: number): number {
  if (promptTokens < contextTokens) return contextTokens - promptTokens;
  throw new ProviderError(
    NAME,
    'bad-request',
    `the prompt has ${promptTokens} tokens, and the model's context of ${contextTokens} has to hold the answer too; ` +
      'shorten the prompt or choose a model with a longer context',
  );
}

/** Runs the library's loop. What `take` throws ends it and comes out as it is. */
async function run(
  { library, model }: LoadedModel,
  signal: AbortSignal,
  take: (token: number) => void,
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const stopping = new library.InterruptableStoppingCriteria();
  const interrupt = (): void => stopping.interrupt();
  let thrown: { readonly error: unknown } | undefined;
  let isPrompt = true;
  const streamer = {
    put: ([tokens]: bigint[][]): void => {
      // The prompt comes first, in one piece.
      if (!isPrompt && !thrown) {
        try {
          take(Number(tokens?.[0]));
        } catch (error) {
          // Thrown through the library's loop it would leave the cache of the run behind on a GPU.
          thrown = { error };
          interrupt();
        }
      }
      isPrompt = false;
    },
    end: (): void => undefined,
  };
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    await model.generate({
      ...options,
      // The loop calls these two methods only; the declared type wants a streamer that decodes and prints.
      streamer: streamer as unknown as TextStreamer,
      stopping_criteria: [stopping],
    });
  } catch (error) {
    throwIfAborted(signal);
    throw new ProviderError(
      NAME,
      'bad-response',
      `the model cannot run: ${saidBy(error)}; its files may not fit together`,
      {
        cause: error,
      },
    );
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
  if (thrown) throw thrown.error;
}

/** A processor at the end of the library's own list that changes nothing and shows each token's logits. */
function watchLogits({ library }: LoadedModel, watch: (logits: Tensor) => void): LogitsProcessorList {
  class Watcher extends library.LogitsProcessor {
    override _call(_: bigint[][], logits: Tensor): Tensor {
      watch(logits);
      return logits;
    }
  }
  const list = new library.LogitsProcessorList();
  list.push(new Watcher());
  return list;
}

/**
 * The model's own log-probability of a token: the logits have been divided by the temperature by now, which is taken
 * back, so that answers of different temperatures compare.
 */
function logprobOf(token: number, logits: Tensor, { do_sample, temperature }: Sampling): number {
  const scale = do_sample ? temperature : 1;
  const data = logits.data as Float32Array;
  let peak = Number.NEGATIVE_INFINITY;
  for (const value of data) if (value > peak) peak = value;
  let sum = 0;
  for (const value of data) sum += Math.exp((value - peak) * scale);
  return ((data[token] ?? Number.NaN) - peak) * scale - Math.log(sum);
}

function finishReasonOf(ended: boolean, full: boolean): FinishReason {
  if (ended) return 'stop';
  return full ? 'length' : 'other';
}
