import type { Tensor } from '@huggingface/transformers';
import { ProviderError } from '../../core/errors.js';
import type { ChatMessage } from '../../domain/text/index.js';
import { saidBy } from './failure.js';
import { NAME } from './load-library.js';
import type { LoadedModel } from './load-model.js';

export interface EncodedPrompt {
  readonly inputs: { readonly input_ids: Tensor; readonly attention_mask: Tensor };
  /** Tokens of the prompt. */
  readonly length: number;
  readonly warnings: readonly string[];
}

const HEADINGS: Readonly<Record<ChatMessage['role'], string>> = {
  system: 'System',
  user: 'User',
  assistant: 'Assistant',
};

/**
 * Renders a conversation as the model has learned it, by the chat template; without one as plain text with a heading
 * before each message. A template that refuses a system message gets it at the head of the next message instead, with
 * a warning.
 *
 * @throws ProviderError `bad-request` when the template refuses the conversation all the same
 */
export function encodePrompt(loaded: LoadedModel, messages: readonly ChatMessage[]): EncodedPrompt {
  const { tokenizer, chatTemplate } = loaded;
  const encode = (conversation: readonly ChatMessage[]): EncodedPrompt['inputs'] =>
    chatTemplate === undefined && !tokenizer.chat_template
      ? tokenizer(renderPlain(conversation))
      : tokenizer.apply_chat_template([...conversation], {
          add_generation_prompt: true,
          ...(chatTemplate !== undefined && { chat_template: chatTemplate }),
        });
  let warnings: readonly string[] = [];
  let inputs: EncodedPrompt['inputs'];
  try {
    inputs = encode(messages);
  } catch (refusal) {
    if (!messages.some(({ role }) => role === 'system')) throw refused(refusal);
    try {
      inputs = encode(withoutSystem(messages));
      warnings = ["the model's chat template has no system message, so it was put before the next message"];
    } catch {
      throw refused(refusal);
    }
  }
  return { inputs, length: inputs.input_ids.dims.at(-1) ?? 0, warnings };
}

function refused(error: unknown): ProviderError {
  return new ProviderError(
    NAME,
    'bad-request',
    `the model's chat template refuses the messages: ${saidBy(error)}; most want user and assistant in turn, user first`,
    { cause: error },
  );
}

/** Every system message at the head of the message that follows; one that none follows becomes a user's. */
function withoutSystem(messages: readonly ChatMessage[]): ChatMessage[] {
  const result: ChatMessage[] = [];
  let pending: string[] = [];
  for (const { role, content } of messages) {
    if (role === 'system') {
      pending.push(content);
      continue;
    }
    result.push({ role, content: [...pending, content].join('\n\n') });
    pending = [];
  }
  if (pending.length > 0) result.push({ role: 'user', content: pending.join('\n\n') });
  return result;
}

function renderPlain(messages: readonly ChatMessage[]): string {
  return [...messages.map(({ role, content }) => `${HEADINGS[role]}: ${content}`), `${HEADINGS.assistant}:`].join(
    '\n\n',
  );
}
