import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { readProblem } from '../../../../src/providers/local-trm/index.js';

const labels = { alertname: 'PodCrashLoopBackOff', pod: 'shop-0', namespace: 'shop' };
const prompt = `You are an SRE. Choose a function.

Alert Name: PodCrashLoopBackOff
Labels: {"pod": "shop-0", "namespace": "shop"}
Annotations: {"summary": "keeps restarting"}
Available Lambda Functions:
- pod-restart(name, namespace, type): Deletes the pod
- cache-flush(host): Empties the cache of a host

Answer with JSON.`;

describe('a problem in a request', () => {
  it.each([
    ['an alert in the context', 'What to do?', { alert: { labels } }],
    ['the context being an alert', 'What to do?', { labels }],
    ['a webhook with one alert', 'What to do?', { alerts: [{ labels, status: 'firing' }] }],
    ['JSON as the prompt', JSON.stringify({ labels }), undefined],
    ['JSON within a prompt', `Here it is: ${JSON.stringify({ alert: { labels } })} What now?`, undefined],
  ])('is found: %s', (_, text, context) => {
    const problem = readProblem(text, context);
    expect({ ...problem?.alert.labels }).toEqual(labels);
    expect(problem?.catalog).toBe(DEFAULT_CATALOG);
  });

  it('is found in the prompt form, with functions of the default catalog and others', () => {
    const problem = readProblem(prompt);
    expect({ ...problem?.alert.labels }).toEqual(labels);
    expect({ ...problem?.alert.annotations }).toEqual({ summary: 'keeps restarting' });
    const [restart, flush] = problem?.catalog ?? [];
    expect(problem?.catalog).toHaveLength(2);
    expect(restart?.parameters).toEqual(DEFAULT_CATALOG.find(({ name }) => name === 'pod-restart')?.parameters);
    expect(flush).toMatchObject({ name: 'cache-flush', description: 'Empties the cache of a host' });
    expect(flush?.parameters.required).toEqual(['host']);
  });

  it('is found with labels one a line and numbers as readings', () => {
    const problem = readProblem(
      'Alert Name: **PodCPUHigh**\nLabels:\n- deployment: api\n- namespace = shop\nMetrics:\ncpu_percent: 85\nmemory: normal',
    );
    expect({ ...problem?.alert.labels }).toEqual({ alertname: 'PodCPUHigh', deployment: 'api', namespace: 'shop' });
    expect({ ...problem?.alert.metrics }).toEqual({ cpu_percent: 85, memory: 'normal' });
  });

  it.each<[string, string]>([
    ['first', 'Labels:\n- alertname: PodCrashLoopBackOff\n- pod: shop-0\n- namespace: shop\n'],
    ['in the middle', 'Labels:\n  pod: shop-0\n  alertname: PodCrashLoopBackOff\n  namespace: shop'],
    ['last', '**Labels**:\npod: shop-0\nnamespace: shop\nalertname: PodCrashLoopBackOff'],
    ['with signs of equality', 'Labels:\nalertname = "PodCrashLoopBackOff"\npod = "shop-0"\nnamespace = "shop"'],
    ['in bold', '## Labels:\n- **alertname**: PodCrashLoopBackOff\n- **pod:** shop-0\n- `namespace`: `shop`'],
    ['in one line', 'Labels: alertname=PodCrashLoopBackOff, pod=shop-0, namespace=shop'],
    ['in an object', `Labels: ${JSON.stringify(labels)}`],
    ['in an object of several lines', `Labels:\n${JSON.stringify(labels, null, 2)}\nAnswer {briefly`],
    ['behind an object', 'Labels: {"pod": "shop-0", "namespace": "shop"}\nAlertname: PodCrashLoopBackOff\nAnswer.'],
    [
      'and as a heading before',
      'Alert Name: PodCrashLoopBackOff\nLabels:\nalertname: Other\npod: shop-0\nnamespace: shop',
    ],
    [
      'and another alert behind',
      'Labels:\n- alertname: PodCrashLoopBackOff\n  pod: shop-0\n  namespace: shop\n- alertname: B\n  pod: b',
    ],
    [
      'and another list behind',
      'Labels:\nalertname: PodCrashLoopBackOff\npod: shop-0\nnamespace: shop\nLabels:\nalertname: B\nteam: b',
    ],
  ])('is found with its name among the labels: %s', (_, text) => {
    expect({ ...readProblem(`What now?\n${text}`)?.alert.labels }).toEqual(labels);
  });

  it('keeps what follows the labels apart from them', () => {
    const problem = readProblem(
      'Labels:\n- alertname: PodCPUHigh\n- pod: a\nAnnotations:\n- summary: slow\nMetrics:\n- cpu_percent: 85\n' +
        'Available Functions:\n1. `pod-restart(name, namespace)`: Deletes it\n2. wake\n- flush (host) - Empties it',
    );
    expect({ ...problem?.alert.labels }).toEqual({ alertname: 'PodCPUHigh', pod: 'a' });
    expect({ ...problem?.alert.annotations }).toEqual({ summary: 'slow' });
    expect({ ...problem?.alert.metrics }).toEqual({ cpu_percent: 85 });
    expect(problem?.catalog.map(({ name, description }) => [name, description])).toEqual([
      ['pod-restart', 'Deletes it'],
      ['wake', 'wake'],
      ['flush', 'Empties it'],
    ]);
  });

  it.each<[string, (spaces: string) => string]>([
    ['before a label', (spaces) => `Labels:\nalertname: A\n${spaces}x`],
    ['within a label', (spaces) => `Labels:\nalertname: A\nb: x${spaces}y\u2028`],
    ['before the colon of a label', (spaces) => `Labels:\nalertname: A\nb${spaces}x`],
    ['behind the name of a function', (spaces) => `Alert Name: A\nAvailable Functions:\n- name${spaces}y`],
    ['within a heading', (spaces) => `Alert Name${spaces}y`],
    ['of empty lines', (spaces) => `Labels: a\n${spaces.replaceAll(' ', '\n')}x\n`],
    [
      'of names',
      (spaces) => `Labels:\n${'a\n'.repeat(spaces.length / 4)}${'alertname: A\n'.repeat(spaces.length / 26)}`,
    ],
  ])('takes time in proportion to its length: %s', (_, textOf) => {
    // Where it grew with the square of the length, these two million characters took hours.
    const start = performance.now();
    try {
      readProblem(textOf(' '.repeat(2_000_000)));
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
    }
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('comes with the catalog of the context', () => {
    const catalog = [{ name: 'wake', description: 'Wakes the host', parameters: { type: 'object', properties: {} } }];
    expect(readProblem('?', { alert: { labels }, catalog })?.catalog.map(({ name }) => name)).toEqual(['wake']);
  });

  it('is not found in other requests', () => {
    for (const text of [
      '',
      'What does PodCrashLooping mean?',
      'Labels:\npod: shop-0',
      'alertname is a label of Prometheus',
    ]) {
      expect(readProblem(text)).toBeUndefined();
    }
    expect(readProblem('What is the health status of Loki?')).toBeUndefined();
    expect(readProblem('Show {braces} of prose', { metrics: { up: 1 } })).toBeUndefined();
  });

  it('is not found in a context that lists alerts as background of a question', () => {
    const background = { metrics: { up: 1 }, alerts: [{ labels }], retrieved: ['runbook'] };
    expect(readProblem('What is the health status of Loki?', background)).toBeUndefined();
    expect(readProblem('?', { ...background, alert: { labels } })?.alert.labels['pod']).toBe('shop-0');
    const newer = { version: '4', alerts: [{ labels }], fieldOfALaterRelease: 1 };
    expect(readProblem('?', newer)?.alert.labels['pod']).toBe('shop-0');
  });

  it('is refused by name of the field when it is faulty', () => {
    expect(() => readProblem('?', { alert: { labels: {} } })).toThrow(InvalidInputError);
    expect(() => readProblem('?', { alert: { labels: {} } })).toThrow(/labels/);
    expect(() => readProblem('?', { alert: [{ labels }, { labels }] })).toThrow(/one alert/);
    expect(() => readProblem('?', { alert: { labels }, catalog: 'all' })).toThrow(/array of functions/);
  });

  it('never takes a key of the prototype for a catalog', () => {
    const context = JSON.parse('{"__proto__": {"alert": {"labels": {"alertname": "X"}}}}') as Record<string, unknown>;
    expect(readProblem('?', context)).toBeUndefined();
  });
});
