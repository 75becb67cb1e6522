import { z } from 'zod';
import type { ProviderFailure } from '../core/errors.js';
import type { ChatMessage, GenerateCall, GenerateResult, Health, TextProvider } from '../domain/text/index.js';
import { createHttpClient, type HttpClient } from '../http/client.js';
import type { HttpOptions } from '../http/options.js';
import { isHtml } from '../http/server-text.js';
import { checkHealth } from './protocol/health.js';
import { readWire } from './protocol/read-wire.js';

export interface RemoteProviderOptions {
  /** Where `/reason` and `/healthz` of an agent-trm service are. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`; left out where the service asks for none. */
  readonly apiKey?: string | undefined;
  readonly http?: HttpOptions | undefined;
}

const NAME = 'remote';

const confidence = z.number().min(0).max(1);

/** The answer of POST /reason. */
const reasonAnswer = z.object({
  answer: z.string(),
  confidence,
  steps: z.array(z.object({ answer: z.string(), confidence })),
  model: z.string().min(1),
});

/**
 * A provider for an agent-trm service, whose model recurses by itself and reports every supervision step.
 *
 * @throws ConfigurationError for an option that cannot be used
 */
export function createRemoteProvider(options: RemoteProviderOptions): TextProvider {
  const { baseUrl, apiKey } = options;
  const advise = (failure: ProviderFailure): string | undefined =>
    failure === 'unauthorized' ? 'give an apiKey that this service accepts' : undefined;
  const http = createHttpClient({ provider: NAME, baseUrl, apiKey, http: options.http, advise });
  return {
    specificationVersion: 'v1',
    name: NAME,
    // The service chooses its model; each result names the one that answered.
    modelId: NAME,
    capabilities: { recursion: 'native', toolCalls: false, jsonSchema: false, logprobs: false },
    doGenerate: (call) => generate(http, call),
    doHealth: (signal) => checkHealth(() => ask(http, signal)),
    dispose: () => http.dispose(),
  };
}

async function generate(http: HttpClient, call: GenerateCall): Promise<GenerateResult> {
  const body = {
    prompt: promptOf(call.messages),
    context: call.context ?? {},
    ...(call.recursion && { max_steps: call.recursion.maxSteps }),
    ...(call.recursion?.stopConfidence !== undefined && { stop_confidence: call.recursion.stopConfidence }),
  };
  const value = await http.json({ method: 'POST', path: '/reason', body, signal: call.signal });
  const answer = readWire(http, 'an answer', reasonAnswer, value);
  const steps = answer.steps.map((step) => ({ text: step.answer, confidence: step.confidence }));
  const last = steps.at(-1);
  if (last && (last.text !== answer.answer || last.confidence !== answer.confidence)) {
    throw http.failure('bad-response', `${http.origin} sent an answer that is not that of its last step`);
  }
  call.onDelta?.(answer.answer);
  return {
    text: answer.answer,
    finishReason: 'stop',
    modelId: answer.model,
    usage: {},
    steps: last ? steps : [{ text: answer.answer, confidence: answer.confidence }],
    warnings: unusedOptions(call).map((option) => `${option} has no meaning for a recursive model and was left out`),
  };
}

/** The service takes one text: that of a single message, else every message with its role. */
function promptOf(messages: readonly ChatMessage[]): string {
  const [only] = messages;
  if (only && messages.length === 1) return only.content;
  return messages.map(({ role, content }) => `${role}: ${content}`).join('\n\n');
}

function unusedOptions(call: GenerateCall): string[] {
  const names = ['temperature', 'maxTokens', 'jsonSchema', 'tools', 'logprobs'] as const;
  return names.filter((name) => call[name] !== undefined && call[name] !== false);
}

async function ask(http: HttpClient, signal: AbortSignal): Promise<Health> {
  const text = await http.text({ method: 'GET', path: '/healthz', signal });
  return isHtml(text)
    ? { healthy: false, detail: `${http.origin} answers with a web page; is it an agent-trm service?` }
    : { healthy: true, detail: `${http.origin} is ready` };
}
