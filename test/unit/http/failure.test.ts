import { describe, expect, it } from 'vitest';
import { failureOfNetwork, failureOfStatus, failureOfText } from '../../../src/http/failure.js';
import { serverText } from '../../../src/http/server-text.js';

describe('failureOfStatus', () => {
  it.each([
    [301, '', 'bad-response'],
    [400, 'bad field', 'bad-request'],
    [400, 'gemma does not support thinking', 'unsupported'],
    [400, 'registry.ollama.ai/library/gemma3:1b does not support tools', 'unsupported'],
    [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', 'unsupported'],
    [500, 'tools param requires --jinja flag', 'unsupported'],
    [400, '{"error":{"code":"model_not_supported"}}', 'model-missing'],
    [401, '', 'unauthorized'],
    [402, '', 'unauthorized'],
    [403, '', 'unauthorized'],
    [404, "model 'x' not found", 'model-missing'],
    [404, '404 page not found', 'bad-request'],
    [408, '', 'timeout'],
    [409, '', 'bad-request'],
    [410, '', 'unavailable'],
    [413, '', 'bad-request'],
    [418, '', 'bad-request'],
    [422, '', 'bad-request'],
    [424, '', 'unavailable'],
    [429, '', 'overloaded'],
    [500, '', 'unavailable'],
    [503, '', 'overloaded'],
    [504, '', 'unavailable'],
    [599, '', 'unavailable'],
  ])('takes %i "%s" for %s', (status, text, reason) => {
    expect(failureOfStatus(status, text)).toBe(reason);
  });
});

describe('failureOfText', () => {
  it.each([
    ['x does not support tools', 'unsupported'],
    ["model 'x' not found, try pulling it first", 'model-missing'],
    ['server busy, please try again', 'overloaded'],
    ['unexpected EOF', 'unavailable'],
  ])('takes "%s" for %s', (text, reason) => {
    expect(failureOfText(text)).toBe(reason);
  });
});

describe('failureOfNetwork', () => {
  const of = (code: string, phase: 'before-answer' | 'in-answer' = 'before-answer') =>
    failureOfNetwork(Object.assign(new Error('x'), { code }), 'http://a:1', phase);

  it('says what to do', () => {
    expect(of('ECONNREFUSED').message).toBe(
      'no connection to http://a:1 (ECONNREFUSED); is the server running at http://a:1?',
    );
    expect(of('ENOTFOUND').message).toContain('is the name right?');
    expect(of('DEPTH_ZERO_SELF_SIGNED_CERT').message).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('allows another attempt only while nothing was answered', () => {
    expect(of('ECONNRESET')).toMatchObject({ reason: 'unavailable', retryable: true });
    expect(of('ECONNRESET', 'in-answer')).toMatchObject({ reason: 'unavailable', retryable: false });
    expect(of('UND_ERR_HEADERS_TIMEOUT')).toMatchObject({ reason: 'timeout', retryable: false });
    expect(of('ENOTFOUND').retryable).toBe(false);
  });

  it('finds the code of a cause, and does without one', () => {
    const cause = Object.assign(new Error('x'), { code: 'UND_ERR_CONNECT_TIMEOUT' });
    expect(failureOfNetwork(new Error('y', { cause }), 'http://a', 'before-answer').reason).toBe('timeout');
    expect(failureOfNetwork('odd', 'http://a', 'before-answer').message).toContain('odd');
  });
});

describe('serverText', () => {
  it.each([
    ['{"error":"no"}', 'no'],
    ['{"error":{"message":"no","code":"x"}}', 'no (x)'],
    ['{"detail":"no"}', 'no'],
    ['plain\n\u0007 words', 'plain words'],
    ['<!DOCTYPE html><p>no', ''],
    ['', ''],
    ['{"error":', '{"error":'],
    ['[1]', '[1]'],
  ])('of %s is "%s"', (body, text) => {
    expect(serverText(body, [])).toBe(text);
  });

  it('is short, and redacted before it is cut', () => {
    expect(serverText('x'.repeat(1000), [])).toHaveLength(300);
    expect(serverText(`${'x'.repeat(295)}secret-key`, ['secret-key'])).not.toContain('secre');
  });
});
