import { describe, expect, it } from 'vitest';
import { parseRequest, ReflectionMode } from '../../../src/client/request.js';
import { InvalidInputError } from '../../../src/core/errors.js';

const circular: Record<string, unknown> = {};
circular['self'] = circular;

function errorOf(request: unknown): InvalidInputError {
  try {
    parseRequest(request);
  } catch (error) {
    if (InvalidInputError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('parseRequest', () => {
  it('fills in defaults', () => {
    expect(parseRequest({ prompt: 'why?' })).toEqual({
      prompt: 'why?',
      maxReflectionSteps: 3,
      reflectionMode: ReflectionMode.AUTO,
      history: [],
    });
  });

  it('takes the limits themselves', () => {
    const controller = new AbortController();
    const request = {
      prompt: 'x'.repeat(8_192),
      context: { a: [1, null, { b: true }] },
      maxReflectionSteps: 10,
      reflectionMode: 'always',
      temperature: 2,
      maxTokens: 8_192,
      conversationId: 'c'.repeat(256),
      history: Array.from({ length: 100 }, () => ({ role: 'user', content: 'hello' })),
      signal: controller.signal,
    };
    const parsed = parseRequest(request);
    expect(parsed).toEqual(request);
    expect(parsed.signal).toBe(controller.signal);
    expect(parseRequest({ prompt: 'x', maxReflectionSteps: 1, temperature: 0, maxTokens: 1 })).toMatchObject({
      maxReflectionSteps: 1,
      temperature: 0,
      maxTokens: 1,
    });
  });

  it('copies the context, so that later changes by the caller do not reach it', () => {
    const context = { pod: { name: 'shop-0' } };
    const parsed = parseRequest({ prompt: 'x', context });
    context.pod.name = 'other';
    expect(parsed.context).toEqual({ pod: { name: 'shop-0' } });
  });

  it.each([
    ['no request', undefined, ''],
    ['no prompt', {}, 'prompt'],
    ['an empty prompt', { prompt: '' }, 'prompt'],
    ['a blank prompt', { prompt: ' \n' }, 'prompt'],
    ['a long prompt', { prompt: 'x'.repeat(8_193) }, 'prompt'],
    ['a prompt that is no text', { prompt: 5 }, 'prompt'],
    ['a list as context', { context: [] }, 'context'],
    ['text as context', { context: '{}' }, 'context'],
    ['a Map as context', { context: new Map() }, 'context'],
    ['a circular context', { context: circular }, 'context'],
    ['a bigint in the context', { context: { a: 1n } }, 'context'],
    ['a context that writes itself as text', { context: { toJSON: () => 'x' } }, 'context'],
    ['a context that is too large', { context: { a: 'x'.repeat(262_144) } }, 'context'],
    ['no steps', { maxReflectionSteps: 0 }, 'maxReflectionSteps'],
    ['too many steps', { maxReflectionSteps: 11 }, 'maxReflectionSteps'],
    ['half a step', { maxReflectionSteps: 1.5 }, 'maxReflectionSteps'],
    ['an unknown mode', { reflectionMode: 'sometimes' }, 'reflectionMode'],
    ['a negative temperature', { temperature: -0.1 }, 'temperature'],
    ['a high temperature', { temperature: 2.1 }, 'temperature'],
    ['a temperature that is NaN', { temperature: Number.NaN }, 'temperature'],
    ['no tokens', { maxTokens: 0 }, 'maxTokens'],
    ['too many tokens', { maxTokens: 8_193 }, 'maxTokens'],
    ['an empty conversationId', { conversationId: '' }, 'conversationId'],
    ['a long conversationId', { conversationId: 'c'.repeat(257) }, 'conversationId'],
    ['a history that is no list', { history: 'hello' }, 'history'],
    ['a long history', { history: Array(101).fill({ role: 'user', content: 'x' }) }, 'history'],
    ['a role that is none', { history: [{ role: 'tool', content: 'x' }] }, 'history[0].role'],
    ['a message without content', { history: [{ role: 'user' }] }, 'history[0].content'],
    ['a signal that is none', { signal: {} }, 'signal'],
  ])('refuses %s and names the field', (_, request, path) => {
    const whole = request === undefined || path === 'prompt' ? request : { prompt: 'why?', ...request };
    const error = errorOf(whole);
    expect(error.path).toBe(path);
    expect(error.message.length).toBeLessThan(200);
  });
});
