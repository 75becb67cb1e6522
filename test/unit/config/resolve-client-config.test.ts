import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type ClientConfigOptions, resolveClientConfig } from '../../../src/config/index.js';
import { ConfigurationError } from '../../../src/core/errors.js';

const ENVIRONMENT = {
  TRM_MODEL_NAME: 'remediation-v4',
  TRM_MODEL_PATH: '/models/mine',
  TRM_USE_HF_API: 'TRUE',
  HF_API_TOKEN: 'hf_secret',
  OLLAMA_URL: 'https://ollama.example:8443/base',
  OLLAMA_MODEL: 'llama3.2:1b',
  DEVICE: 'cpu',
  USE_TRM: 'false',
  TRM_REFLECTION_THRESHOLD: '0.9',
  TRM_FALLBACK_BELOW: '0.4',
  TRM_TIMEOUT_MS: '1500',
  TRM_CONTEXT_TOKENS: '4096',
};

describe('resolveClientConfig', () => {
  it('has defaults', () => {
    const byDefault = (value: unknown) => ({ value, source: 'default' });
    expect(resolveClientConfig({}, {})).toEqual({
      modelName: byDefault(undefined),
      modelPath: byDefault(undefined),
      executionProviders: byDefault(['auto']),
      threads: byDefault(undefined),
      useTrm: byDefault(true),
      useHfApi: byDefault(false),
      hfApiToken: byDefault(undefined),
      ollamaUrl: byDefault('http://127.0.0.1:11434'),
      ollamaModel: byDefault(undefined),
      confidenceThreshold: byDefault(0.85),
      fallbackBelow: byDefault(0),
      timeoutMs: byDefault(30_000),
      contextTokens: byDefault(2_048),
    });
  });

  it('reads the environment and says which variable it was', () => {
    const config = resolveClientConfig({}, ENVIRONMENT);
    expect(config.modelName).toEqual({ value: 'remediation-v4', source: 'environment TRM_MODEL_NAME' });
    expect(config.modelPath).toEqual({ value: '/models/mine', source: 'environment TRM_MODEL_PATH' });
    expect(config.useHfApi).toEqual({ value: true, source: 'environment TRM_USE_HF_API' });
    expect(config.hfApiToken.value?.reveal()).toBe('hf_secret');
    expect(config.hfApiToken.source).toBe('environment HF_API_TOKEN');
    expect(config.ollamaUrl.value).toBe('https://ollama.example:8443/base');
    expect(config.ollamaModel.value).toBe('llama3.2:1b');
    expect(config.executionProviders).toEqual({ value: ['cpu'], source: 'environment DEVICE' });
    expect(config.useTrm).toEqual({ value: false, source: 'environment USE_TRM' });
    expect(config.confidenceThreshold).toEqual({ value: 0.9, source: 'environment TRM_REFLECTION_THRESHOLD' });
    expect(config.fallbackBelow.value).toBe(0.4);
    expect(config.timeoutMs.value).toBe(1_500);
    expect(config.contextTokens.value).toBe(4_096);
  });

  it('lets options win, false and 0 too, also over a variable with a wrong value', () => {
    const wrong = { USE_TRM: 'perhaps', TRM_FALLBACK_BELOW: '7', OLLAMA_URL: 'x', HF_API_TOKEN: 'a b' };
    const options = { useTrm: false, fallbackBelow: 0, ollamaUrl: 'http://a', hfApiToken: 't', timeoutMs: 1 };
    const config = resolveClientConfig(options, wrong);
    expect(config.useTrm).toEqual({ value: false, source: 'option' });
    expect(config.fallbackBelow).toEqual({ value: 0, source: 'option' });
    expect(config.ollamaUrl).toEqual({ value: 'http://a', source: 'option' });
    expect(config.hfApiToken.value?.reveal()).toBe('t');
    expect(config.timeoutMs).toEqual({ value: 1, source: 'option' });
  });

  it('takes blank variables as not set, and has no use for the threshold of the selector', () => {
    const blank = Object.fromEntries(Object.keys(ENVIRONMENT).map((name) => [name, ' ']));
    expect(resolveClientConfig({}, blank)).toEqual(resolveClientConfig({}, {}));
    expect(resolveClientConfig({}, { TRM_CONFIDENCE_THRESHOLD: 'x' })).toEqual(resolveClientConfig({}, {}));
  });

  it.each([
    [{ USE_TRM: 'maybe' }, /^USE_TRM: expected true, .*received "maybe"/],
    [{ USE_TRM: 'constructor' }, /^USE_TRM: /],
    [{ TRM_USE_HF_API: '2' }, /^TRM_USE_HF_API: /],
    [{ OLLAMA_URL: 'ollama' }, /^OLLAMA_URL: expected a URL/],
    [{ OLLAMA_URL: 'file:///etc/passwd' }, /^OLLAMA_URL: .*"file:"/],
    [{ TRM_REFLECTION_THRESHOLD: '85' }, /^TRM_REFLECTION_THRESHOLD: /],
    [{ TRM_TIMEOUT_MS: '0' }, /^TRM_TIMEOUT_MS: expected a whole number from 1 to 3600000/],
    [{ TRM_CONTEXT_TOKENS: '512' }, /^TRM_CONTEXT_TOKENS: /],
    [{ DEVICE: 'tpu' }, /^DEVICE: /],
  ])('refuses %j', (env, message) => {
    expect(() => resolveClientConfig({}, env)).toThrow(ConfigurationError);
    expect(() => resolveClientConfig({}, env)).toThrow(message);
  });

  it.each([
    [{ modelName: '' }, /^modelName: /],
    [{ ollamaModel: 5 }, /^ollamaModel: expected the name of a model, received a number/],
    [{ useTrm: 'false' }, /^useTrm: expected true or false/],
    [{ ollamaUrl: 'ftp://a' }, /^ollamaUrl: /],
    [{ confidenceThreshold: '0.5' }, /^confidenceThreshold: expected a number/],
    [{ confidenceThreshold: 1.5 }, /^confidenceThreshold: /],
    [{ fallbackBelow: Number.NaN }, /^fallbackBelow: /],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, /^timeoutMs: /],
    [{ contextTokens: 10 }, /^contextTokens: /],
    [{ threads: 0 }, /^threads: /],
  ])('refuses the option %j', (options, message) => {
    const resolve = () => resolveClientConfig(options as unknown as ClientConfigOptions, {});
    expect(resolve).toThrow(ConfigurationError);
    expect(resolve).toThrow(message);
  });

  it('shows a token or a password in a URL nowhere', () => {
    const shown: string[] = [];
    for (const env of [{ HF_API_TOKEN: 'hf_sec ret' }, { OLLAMA_URL: 'ftp://me:sec ret@host' }]) {
      try {
        resolveClientConfig({}, env);
      } catch (error) {
        shown.push(String(error));
      }
    }
    expect(shown).toHaveLength(2);
    const config = resolveClientConfig({}, ENVIRONMENT);
    shown.push(JSON.stringify(config), inspect(config, { depth: 9 }), `${config.hfApiToken.value}`);
    for (const text of shown) expect(text).not.toMatch(/sec ret|hf_secret/);
  });
});
