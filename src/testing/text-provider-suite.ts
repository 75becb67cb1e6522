import assert from 'node:assert/strict';
import { createDeadline } from '../core/deadline.js';
import { AbortedError, DeadlineExceededError, DisposedError, ProviderError } from '../core/errors.js';
import type { GenerateCall, GenerateResult, TextProvider, ToolDefinition } from '../domain/text/index.js';
import type { FaultExpectation, FaultName } from './faults.js';

/** A provider under test and what it talks to. */
export interface TextProviderSubject {
  readonly provider: TextProvider;
  /** Makes what the provider talks to misbehave; undefined ends it. Needed for `faults` only. */
  inject?(fault: FaultName | undefined): Promise<void>;
  /** Called after each test. */
  release(): Promise<void>;
}

export interface TextProviderSuiteOptions {
  /** `describe` and `it` of vitest, Jest or node:test. */
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
  /**
   * Makes the subject of one test. For a fault that hangs, the provider's own time limits should be short; for all
   * others long enough for a busy machine.
   */
  readonly create: (fault?: FaultName) => Promise<TextProviderSubject>;
  /** How a call ends with each fault. */
  readonly faults?: Readonly<Partial<Record<FaultName, FaultExpectation>>>;
  /** Milliseconds that a call with a fault has, unless it is to end at its deadline. Default 60 000. */
  readonly deadlineMs?: number;
}

/** Milliseconds after its deadline in which a call has to end. */
const TOLERANCE_MS = 2000;

/** Milliseconds for a call that is to end at its deadline. */
const SHORT_DEADLINE_MS = 300;

const FINISH_REASONS = ['stop', 'length', 'content-filter', 'other'];

/** Registers the tests that every text provider has to pass. */
export function textProviderSuite(options: TextProviderSuiteOptions): void {
  const { describe, it, create, faults = {}, deadlineMs = 60_000 } = options;

  const test = (name: string, body: (subject: TextProviderSubject) => Promise<void>, fault?: FaultName): void => {
    it(name, async () => {
      const subject = await create(fault);
      try {
        await body(subject);
      } finally {
        await subject.provider.dispose?.();
        await subject.release();
      }
    });
  };

  describe('text provider', () => {
    test('says who it is and what it can do', async ({ provider }) => {
      assert.equal(provider.specificationVersion, 'v1');
      assert.match(provider.name, /^[a-z][a-z0-9-]*$/);
      assert.notEqual(provider.modelId, '');
      const { recursion, toolCalls, jsonSchema, logprobs } = provider.capabilities;
      assert.ok(recursion === 'native' || recursion === 'none');
      for (const capability of [toolCalls, jsonSchema, logprobs]) assert.equal(typeof capability, 'boolean');
    });

    test('answers', async ({ provider }) => {
      checkResult(await provider.doGenerate(call()), provider);
    });

    test('streams what it answers', async ({ provider }) => {
      const deltas: string[] = [];
      const result = await provider.doGenerate(call({ onDelta: (text) => deltas.push(text) }));
      checkResult(result, provider);
      assert.equal(deltas.join(''), result.text);
    });

    test('gives log-probabilities and steps where it has them', async ({ provider }) => {
      const { logprobs, recursion } = provider.capabilities;
      const result = await provider.doGenerate(
        call({ ...(logprobs && { logprobs }), ...(recursion === 'native' && { recursion: { maxSteps: 2 } }) }),
      );
      checkResult(result, provider);
      if (logprobs) assert.ok(result.logprobs && result.logprobs.length > 0);
      if (recursion === 'native') assert.ok(result.steps && result.steps.length <= 2);
    });

    test('calls tools where it can', async ({ provider }) => {
      if (!provider.capabilities.toolCalls) return;
      for (const streamed of [false, true]) {
        const result = await provider.doGenerate(
          call({ tools: [RESTART], ...(streamed && { onDelta: () => undefined }) }),
        );
        assert.ok(result.toolCalls && result.toolCalls.length > 0, 'the server has to call the tool');
        for (const { name, arguments: given } of result.toolCalls) {
          assert.equal(name, RESTART.name);
          assert.ok(typeof given === 'object' && given !== null && !Array.isArray(given), 'arguments are an object');
        }
        assert.equal(result.finishReason, 'stop');
      }
    });

    test('answers several calls at once, and after one another', async ({ provider }) => {
      const results = await Promise.all(Array.from({ length: 8 }, () => provider.doGenerate(call())));
      results.push(await provider.doGenerate(call()));
      for (const result of results) checkResult(result, provider);
    });

    test('does nothing when the signal has fired before', async ({ provider }) => {
      await assert.rejects(provider.doGenerate(call({ signal: AbortSignal.abort() })), (error) =>
        AbortedError.isInstance(error),
      );
    });

    test('is healthy, and never throws while it finds out', async ({ provider }) => {
      const health = await provider.doHealth(new AbortController().signal);
      assert.deepEqual({ ...health, detail: '' }, { healthy: true, detail: '' });
      assert.notEqual(health.detail, '');
      assert.equal((await provider.doHealth(AbortSignal.abort())).healthy, false);
    });

    test('can be disposed twice, and is of no use after that', async ({ provider }) => {
      if (!provider.dispose) return;
      await provider.doGenerate(call());
      await Promise.all([provider.dispose(), provider.dispose()]);
      await assert.rejects(provider.doGenerate(call()), (error) => DisposedError.isInstance(error));
      assert.equal((await provider.doHealth(new AbortController().signal)).healthy, false);
    });
  });

  const entries = Object.entries(faults) as [FaultName, FaultExpectation][];
  if (entries.length === 0) return;
  describe('text provider with a server that fails', () => {
    test('ends at once when the caller aborts', async ({ provider, inject }) => {
      await inject?.('hang-in-body');
      const controller = new AbortController();
      const pending = provider.doGenerate(call({ signal: controller.signal }));
      setTimeout(() => controller.abort(new Error('changed my mind')), 50);
      await assert.rejects(pending, (error) => AbortedError.isInstance(error));
    });

    for (const [fault, expected] of entries) {
      const body = async ({ provider, inject }: TextProviderSubject): Promise<void> => {
        assert.ok(inject, 'faults need a subject with inject');
        await inject(fault);
        const timeoutMs = expected === 'deadline' ? SHORT_DEADLINE_MS : deadlineMs;
        for (const streamed of [false, true]) {
          const outcome = await settle(provider, timeoutMs, streamed);
          checkOutcome(outcome, provider, fault, expected);
        }
        await inject(undefined);
        checkResult(await recovered(provider), provider);
      };
      test(`ends as it should: ${fault}`, body, fault);
    }

    test('is unhealthy, not an exception, when the server is gone', async ({ provider, inject }) => {
      await inject?.('refused');
      const health = await provider.doHealth(new AbortController().signal);
      assert.equal(health.healthy, false);
      assert.notEqual(health.detail, '');
    });
  });
}

