import { describe, expect, it } from 'vitest';
import { resolveSinkConfig } from '../../../src/config/index.js';
import { ConfigurationError } from '../../../src/core/errors.js';

const OVERRIDES = '{"extensions":{"team":"sre","region":"eu é"}}';

describe('resolveSinkConfig', () => {
  it('has no sink and no overrides by default', () => {
    expect(resolveSinkConfig({}, {})).toEqual({
      url: { value: undefined, source: 'default' },
      overrides: { value: {}, source: 'default' },
    });
  });

  it('takes the option, then BROKER_URL, then K_SINK', () => {
    const env = { BROKER_URL: 'http://broker.example/a', K_SINK: 'http://sink.example/b' };
    expect(resolveSinkConfig({ url: 'http://mine.example/' }, env).url).toEqual({
      value: 'http://mine.example/',
      source: 'option',
    });
    expect(resolveSinkConfig({}, env).url).toEqual({ value: env.BROKER_URL, source: 'environment BROKER_URL' });
    expect(resolveSinkConfig({}, { ...env, BROKER_URL: ' ' }).url).toEqual({
      value: env.K_SINK,
      source: 'environment K_SINK',
    });
  });

  it('reads the overrides that Knative passes', () => {
    expect(resolveSinkConfig({}, { K_CE_OVERRIDES: OVERRIDES }).overrides).toEqual({
      value: { team: 'sre', region: 'eu é' },
      source: 'environment K_CE_OVERRIDES',
    });
    expect(resolveSinkConfig({}, { K_CE_OVERRIDES: '{}' }).overrides.value).toEqual({});
    expect(resolveSinkConfig({ overrides: { a: 'b' } }, { K_CE_OVERRIDES: OVERRIDES }).overrides).toEqual({
      value: { a: 'b' },
      source: 'option',
    });
  });

  it.each([
    [{ BROKER_URL: 'broker' }, /^BROKER_URL: expected a URL/],
    [{ BROKER_URL: 'http://user:pass word' }, /^BROKER_URL: /],
    [{ K_SINK: 'ftp://sink' }, /^K_SINK: /],
    [{ K_CE_OVERRIDES: '{' }, /^K_CE_OVERRIDES: expected a JSON object/],
    [{ K_CE_OVERRIDES: '[]' }, /^K_CE_OVERRIDES: /],
    [{ K_CE_OVERRIDES: '{"extensions":[]}' }, /^K_CE_OVERRIDES: /],
    [{ K_CE_OVERRIDES: '{"extensions":{"Team":"x"}}' }, /^K_CE_OVERRIDES: expected names of extension attributes/],
    [{ K_CE_OVERRIDES: '{"extensions":{"id":"x"}}' }, /^K_CE_OVERRIDES: expected names of extension attributes/],
    [{ K_CE_OVERRIDES: `{"extensions":{"${'a'.repeat(21)}":"x"}}` }, /^K_CE_OVERRIDES: /],
    [{ K_CE_OVERRIDES: '{"extensions":{"team":5}}' }, /^K_CE_OVERRIDES: expected text for team/],
    [{ K_CE_OVERRIDES: '{"extensions":{"team":"a\\nb"}}' }, /^K_CE_OVERRIDES: expected team to hold no control/],
  ])('refuses %j', (env, message) => {
    expect(() => resolveSinkConfig({}, env)).toThrow(message);
    expect(() => resolveSinkConfig({}, env)).toThrow(ConfigurationError);
  });
});
