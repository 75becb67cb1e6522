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

  it('comes with the catalog of the context', () => {
    const catalog = [{ name: 'wake', description: 'Wakes the host', parameters: { type: 'object', properties: {} } }];
    expect(readProblem('?', { alert: { labels }, catalog })?.catalog.map(({ name }) => name)).toEqual(['wake']);
  });

  it('is not found in other requests', () => {
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
