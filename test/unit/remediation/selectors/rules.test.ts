import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../../src/core/errors.js';
import { type Alert, DEFAULT_CATALOG, type SelectorOutcome } from '../../../../src/domain/index.js';
import {
  createRulesSelector,
  DEFAULT_RULES,
  parseRules,
  type Rule,
} from '../../../../src/remediation/selectors/rules/index.js';

const alertOf = (labels: Record<string, string>): Alert => ({ labels, annotations: {}, metrics: {}, status: 'firing' });
const ask = (labels: Record<string, string>, rules?: readonly Rule[]): Promise<SelectorOutcome> =>
  createRulesSelector({ rules }).doSelect({
    alert: alertOf(labels),
    catalog: DEFAULT_CATALOG,
    signal: new AbortController().signal,
  });

const FILE = `
version: 1
rules:
  - name: quiet at night
    when: { alertname: [BatchJobSlow], labels: { team: batch } }
    call: none
    confidence: 0.9
  - name: restart the cart
    when:
      all: [cart]
      any: [crash*, stuck]
      none: [test]
    call: pod-restart
    confidence: 0.8
  - name: scale far
    when: { any: [busy], labels: { deployment: '*' } }
    call: scale-deployment
    parameters: { replicas: 7 }
    confidence: 0.8
`;

describe('a rule file', () => {
  const rules = parseRules(FILE);

  it.each([
    [{ alertname: 'CartCrashLooping', pod: 'cart-0', namespace: 'shop' }, 'pod-restart'],
    [{ alertname: 'cart_stuck', pod: 'cart-0', namespace: 'shop' }, 'pod-restart'],
    [{ alertname: 'CartBusy', deployment: 'cart', namespace: 'shop' }, 'scale-deployment'],
  ])('answers %o', async (labels, lambdaFunction) => {
    expect(await ask(labels as Record<string, string>, rules)).toMatchObject({ kind: 'selected', lambdaFunction });
  });

  it.each([
    ['no-evidence', { alertname: 'CartTestCrash', pod: 'cart-0', namespace: 'shop' }],
    ['no-evidence', { alertname: 'CartBusy', pod: 'cart-0', namespace: 'shop' }],
    ['no-evidence', { alertname: 'BatchJobSlow', team: 'other' }],
    ['none-applies', { alertname: 'BatchJobSlow', team: 'batch' }],
    ['missing-parameter', { alertname: 'CartCrash', namespace: 'shop' }],
  ])('abstains for %s: %o', async (reason, labels) => {
    expect(await ask(labels as Record<string, string>, rules)).toMatchObject({ kind: 'abstained', reason });
  });

  it('may set a number', async () => {
    const labels = { alertname: 'CartBusy', deployment: 'cart', namespace: 'shop' };
    expect(await ask(labels, rules)).toMatchObject({ parameters: { name: 'cart', namespace: 'shop', replicas: 7 } });
  });

  it.each([
    ['no YAML', 'version: 1\nrules: ['],
    ['an alias', 'version: 1\nrules: &a\n  - *a'],
    ['another version', 'version: 2\nrules: []'],
    ['no rules', 'version: 1\nrules: []'],
    ['no condition', 'version: 1\nrules: [{name: x, when: {}, call: y, confidence: 1}]'],
    ['a condition that only excludes', 'version: 1\nrules: [{name: x, when: {none: [a]}, call: y, confidence: 1}]'],
    ['a misspelt key', 'version: 1\nrules: [{name: x, when: {al: [a]}, call: y, confidence: 1}]'],
    ['a confidence over 1', 'version: 1\nrules: [{name: x, when: {all: [a]}, call: y, confidence: 2}]'],
    [
      'a name twice',
      'version: 1\nrules: [{name: x, when: {all: [a]}, call: y, confidence: 1}, {name: x, when: {all: [a]}, call: y, confidence: 1}]',
    ],
  ])('with %s is refused', (_what, text) => {
    expect(() => parseRules(text, 'my.yaml')).toThrow(ConfigurationError);
    expect(() => parseRules(text, 'my.yaml')).toThrow(/^my\.yaml/);
  });
});

describe('the default rules', () => {
  it('have a rule for each function of the default catalog, and pass their own schema', () => {
    expect(new Set(DEFAULT_RULES.map(({ call }) => call))).toEqual(new Set(DEFAULT_CATALOG.map(({ name }) => name)));
    expect(parseRules(JSON.stringify({ version: 1, rules: DEFAULT_RULES }))).toEqual(DEFAULT_RULES);
  });
});
