import { ProviderError } from '../../../core/errors.js';
import { untilAborted } from '../../../core/until-aborted.js';
import {
  type GenerateCall,
  type GenerateResult,
  generateResultSchema,
  type TextProvider,
} from '../../../domain/text/index.js';

/**
 * Asks a provider once. An empty answer is one: what it means is for its reader to say.
 *
 * @throws ProviderError `bad-response` for a result that breaks the contract; AbortedError or DeadlineExceededError
 *   when the call's signal fires, whether the provider heeds it or not; what the provider throws
 */
export async function askProvider(provider: TextProvider, call: GenerateCall): Promise<GenerateResult> {
  const raw = await untilAborted(() => provider.doGenerate(call), call.signal);
  const checked = generateResultSchema.safeParse(raw);
  if (checked.success) return checked.data;
  const where = checked.error.issues[0]?.path.join('.') || 'the result';
  throw new ProviderError(provider.name, 'bad-response', `gave a result that breaks its contract at ${where}`);
}
