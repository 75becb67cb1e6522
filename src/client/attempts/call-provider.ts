import { z } from 'zod';
import { ProviderError } from '../../core/errors.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { GenerateCall, GenerateResult, TextProvider } from '../../domain/index.js';

const tokenCount = z.int().min(0).optional();

/** What a provider must give; one that comes from outside this package is not believed unseen. */
const resultSchema = z.object({
  text: z.string(),
  finishReason: z.enum(['stop', 'length', 'content-filter', 'other']),
  modelId: z.string(),
  usage: z.object({ inputTokens: tokenCount, outputTokens: tokenCount }),
  // -Infinity is the log-probability of a token that the model had ruled out, which zod's number refuses.
  logprobs: z
    .array(z.custom<number>((value) => typeof value === 'number'))
    .readonly()
    .optional(),
  steps: z
    .array(z.object({ text: z.string(), confidence: z.number().min(0).max(1) }).readonly())
    .readonly()
    .optional(),
  warnings: z.array(z.string()).readonly(),
}) satisfies z.ZodType<GenerateResult>;

/**
 * Asks a provider once and checks what it gives.
 *
 * @throws ProviderError with reason `bad-response` when the result breaks the contract or has no text; AbortedError or
 *   DeadlineExceededError when the call's signal fires, whether the provider heeds it or not; what the provider throws
 */
export async function callProvider(provider: TextProvider, call: GenerateCall): Promise<GenerateResult> {
  const raw = await untilAborted(() => provider.doGenerate(call), call.signal);
  const checked = resultSchema.safeParse(raw);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    const where = issue?.path.join('.') || 'the result';
    throw new ProviderError(provider.name, 'bad-response', `gave a result that breaks its contract at ${where}`);
  }
  if (checked.data.text.trim() === '') {
    throw new ProviderError(
      provider.name,
      'bad-response',
      `gave an empty answer (finish reason ${checked.data.finishReason})`,
    );
  }
  return checked.data;
}
