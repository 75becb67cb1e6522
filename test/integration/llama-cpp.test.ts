import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AbortedError, type GenerateCall, ProviderError, type TextProvider, TRMClient } from '../../src/index.js';
import { createOllamaProvider, createOpenAICompatibleProvider } from '../../src/providers/index.js';
import { createFakeTextProvider } from '../../src/testing/index.js';
import { tinyGguf } from './llama-cpp/tiny-gguf.js';

const CONTEXT = 2048;
const SCHEMA = {
  type: 'object',
  properties: { healthy: { type: 'boolean' }, reason: { type: 'string', maxLength: 20 } },
  required: ['healthy', 'reason'],
  additionalProperties: false,
};

interface EngineServer {
  readonly origin: string;
  readonly process: ChildProcess;
  /** Tokens of the completions so far, in order. */
  readonly completed: readonly number[];
}

/** The engine is a binary for some platforms only. */
const skipped = (() => {
  const require = createRequire(import.meta.url);
  try {
    require.resolve(`@fugood/node-llama-${process.platform}-${process.arch}`);
  } catch {
    return 'skipped: it has no build for this platform';
  }
  return undefined;
})();
const title = `providers before a real llama.cpp${skipped === undefined ? '' : ` (${skipped})`}`;

let folder: string;
let engine: EngineServer;
const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function startEngine(): Promise<EngineServer> {
  const script = fileURLToPath(new URL('llama-cpp/serve.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, join(folder, 'tiny.gguf'), String(CONTEXT)], {
    // The engine writes pages of details to its error output.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout! });
  const completed: number[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the engine's server ended with ${code} before it listened`)));
    lines.on('line', (line) => {
      if (!line.startsWith('{')) return;
      const message = JSON.parse(line) as { port?: number; completed?: number };
      if (message.port !== undefined) resolve(message.port);
      if (message.completed !== undefined) completed.push(message.completed);
    });
  });
  return { origin: `http://127.0.0.1:${port}`, process: child, completed };
}

const ollama = ({ origin }: EngineServer): TextProvider =>
  createOllamaProvider({ baseUrl: origin, model: 'tiny', numCtx: CONTEXT });
const completions = ({ origin }: EngineServer): TextProvider =>
  createOpenAICompatibleProvider({ baseUrl: `${origin}/v1`, model: 'tiny' });

const call = (options: Partial<GenerateCall> = {}): GenerateCall => ({
  messages: [{ role: 'user', content: 'Is Loki healthy?' }],
  temperature: 0,
  maxTokens: 24,
  signal: AbortSignal.timeout(120_000),
  ...options,
});

beforeAll(async () => {
  if (skipped !== undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'agent-trm-llama-'));
  await writeFile(join(folder, 'tiny.gguf'), tinyGguf(42));
  engine = await startEngine();
});

beforeEach(async () => {
  // A test that is tried again must not find the engine that it killed.
  if (skipped === undefined && hasEnded(engine.process)) engine = await startEngine();
});

afterAll(async () => {
  if (skipped !== undefined) return;
  engine.process.kill();
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(skipped !== undefined)(title, () => {
  it('stream the same answer over both protocols, with the log-probability of every token', async () => {
    const results = [];
    for (const provider of [ollama(engine), completions(engine)]) {
      expect(await provider.doHealth(AbortSignal.timeout(60_000))).toMatchObject({ healthy: true });
      const deltas: string[] = [];
      const streamed = await provider.doGenerate(call({ logprobs: true, onDelta: (text) => void deltas.push(text) }));
      const whole = await provider.doGenerate(call({ logprobs: true }));
      expect(deltas.join('')).toBe(streamed.text);
      expect(deltas.length).toBeGreaterThan(1);
      expect(whole).toEqual(streamed);
      expect(streamed).toMatchObject({ finishReason: 'length', warnings: [] });
      expect(streamed.usage.inputTokens).toBeGreaterThan(20);
      expect(streamed.logprobs).toHaveLength(streamed.usage.outputTokens!);
      for (const logprob of streamed.logprobs!) expect(logprob).toBeLessThanOrEqual(0);
      results.push([streamed.text, streamed.usage, streamed.logprobs]);
      await provider.dispose!();
    }
    expect(results[0]).toEqual(results[1]);
  });

  it('hold an untrained model to a JSON Schema', async () => {
    for (const provider of [ollama(engine), completions(engine)]) {
      const { text, finishReason } = await provider.doGenerate(call({ jsonSchema: SCHEMA, maxTokens: 200 }));
      expect(finishReason).toBe('stop');
      expect(JSON.parse(text)).toEqual({ healthy: expect.any(Boolean), reason: expect.any(String) });
      await provider.dispose!();
    }
  });

  it('stop the engine when the caller gives up', async () => {
    for (const provider of [ollama(engine), completions(engine)]) {
      const before = engine.completed.length;
      const controller = new AbortController();
      const answer = provider.doGenerate(
        call({ maxTokens: 1500, signal: controller.signal, onDelta: () => controller.abort() }),
      );
      await expect(answer).rejects.toThrow(AbortedError);
      await expect.poll(() => engine.completed.length, { timeout: 60_000 }).toBe(before + 1);
      expect(engine.completed.at(-1)).toBeLessThan(1500);
      await provider.dispose!();
    }
  });

  it('give a client answers, refinements and a confidence of their log-probabilities', async () => {
    await using client = new TRMClient({ providers: [ollama(engine)], timeoutMs: 120_000 });
    const response = await client.generate({
      prompt: 'Is Loki healthy?',
      context: { metrics: { up: 1 } },
      temperature: 0.8,
      maxTokens: 40,
      maxReflectionSteps: 2,
      reflectionMode: 'always',
    });
    expect(response).toMatchObject({ provider: 'ollama', reflectionSteps: 2, stopReason: 'max-steps' });
    expect(response.answer).not.toBe('');
    for (const { evidence, confidence } of response.reflectionTrace) {
      expect(evidence.logprob).toBeGreaterThan(0);
      expect(evidence.logprob).toBeLessThanOrEqual(1);
      expect(confidence).toBeLessThan(0.85);
    }
  });

  it('lose an engine that is killed in the middle of an answer, and the next provider answers', async () => {
    const provider = completions(engine);
    const { process: server } = engine;
    const lost = provider.doGenerate(call({ maxTokens: 1500, onDelta: () => void server.kill('SIGKILL') }));
    await expect(lost).rejects.toThrow(ProviderError);
    expect(server.killed).toBe(true);
    if (!hasEnded(server)) await once(server, 'exit');

    const next = createFakeTextProvider(['Loki is up.'], { name: 'next' });
    await using client = new TRMClient({ providers: [provider, next], timeoutMs: 120_000 });
    const response = await client.generate({ prompt: 'Is Loki healthy?', reflectionMode: 'never' });
    expect(response).toMatchObject({ answer: 'Loki is up.', provider: 'next' });
    expect(response.attempts.map(({ provider: name, outcome }) => [name, outcome])).toEqual([
      ['openai-compatible', 'failed'],
      ['next', 'answered'],
    ]);
    await provider.dispose!();
  });
});
