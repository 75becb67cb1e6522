import { ProviderError } from '../../core/errors.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { GenerateCall, GenerateResult, TextProvider } from '../../domain/index.js';
import { generateResultSchema } from '../../domain/text/index.js';

/**
 * Asks a provider once and checks what it gives.
 *
 * @throws ProviderError with reason `bad-response` when the result breaks the contract or has no text, unless tools
 *   were offered and it calls one; AbortedError or DeadlineExceededError when the call's signal fires, whether the
 *   provider heeds it or not; what the provider throws
 */
export async function callProvider(provider: TextProvider, call: GenerateCall): Promise<GenerateResult> {
  const raw = await untilAborted(() => provider.doGenerate(call), call.signal);
  const checked = generateResultSchema.safeParse(raw);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    const where = issue?.path.join('.') || 'the result';
    throw new ProviderError(provider.name, 'bad-response', `gave a result that breaks its contract at ${where}`);
  }
  const callsTool = (call.tools?.length ?? 0) > 0 && (checked.data.toolCalls?.length ?? 0) > 0;
  if (checked.data.text.trim() === '' && !callsTool) {
    throw new ProviderError(
      provider.name,
      'bad-response',
      `gave an empty answer (finish reason ${checked.data.finishReason})`,
    );
  }
  return checked.data;
}
