import { afterEach, describe, expect, it } from 'vitest';
import type { GenerateCall, TextProvider } from '../../../src/domain/index.js';
import { createOllamaProvider } from '../../../src/providers/index.js';
import {
  type FixtureServer,
  ollamaProtocol,
  type ScriptedReply,
  startFixtureServer,
} from '../../../src/testing/index.js';

const open: (FixtureServer | TextProvider)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((entry) => ('close' in entry ? entry.close() : entry.dispose?.())));
});

async function providerWith(script: readonly ScriptedReply[]): Promise<TextProvider> {
  const server = await startFixtureServer(ollamaProtocol('gemma3:1b', script));
  const provider = createOllamaProvider({ baseUrl: server.origin, model: 'gemma3:1b' });
  open.push(provider, server);
  return provider;
}

const call = (changes: Partial<GenerateCall> = {}): GenerateCall => ({
  messages: [{ role: 'user', content: 'What now?' }],
  signal: new AbortController().signal,
  ...changes,
});

describe('a fixture server of Ollama with a script', () => {
  it('gives its replies in order, token by token, with their probabilities', async () => {
    const provider = await providerWith([
      { text: 'Restart it – once.\nThen look.', probability: 0.5 },
      { text: 'No.' },
    ]);
    const deltas: string[] = [];
    const first = await provider.doGenerate(call({ logprobs: true, onDelta: (text) => deltas.push(text) }));
    expect(first).toMatchObject({ text: 'Restart it – once.\nThen look.', usage: { outputTokens: 6 } });
    expect(deltas).toEqual(['Restart', ' it', ' –', ' once.', '\nThen', ' look.']);
    expect(first.logprobs).toEqual(Array.from({ length: 6 }, () => Math.log(0.5)));
    const second = await provider.doGenerate(call());
    expect(second).toMatchObject({ text: 'No.' });
    expect(second.logprobs).toBeUndefined();
  });

  it('fails beyond the end of its script, and goes on being a server', async () => {
    const provider = await providerWith([{ text: 'Yes.' }]);
    await provider.doGenerate(call());
    await expect(provider.doGenerate(call())).rejects.toThrow(/script of this server ends after 1 replies/);
    expect(await provider.doHealth(new AbortController().signal)).toMatchObject({ healthy: true });
  });
});
