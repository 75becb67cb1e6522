import { ConfigurationError } from '../../../core/errors.js';
import type { TextProvider } from '../../../domain/text/index.js';

/**
 * How functions are offered and called: as tools of the chat completions protocol or of Ollama; an answer held to a
 * JSON Schema; FunctionGemma's grammar, as tools where the provider takes them and as text where not; JSON that is only
 * asked for.
 */
export type Dialect = 'openai-tools' | 'ollama-tools' | 'json-schema' | 'function-gemma' | 'plain-json';

const DIALECTS: readonly string[] = ['openai-tools', 'ollama-tools', 'json-schema', 'function-gemma', 'plain-json'];

/**
 * The dialects to use with a provider, best first. With `auto` those that it has: a closed list of names in a JSON
 * Schema goes before tools, since no server can leave it, then plain JSON, which every model understands somehow.
 * FunctionGemma knows nothing but its own.
 *
 * @throws ConfigurationError for an unknown dialect, and for one that the provider does not have
 */
export function dialectsFor(provider: TextProvider, wanted: Dialect | 'auto'): readonly [Dialect, ...Dialect[]] {
  const { toolCalls, jsonSchema } = provider.capabilities;
  if (wanted === 'auto') {
    if (/function-?gemma/i.test(provider.modelId)) return ['function-gemma'];
    const tools: Dialect = provider.name === 'ollama' ? 'ollama-tools' : 'openai-tools';
    const better: Dialect[] = [...(jsonSchema ? (['json-schema'] as const) : []), ...(toolCalls ? [tools] : [])];
    const [first, ...others] = better;
    return first === undefined ? ['plain-json'] : [first, ...others, 'plain-json'];
  }
  if (!DIALECTS.includes(wanted)) {
    throw new ConfigurationError(`dialect: expected auto or one of ${DIALECTS.join(', ')}; received ${String(wanted)}`);
  }
  if (offersTools(wanted) && !toolCalls) {
    throw new ConfigurationError(`dialect: ${provider.name} cannot call tools; use plain-json or auto`);
  }
  if (wanted === 'json-schema' && !jsonSchema) {
    throw new ConfigurationError(
      `dialect: ${provider.name} cannot hold an answer to a JSON Schema; use plain-json or auto`,
    );
  }
  return [wanted];
}

export function offersTools(dialect: Dialect): boolean {
  return dialect === 'openai-tools' || dialect === 'ollama-tools';
}
