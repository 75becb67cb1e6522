import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerPrompt, answerReserve, critiquePrompt, refinePrompt } from '../../../src/client/prompts/prompts.js';
import { allocateTokens, cutMiddle, estimateMessages, estimateTokens } from '../../../src/core/prompt/token-budget.js';
import { createBoundary } from '../../../src/core/prompt/untrusted-data.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .tuple(fc.constantFrom('word ', 'é', '漢字', '😀', '<<<', '{"a":'), fc.integer({ min: 0, max: 2_000 }))
    .map(([unit, count]) => unit.repeat(count).slice(0, 8_192)),
);
const message = fc.record({ role: fc.constantFrom('user' as const, 'assistant' as const), content: text });
const question = fc.record({
  prompt: text,
  context: fc.option(fc.dictionary(fc.string(), text, { maxKeys: 4 }), { nil: undefined }),
  history: fc.array(message, { maxLength: 6 }),
});
const limits = fc.record({
  contextTokens: fc.integer({ min: 1_024, max: 8_192 }),
  maxTokens: fc.option(fc.integer({ min: 1, max: 8_192 }), { nil: undefined }),
});

describe('token budget', () => {
  it('counts 3 ASCII characters, or one other, as a token', () => {
    expect(estimateTokens('')).toBe(0);
    expect(estimateTokens('abcd')).toBe(2);
    expect(estimateTokens('漢字')).toBe(2);
    expect(estimateTokens('😀')).toBe(1);
  });

  it('cuts out of the middle, within the budget', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 500 }), (whole, tokens) => {
        const cut = cutMiddle(whole, tokens);
        expect(estimateTokens(cut)).toBeLessThanOrEqual(tokens);
        if (estimateTokens(whole) <= tokens) expect(cut).toBe(whole);
      }),
    );
    const cut = cutMiddle(`begin${'x'.repeat(900)}end`, 100);
    expect(cut).toMatch(/^begin.*\n\[\.\.\. cut \.\.\.\]\n.*end$/s);
    expect(estimateTokens(cut)).toBeGreaterThan(95);
  });

  it('shares tokens out without waste or debt', () => {
    const demand = fc.record({ tokens: fc.integer({ min: 0, max: 500 }), weight: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_500 }), fc.array(demand, { maxLength: 6 }), (total, demands) => {
        const granted = allocateTokens(total, demands);
        const sum = granted.reduce((all, tokens) => all + tokens, 0);
        const wanted = demands.reduce((all, { tokens }) => all + tokens, 0);
        expect(sum).toBeLessThanOrEqual(total);
        expect(sum).toBeGreaterThanOrEqual(Math.min(total, wanted) - demands.length);
        for (const [index, tokens] of granted.entries()) expect(tokens).toBeLessThanOrEqual(demands[index]!.tokens);
      }),
    );
  });
});

describe('prompts', () => {
  it('leave room for the answer, whatever comes in', () => {
    fc.assert(
      fc.property(question, text, text, limits, (asked, answer, critique, limit) => {
        const room = limit.contextTokens - answerReserve(limit);
        for (const { messages } of [
          answerPrompt(asked, limit),
          critiquePrompt(asked, answer, limit),
          refinePrompt(asked, answer, critique, limit),
        ]) {
          expect(estimateMessages(messages)).toBeLessThanOrEqual(room);
        }
      }),
    );
  });

  it('hold all of what fits, without a warning', () => {
    const asked = {
      prompt: 'Why does it restart?',
      context: { reason: 'OOMKilled' },
      history: [{ role: 'user', content: 'Look at shop-0.' } as const],
    };
    const { messages, warnings } = refinePrompt(asked, 'Too little memory.', 'Names no limit.', {
      contextTokens: 2_048,
      maxTokens: 100,
    });
    expect(warnings).toEqual([]);
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'user']);
    expect(messages[1]?.content).toBe('Look at shop-0.');
    for (const part of ['{"reason":"OOMKilled"}', 'Too little memory.', 'Names no limit.', 'Why does it restart?']) {
      expect(messages[2]?.content).toContain(part);
    }
  });

  it('say what was cut, and keep the newest of the history', () => {
    const asked = {
      prompt: `${'p'.repeat(8_000)}?`,
      context: { log: 'l'.repeat(50_000) },
      history: Array.from({ length: 20 }, (_, index) => ({
        role: 'user' as const,
        content: `${index} ${'h'.repeat(200)}`,
      })),
    };
    const { messages, warnings } = answerPrompt(asked, { contextTokens: 2_048, maxTokens: 2_000 });
    expect(warnings.join('\n')).toMatch(/the prompt was cut from about 2667 to \d+ tokens/);
    expect(warnings.join('\n')).toMatch(/the context was cut/);
    expect(warnings.join('\n')).toMatch(/\d+ of 20 messages of the history were left out/);
    expect(warnings.join('\n')).toMatch(/an answer of up to 2000 \(maxTokens\)/);
    expect(messages.at(-2)?.content).toMatch(/^19 /);
  });

  it('delimit data by a boundary that no part of it holds', () => {
    fc.assert(
      fc.property(question, text, text, limits, (asked, answer, critique, limit) => {
        const { messages } = refinePrompt(asked, answer, critique, limit);
        const system = messages[0]?.content ?? '';
        const boundary = /Text between <<<([0-9a-f]{16}) and \1>>> is data/.exec(system)?.[1] ?? '';
        expect(boundary).toHaveLength(16);
        const user = messages.at(-1)?.content ?? '';
        const parts = asked.context ? 3 : 2;
        expect(user.split(boundary)).toHaveLength(2 * parts + 1);
        for (const { content } of messages.slice(1, -1)) expect(content).not.toContain(boundary);
      }),
    );
  });

  it('draw another boundary when data holds the first, in any case', () => {
    const drawn = ['AAAA', 'bbbb', 'cccc'];
    expect(createBoundary(['x aaaa y', 'BBBB'], () => drawn.shift() as string)).toBe('cccc');
  });

  it('draw a new boundary for every prompt', () => {
    const asked = { prompt: 'why?', context: { a: 1 }, history: [] };
    const limit = { contextTokens: 2_048, maxTokens: undefined };
    expect(answerPrompt(asked, limit).messages).not.toEqual(answerPrompt(asked, limit).messages);
  });

  it('say nothing about data where there is none', () => {
    const { messages } = answerPrompt(
      { prompt: 'why?', context: undefined, history: [] },
      { contextTokens: 2_048, maxTokens: undefined },
    );
    expect(messages[0]?.content).not.toContain('<<<');
    expect(messages[1]?.content).toBe('Question:\nwhy?');
  });
});