/** The answer after a fault has ended; on a busy machine short time limits can strike a healthy server too. */
async function recovered(provider: TextProvider): Promise<GenerateResult> {
  for (let left = 20; ; left--) {
    try {
      return await provider.doGenerate(call());
    } catch (error) {
      if (left === 0 || !ProviderError.isInstance(error) || error.reason !== 'timeout') throw error;
    }
  }
}

const RESTART: ToolDefinition = {
  name: 'pod-restart',
  description: 'Restart one pod.',
  parameters: {
    type: 'object',
    properties: { name: { type: 'string' }, namespace: { type: 'string' } },
    required: ['name', 'namespace'],
  },
};

/** A call that every provider can answer. */
function call(changes: Partial<GenerateCall> = {}): GenerateCall {
  return {
    messages: [{ role: 'user', content: 'The pod restarts over and over. What now?' }],
    signal: new AbortController().signal,
    ...changes,
  };
}

type Outcome = { readonly result: GenerateResult } | { readonly error: unknown };

async function settle(provider: TextProvider, timeoutMs: number, streamed: boolean): Promise<Outcome> {
  const deadline = createDeadline({ timeoutMs });
  let late = false;
  // A timer of the same event loop: a machine that stands still delays it as it delays the deadline.
  const timer = setTimeout(() => {
    late = true;
  }, timeoutMs + TOLERANCE_MS);
  const { logprobs } = provider.capabilities;
  const changes = { ...(logprobs && { logprobs }), ...(streamed && { onDelta: () => undefined }) };
  try {
    return { result: await provider.doGenerate(call({ ...changes, signal: deadline.signal })) };
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
    deadline.dispose();
    assert.ok(!late, `did not end within ${timeoutMs} ms`);
  }
}

function checkOutcome(outcome: Outcome, provider: TextProvider, fault: FaultName, expected: FaultExpectation): void {
  if (expected === 'answers') {
    if ('error' in outcome) throw outcome.error;
    checkResult(outcome.result, provider);
    if (fault === 'length-limit') assert.equal(outcome.result.finishReason, 'length');
    if (fault.startsWith('logprobs-')) {
      assert.equal(outcome.result.logprobs, undefined);
      assert.ok(outcome.result.warnings.some((warning) => warning.includes('log-probabilities')));
    }
    return;
  }
  assert.ok('error' in outcome, `answered, and should have failed as ${expected}`);
  const { error } = outcome;
  if (expected === 'deadline') {
    assert.ok(DeadlineExceededError.isInstance(error), `not at the deadline, but: ${String(error)}`);
    return;
  }
  assert.ok(ProviderError.isInstance(error), `no ProviderError: ${String(error)}`);
  assert.equal(error.reason, expected, error.message);
  assert.equal(error.provider, provider.name);
  assert.ok(error.message.startsWith(`${provider.name}: `));
}

function checkResult(result: GenerateResult, provider: TextProvider): void {
  assert.notEqual(result.text, '');
  assert.ok(FINISH_REASONS.includes(result.finishReason));
  assert.notEqual(result.modelId, '');
  for (const tokens of [result.usage.inputTokens, result.usage.outputTokens]) {
    assert.ok(tokens === undefined || (Number.isSafeInteger(tokens) && tokens >= 0));
  }
  for (const logprob of result.logprobs ?? []) assert.ok(Number.isFinite(logprob) && logprob <= 0);
  assert.ok(result.warnings.every((warning) => typeof warning === 'string' && warning !== ''));
  assert.equal(result.steps !== undefined, provider.capabilities.recursion === 'native');
  if (!result.steps) return;
  assert.equal(result.steps.at(-1)?.text, result.text);
  for (const { confidence } of result.steps) assert.ok(confidence >= 0 && confidence <= 1);
}
