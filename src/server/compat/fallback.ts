import type { ChatMessage, GenerateCall, TextProvider, ToolDefinition } from '../../domain/index.js';
import { fitCall } from '../../providers/protocol/fit-call.js';
import { askProvider } from '../../remediation/selectors/function-calling/ask-provider.js';
import type { ServiceContext } from '../http/context.js';
import type { ServiceKernel } from '../service-route.js';
import { readTools } from './offer.js';
import type { Question, Reply, Turn } from './question.js';

/**
 * Passes a request on to a language model, with what that can do of it. Rejects with ProviderError, AbortedError or
 * DeadlineExceededError.
 */
export async function askFallback(
  kernel: ServiceKernel,
  provider: TextProvider,
  context: ServiceContext,
  question: Question,
  onDelta: ((text: string) => void) | undefined,
): Promise<Reply> {
  const { signal } = context.get('state');
  const { temperature, maxTokens, format } = question;
  const { call } = fitCall(
    {
      messages: question.turns.map(messageOf),
      tools: toolsFor(kernel, question),
      jsonSchema: typeof format === 'object' ? format : format && { type: 'object' },
      temperature,
      maxTokens,
      ...(onDelta && { onDelta }),
      signal,
    } satisfies GenerateCall,
    provider.capabilities,
  );
  const result = await askProvider(provider, call);
  kernel.audit(context, { action: 'reason', model: result.modelId, outcome: 'fallback' });
  const { text, toolCalls: calls = [], finishReason: finish, modelId: by, usage } = result;
  return { by, text, calls, finish, usage };
}

/** Providers know no role for the result of a tool, so calls and results are told in words. */
function messageOf({ role, text, calls }: Turn): ChatMessage {
  if (role === 'tool') return { role: 'user', content: `Result of the call:\n${text}` };
  const told = calls.map(({ name, arguments: given }) => `Called ${name} with ${JSON.stringify(given)}.`);
  return { role, content: [...(text === '' ? [] : [text]), ...told].join('\n') };
}

function toolsFor(kernel: ServiceKernel, { tools, toolChoice }: Question): readonly ToolDefinition[] | undefined {
  if (tools.length === 0 || toolChoice === 'none') return undefined;
  const { catalog } =
    typeof toolChoice === 'object'
      ? readTools(kernel, tools, toolChoice.name).catalog
      : kernel.readCatalog(tools, 'tools');
  return catalog.map(({ name, description, parameters }) => ({ name, description, parameters }));
}
