import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDeadline } from '../../../src/core/deadline.js';
import { AbortedError, ConfigurationError, DeadlineExceededError, DisposedError } from '../../../src/core/errors.js';
import type { GenerateCall, TextProvider } from '../../../src/domain/text/index.js';
import { createTransformersProvider, type TransformersProviderOptions } from '../../../src/providers/index.js';
import { textProviderSuite } from '../../../src/testing/index.js';
import {
  ANSWER,
  ANSWER_TOKENS,
  ENDLESS,
  PLAIN_ANSWER,
  RANDOM,
  TEMPLATE,
  TEMPLATE_WITHOUT_SYSTEM,
  writeTinyModel,
} from './tiny-language-model.js';

let root: string;
const created: TextProvider[] = [];

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'agent-trm-transformers-'));
  await writeTinyModel(path.join(root, 'chat'));
});

afterAll(async () => {
  await Promise.all(created.map((provider) => provider.dispose?.()));
  await rm(root, { recursive: true, force: true });
});

function provider(options: Partial<TransformersProviderOptions> = {}): TextProvider {
  const made = createTransformersProvider({ model: path.join(root, 'chat'), threads: 1, ...options });
  created.push(made);
  return made;
}

/** The model of the tests that leave no trace in it; loading it takes longer than what it says. */
let shared: TextProvider | undefined;
function sharedProvider(): TextProvider {
  shared ??= provider();
  return shared;
}

function ask(content: string, changes: Partial<GenerateCall> = {}): GenerateCall {
  return { messages: [{ role: 'user', content }], signal: new AbortController().signal, ...changes };
}

