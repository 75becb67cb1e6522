import { z } from 'zod';
import type { GenerateResult } from './text-provider.js';

const tokenCount = z.int().min(0).optional();

/** What a provider must give; one that comes from outside this package is not believed unseen. */
export const generateResultSchema = z.object({
  text: z.string(),
  toolCalls: z
    .array(z.object({ name: z.string(), arguments: z.unknown() }).readonly())
    .readonly()
    .optional(),
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
