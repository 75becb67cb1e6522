import { describe, expect, it } from 'vitest';
import { ConfigurationError, ProviderError } from '../../../../../src/core/errors.js';
import type { SelectorOutcome } from '../../../../../src/domain/index.js';
import {
  createFunctionCallingSelector,
  type FunctionCallingOptions,
} from '../../../../../src/remediation/selectors/function-calling.js';
import { createFakeTextProvider, type FakeReply } from '../../../../../src/testing/index.js';
import { ANSWER, alertOf, run, TOOLS, toolReply } from './subject.js';

describe('confidence', () => {
  const confidenceWith = async (
    reply: FakeReply,
    options: Partial<FunctionCallingOptions> = {},
    second?: FakeReply,
  ) => {
    const { outcome, provider } = await run(second ? [reply, second] : [reply], {
      fake: { capabilities: { ...TOOLS, logprobs: true } },
      ...options,
    });
    return { confidence: outcome.kind === 'selected' ? outcome.confidence : Number.NaN, provider };
  };

  it('follows the probability of the tokens, not what the model says of itself', async () => {
    const sure = { ...toolReply('pod-restart'), logprobs: [Math.log(0.99)] };
    const unsure = { ...toolReply('pod-restart'), logprobs: [Math.log(0.5)] };
    const boast = { text: JSON.stringify({ ...JSON.parse(ANSWER), confidence: 1, reasoning: 'Certain.' }) };
    const { confidence: high, provider } = await confidenceWith(sure);
    expect(provider.calls[0]).toMatchObject({ logprobs: true });
    expect(high).toBeGreaterThan(0.85);
    expect((await confidenceWith(unsure)).confidence).toBeLessThan(0.5);
    expect((await confidenceWith(boast)).confidence).toBe((await confidenceWith({ text: ANSWER })).confidence);
  });

  it('follows a second sample where one is asked for', async () => {
    const reply = toolReply('pod-restart');
    const alone = await confidenceWith(reply);
    const agreed = await confidenceWith(reply, { samples: 2 }, reply);
    const differs = await confidenceWith(reply, { samples: 2 }, toolReply('none'));
    const failed = await confidenceWith(reply, { samples: 2 }, { error: new ProviderError('fake', 'timeout', 'late') });
    expect(agreed.provider.calls.map(({ temperature }) => temperature)).toEqual([0, 0.7]);
    expect(agreed.confidence).toBeGreaterThan(alone.confidence);
    expect(differs.confidence).toBeLessThan(alone.confidence);
    expect(failed.confidence).toBe(alone.confidence);
  });

  it('is lower for a value that no label holds', async () => {
    const scale = { name: 'shop', namespace: 'shop' };
    const alert = alertOf({ deployment: 'shop', namespace: 'shop' });
    const of = async (args: object): Promise<SelectorOutcome> =>
      (await run([toolReply('scale-deployment', args)], { alert, fake: { capabilities: TOOLS } })).outcome;
    const ruled = await of(scale);
    const free = await of({ ...scale, replicas: 7 });
    expect(free).toMatchObject({ parameters: { replicas: 7 }, parameterOrigins: { replicas: { kind: 'proposal' } } });
    expect(free.confidence).toBeLessThan(ruled.confidence as number);
  });

  it('can be calibrated', async () => {
    const calibration = {
      intercept: 2,
      logprob: { weight: 0, offset: 0 },
      agreement: { same: 0, different: 0 },
      repaired: 0,
      loose: 0,
      notFromAlert: 0,
    };
    const { confidence } = await confidenceWith(toolReply('pod-restart'), { calibration });
    expect(confidence).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
  });

  it.each([
    [{ maxTokens: 0 }, 'maxTokens'],
    [{ contextTokens: 100 }, 'contextTokens'],
    [{ repairs: 2 as 1 }, 'repairs'],
    [{ samples: 0 as 1 }, 'samples'],
    [{ calibration: { intercept: Number.NaN } as never }, 'calibration.intercept'],
    [{ calibration: { intercept: 0 } as never }, 'calibration.logprob.weight'],
  ])('and every other option is checked: %j', (options, name) => {
    const make = () => createFunctionCallingSelector({ provider: createFakeTextProvider([]), ...options });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(name);
  });
});