/** The next turn of the event loop that a call which runs without end leaves to others. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

textProviderSuite({
  describe,
  it,
  create: async () => ({ provider: provider(), release: () => Promise.resolve() }),
});

describe('an answer', () => {
  it('is what the model says, with its tokens counted and the end reached', async () => {
    const deltas: string[] = [];
    const result = await sharedProvider().doGenerate(ask('What now?', { onDelta: (text) => deltas.push(text) }));
    expect(result).toEqual({
      text: ANSWER,
      finishReason: 'stop',
      modelId: path.join(root, 'chat'),
      usage: { inputTokens: expect.any(Number), outputTokens: ANSWER_TOKENS },
      warnings: [],
    });
    // A character of three tokens comes whole.
    expect(deltas).toContain('✓');
    expect(deltas.length).toBeGreaterThan(5);
  });

  it('ends at maxTokens, of the call or else of the provider', async () => {
    const called = await sharedProvider().doGenerate(ask('What now?', { maxTokens: 3 }));
    expect(called).toMatchObject({ text: 'check the memory', finishReason: 'length', usage: { outputTokens: 3 } });
    const made = await provider({ maxTokens: 2 }).doGenerate(ask('What now?'));
    expect(made).toMatchObject({ text: 'check the', finishReason: 'length', usage: { outputTokens: 2 } });
  });

  it('takes the likeliest token at temperature 0 and draws others above it', async () => {
    const words = async (temperature: number): Promise<Set<string>> => {
      const { text } = await sharedProvider().doGenerate(ask(RANDOM, { temperature, maxTokens: 60 }));
      return new Set(text.split(' '));
    };
    expect(await words(0)).toEqual(new Set(['heads']));
    expect(await words(2)).toEqual(new Set(['heads', 'tails']));
  });

  it("samples as the model's generation_config.json says when the call names no temperature", async () => {
    const folder = path.join(root, 'sampling');
    await writeTinyModel(folder, { template: TEMPLATE, generation: { do_sample: true, temperature: 2 } });
    const { text } = await provider({ model: folder }).doGenerate(ask(RANDOM, { maxTokens: 60 }));
    expect(new Set(text.split(' '))).toEqual(new Set(['heads', 'tails']));
  });

  it("has the model's own log-probabilities at every temperature", async () => {
    const expected: Record<string, number> = { heads: -Math.log1p(Math.exp(-2)), tails: -Math.log1p(Math.exp(2)) };
    for (const temperature of [0, 2]) {
      const { text, logprobs } = await sharedProvider().doGenerate(
        ask(RANDOM, { temperature, maxTokens: 8, logprobs: true }),
      );
      const wanted = text.split(' ').map((word) => expected[word] ?? Number.NaN);
      expect(logprobs).toHaveLength(8);
      for (const [index, logprob] of (logprobs ?? []).entries())
        expect(logprob).toBeCloseTo(wanted[index] as number, 4);
    }
  });

  it('says when a JSON Schema cannot be honoured', async () => {
    const { warnings } = await sharedProvider().doGenerate(ask('What now?', { jsonSchema: { type: 'object' } }));
    expect(warnings).toEqual([expect.stringContaining('JSON Schema')]);
  });
});

describe('the prompt', () => {
  const system = { role: 'system', content: 'python' } as const;
  const user = { role: 'user', content: 'python' } as const;

  it('follows the chat template', async () => {
    const one = await sharedProvider().doGenerate(ask('', { messages: [user] }));
    const three = await sharedProvider().doGenerate(
      ask('', { messages: [system, user, { role: 'assistant', content: 'python' }, user] }),
    );
    // Role, word and end of each message, and the role that is to answer.
    expect(one.usage.inputTokens).toBe(4);
    expect(three.usage.inputTokens).toBe(13);
  });

  it('has the system message before the next one where the template refuses it', async () => {
    const folder = path.join(root, 'no-system');
    await writeTinyModel(folder, { template: TEMPLATE_WITHOUT_SYSTEM });
    const made = provider({ model: folder });
    const remembered = await made.doGenerate(
      ask('', { messages: [{ role: 'system', content: RANDOM }, user], maxTokens: 1 }),
    );
    expect(remembered).toMatchObject({ text: 'heads', warnings: [expect.stringContaining('no system message')] });
    expect((await made.doGenerate(ask('What now?'))).warnings).toEqual([]);
  });

  it('is plain text for a model without a template, unless one is given', async () => {
    const folder = path.join(root, 'plain');
    await writeTinyModel(folder, {});
    const plain = await provider({ model: folder }).doGenerate(ask('What now?'));
    expect(plain).toMatchObject({ text: PLAIN_ANSWER, finishReason: 'stop' });
    const given = await provider({ model: folder, chatTemplate: TEMPLATE }).doGenerate(ask('What now?'));
    expect(given.text).toBe(ANSWER);
  });

  it('that the template refuses is a bad request', async () => {
    const chatTemplate = "{{ raise_exception('roles must alternate') }}";
    await expect(provider({ chatTemplate }).doGenerate(ask('What now?'))).rejects.toMatchObject({
      reason: 'bad-request',
      message: expect.stringContaining('roles must alternate'),
    });
  });

  it('leaves room for the answer in the context, or is a bad request', async () => {
    const folder = path.join(root, 'short');
    await writeTinyModel(folder, { template: TEMPLATE, contextTokens: 6 });
    const made = provider({ model: folder });
    expect(await made.doGenerate(ask('python', { maxTokens: 100 }))).toMatchObject({
      text: 'check the',
      finishReason: 'length',
    });
    await expect(made.doGenerate(ask('python python python'))).rejects.toMatchObject({
      reason: 'bad-request',
      message: expect.stringMatching(/6 tokens.*context of 6/),
    });
  });
});

describe('a call that runs', () => {
  it('ends when the caller aborts, and leaves the model to the next one', async () => {
    const made = provider();
    const controller = new AbortController();
    let heard = 0;
    const pending = made.doGenerate(
      ask(ENDLESS, {
        signal: controller.signal,
        onDelta: () => {
          heard++;
          if (heard === 3) controller.abort();
        },
      }),
    );
    await expect(pending).rejects.toSatisfy((error) => AbortedError.isInstance(error));
    expect((await made.doGenerate(ask('What now?'))).text).toBe(ANSWER);
    expect(heard).toBe(3);
  });

  it('ends at its deadline, since the event loop gets its turn between tokens', async () => {
    const made = provider();
    await made.doGenerate(ask('What now?'));
    using deadline = createDeadline({ timeoutMs: 100 });
    const pending = made.doGenerate(ask(ENDLESS, { signal: deadline.signal, maxTokens: 2000 }));
    await expect(pending).rejects.toSatisfy((error) => DeadlineExceededError.isInstance(error));
  });

  it('makes others wait, who can give up waiting', async () => {
    const made = provider();
    await made.doGenerate(ask('What now?'));
    const first = new AbortController();
    const second = new AbortController();
    const order: string[] = [];
    const running = made.doGenerate(ask(ENDLESS, { signal: first.signal, maxTokens: 2000 }));
    const waiting = made.doGenerate(ask('What now?', { signal: second.signal, onDelta: () => order.push('second') }));
    const third = made.doGenerate(ask('What now?', { onDelta: () => order.push('third') }));
    await nextTurn();
    second.abort();
    await expect(waiting).rejects.toSatisfy((error) => AbortedError.isInstance(error));
    expect(order).toEqual([]);
    first.abort();
    await expect(running).rejects.toSatisfy((error) => AbortedError.isInstance(error));
    expect((await third).text).toBe(ANSWER);
    expect(new Set(order)).toEqual(new Set(['third']));
  });

  it('passes on what onDelta throws, and goes no further', async () => {
    const made = provider();
    const onDelta = vi.fn(() => {
      throw new RangeError('no space left');
    });
    await expect(made.doGenerate(ask(ENDLESS, { onDelta, maxTokens: 50 }))).rejects.toThrow(RangeError);
    expect(onDelta).toHaveBeenCalledTimes(1);
    expect((await made.doGenerate(ask('What now?'))).text).toBe(ANSWER);
  });

  it('is finished before dispose() is', async () => {
    const made = provider();
    await made.doGenerate(ask('What now?'));
    let answered = false;
    const pending = made.doGenerate(ask(ENDLESS, { maxTokens: 30 })).then(() => {
      answered = true;
    });
    await made.dispose?.();
    expect(answered).toBe(true);
    await pending;
    await expect(made.doGenerate(ask('What now?'))).rejects.toSatisfy((error) => DisposedError.isInstance(error));
  });
});

it.each([
  ['model', { model: ' ' }],
  ['model', { model: 'models/of/mine' }],
  ['device', { device: 'tpu' as never }],
  ['dtype', { dtype: 'q3' as never }],
  ['dtype', { dtype: { model: 'q3' as never } }],
  ['maxTokens', { maxTokens: 0 }],
  ['threads', { threads: 1.5 }],
  ['revision', { revision: '' }],
])('refuses a wrong %s', (option, changes) => {
  expect(() => provider(changes)).toThrow(ConfigurationError);
  expect(() => provider(changes)).toThrow(new RegExp(`^${option}: expected`));
});
