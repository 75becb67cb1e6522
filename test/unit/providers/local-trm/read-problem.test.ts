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
      'and again behind',
      'Labels:\npod: shop-0\nnamespace: shop\nalertname: PodCrashLoopBackOff\n\nAlertname: PodCrashLoopBackOff',
    ],
    [
      'and as a heading before',
      'Alert Name: PodCrashLoopBackOff\nLabels:\nalertname: PodCrashLoopBackOff\npod: shop-0\nnamespace: shop',
    ],
    [
      'and the same list behind',
      'Labels:\nalertname: PodCrashLoopBackOff\npod: shop-0\nnamespace: shop\n' +
        'Labels: {"namespace": "shop", "alertname": "PodCrashLoopBackOff", "pod": "shop-0"}',
    ],
  ])('is found with its name among the labels: %s', (_, text) => {
    expect({ ...readProblem(`What now?\n${text}`)?.alert.labels }).toEqual(labels);
  });

  const list = 'pod=shop-0, namespace=shop';
  it.each<[string, string]>([
    ['a question behind an empty line', `Labels: ${list}\n\nWhich function should be called?`],
    ['a question with a colon behind an empty line', `Labels: ${list}\n\nQuestion: Which function is it?`],
    ['a question directly below', `Labels: ${list}\nWhich function should be called?`],
    ['other fields directly below', `Labels:\n- pod: shop-0\n- namespace: shop\nAnswer with these:\n- pod: its name`],
    ['another heading', `Labels:\npod: shop-0\nnamespace: shop\n## Answer\n- pod: the name of the pod`],
    ['a short heading', `Labels:\npod: shop-0\nnamespace: shop\n**Parameters:**\n- pod: the name of the pod`],
    ['empty lines between', 'Labels:\n\n- pod: shop-0\n\n- namespace: shop\n\nAnswer with JSON.\n- pod: a name'],
    ['a comma at the end of a line', 'Labels: pod=shop-0,\n  namespace=shop'],
    [
      'an object and JSON of the answer',
      'Labels: {"pod": "shop-0", "namespace": "shop"}\n\nReply as {"function": "..."}',
    ],
    ['both on one line', 'Labels: {"pod": "shop-0", "namespace": "shop"}. Reply as {"function": "..."}'],
    ['an object and an answer below', 'Labels: {"pod": "shop-0", "namespace": "shop"} Reply as\n{"pod": "..."}'],
    [
      'a list and an answer below',
      'Labels:\npod: shop-0\nnamespace: shop\nReply as {\n"pod": "...",\n"function": "..."\n}',
    ],
    [
      'an object in code',
      'Labels:\n```json\n{\n"pod": "shop-0",\n"namespace": "shop"\n}\n```\nAnswer briefly: yes or no',
    ],
    ['an array of one object', 'Labels: [{"pod": "shop-0", "namespace": "shop"}]'],
    ['an array of pairs', 'Labels: ["pod=shop-0", "namespace=shop"]'],
    ['as PromQL', 'Labels: {pod="shop-0", namespace="shop"} of the alert'],
    ['as PromQL in lines', 'Labels: {\n  pod="shop-0",\n  namespace="shop",\n}\nregion: eu'],
    ['as a Python dict', "Labels: {'pod': 'shop-0', 'namespace': 'shop'}"],
    ['the name again', `Labels: ${list}\n\nIt is about\nAlert Name: PodCrashLoopBackOff\nonly.`],
    ['the form of the answer', `Labels: ${list}\n\nReply in this form:\nAlert Name: <name>\nFunction: <function>`],
  ])('keeps its labels whatever stands around them: %s', (_, text) => {
    expect({ ...readProblem(`Alert Name: PodCrashLoopBackOff\n${text}`)?.alert.labels }).toEqual(labels);
  });

  it.each<[string, Record<string, string>]>([
    [
      'Labels: pod=shop-0, namespace=shop\nSeverity: critical',
      { pod: 'shop-0', namespace: 'shop', Severity: 'critical' },
    ],
    ['Labels:\npod: shop-0, namespace: shop\nteam: a', { pod: 'shop-0', namespace: 'shop', team: 'a' }],
    ['Labels: reason="a, pod=b", pod=c', { reason: 'a, pod=b', pod: 'c' }],
    ["Labels: {'reason': 'a }, pod: b', 'pod': 'c'}", { reason: 'a }, pod: b', pod: 'c' }],
    ["Labels: note: it's up, job: it's down", { note: "it's up", job: "it's down" }],
    [
      'Labels: link=http://a, https://b, app.kubernetes.io/name=c',
      { link: 'http://a, https://b', 'app.kubernetes.io/name': 'c' },
    ],
    ['Labels: {"pod": "{a\\"}", "on": true}', { pod: '{a"}', on: 'true' }],
  ])('has its labels split where they end: %s', (text, expected) => {
    expect({ ...readProblem(`Alert Name: A\n${text}`)?.alert.labels }).toEqual({ alertname: 'A', ...expected });
  });

  it('keeps the sentences of annotations whole', () => {
    const annotations = (text: string) => ({ ...readProblem(`Alert Name: A\nAnnotations:${text}`)?.alert.annotations });
    expect(annotations('\n- description: The pod fails, reason: OOM\n\n- summary: it fails')).toEqual({
      description: 'The pod fails, reason: OOM',
      summary: 'it fails',
    });
    expect(annotations(' summary: it fails, runbook: http://a')).toEqual({ summary: 'it fails', runbook: 'http://a' });
  });

  const json = JSON.stringify({ labels });
  it.each<[string, string]>([
    ['an answer behind', `Alert: ${json}\nReply as JSON like {"function": "..."}`],
    ['an answer before', `Reply as JSON like {"function": "...", "parameters": {}}.\nAlert: ${json}`],
    ['an answer that names the alert', `Alert: ${json}\nReply as {"alert": "the name", "function": "..."}`],
    ['an answer about an alert', `Alert: ${json}\nReply as {"alert": {"name": "..."}, "function": "..."}`],
    ['an example with placeholders', `Such as {"labels": {"alertname": "<name>", "pod": "<pod>"}}.\n${json}`],
    ['an answer that is no JSON', `Reply as {"function": <name>, "parameters": {...}}.\n${json}`],
    ['the beginning of an answer', `${json}\nAnswer: {"function": `],
    ['the braces of a template', `{{${json}}} and {braces} of prose`],
    ['a brace in a string', `Use "{" here. ${JSON.stringify({ labels, annotations: { a: '}"{' } })} :-}`],
    ['itself again', `${json} is ${JSON.stringify({ alert: { labels: { ...labels } } })}`],
    ['an array around it', `[${json}]`],
    ['its name as a heading', `Alert Name: PodCrashLoopBackOff\n${json}`],
    ['some of its labels as text', `Alert Name: PodCrashLoopBackOff\nLabels: pod=shop-0\n${json}`],
  ])('is found as JSON within a prompt with %s', (_, text) => {
    expect({ ...readProblem(text)?.alert.labels }).toEqual(labels);
  });

  it('comes with the functions that stand beside one of its mentions', () => {
    const wake = { name: 'wake', description: 'Wakes it', parameters: { type: 'object', properties: {} } };
    const problem = readProblem(`${json}\n${JSON.stringify({ alert: { labels }, catalog: [wake] })}`);
    expect(problem?.catalog.map(({ name }) => name)).toEqual(['wake']);
  });

  const other = JSON.stringify({ labels: { ...labels, pod: 'shop-1' } });
  it.each<[string, string, RegExp]>([
    [
      'names',
      'Alert Name: PodCrashLoopBackOff\n\nAlert Name: KubeNodeNotReady\nLabels: pod=a',
      /2 \("Pod.*", "Kube.*"\)/,
    ],
    ['labels of one name', 'Alert Name: A\nLabels: pod=a\n\nAlert Name: A\nLabels: pod=b', /2 of the name "A"/],
    ['labels where the second has no name', 'Alert Name: A\nLabels: pod=a\n\nLabels: namespace=b', /2 of the name "A"/],
    ['names of a heading and of a label', 'Alert Name: A\nLabels:\nalertname: B\npod: a', /2 \("A", "B"\)/],
    ['names of many', 'ABCDE'.replaceAll(/./g, 'Alert Name: $&\n'), /5 \("A", "B", "C", \.\.\.\)/],
    ['names in one list', 'Labels:\n- alertname: A\n  pod: a\n- alertname: B\n  pod: b', /2 \("A", "B"\)/],
    ['names in one line', 'Labels: alertname=A, pod=a, alertname=B, pod=b', /2 \("A", "B"\)/],
    ['labels in one list', 'Labels:\n- alertname: A\n  pod: a\n- alertname: A\n  namespace: b', /2 of the name "A"/],
    ['values of a label', 'Alert Name: A\nLabels:\n- pod: a\n- namespace: b\n- pod: c', /"a" and with "c" as "pod"/],
    ['names in two lists', 'Labels:\nalertname: A\nLabels:\nalertname: B\nteam: b', /2 \("A", "B"\)/],
    ['names in objects', 'Labels:\n{"alertname": "A"}\n{"alertname": "B"}', /2 \("A", "B"\)/],
    ['labels in an array', 'Alert Name: A\nLabels: [{"pod": "a"}, {"pod": "b"}]', /2 of the name "A"/],
    ['labels in JSON', `For example ${other} calls pod-restart. Now ${json}`, /2 of the name "PodCrashLoopBackOff"/],
    ['labels in an array of JSON', `[${json}, ${other}]`, /2 of the name "PodCrashLoopBackOff"/],
    ['labels, the other cut off', `${json}\n${other.slice(0, -3)}`, /labels that cannot be read/],
    ['labels in JSON and text', `${json}\nAlert Name: PodCrashLoopBackOff\nLabels: pod=a`, /2 of the name "Pod/],
    ['names in JSON and text', `Alert Name: A\nLabels: pod=shop-0\n\n${json}`, /2 \("Pod.*", "A"\)/],
  ])('is refused as not the only one, by its %s', (_, text, expected) => {
    expect(() => readProblem(text)).toThrow(InvalidInputError);
    expect(() => readProblem(text)).toThrow(/^alerts: expected one alert a request, received /);
    expect(() => readProblem(text)).toThrow(expected);
  });

  it('is refused when an object of it is cut off, and left to others where there is no alert', () => {
    for (const part of ['Labels', 'Annotations', 'Metrics']) {
      const cut = `${part}: {"pod": "shop-0", "name`;
      expect(() => readProblem(`Alert Name: A\n${cut}`)).toThrow(`${part.toLowerCase()}: expected an object`);
      expect(readProblem(cut)).toBeUndefined();
    }
    expect(readProblem(`{"alerts": [${json}, {"labels": {"alertn`)).toBeUndefined();
    expect(readProblem(`[${json}, {"labels": {"alertn`)).toBeUndefined();
    expect(readProblem('Explain {"alert": "high", "labels": [1]} to me')).toBeUndefined();
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

  it.each([
    '{',
    '}',
    '{"',
    '[{"',
    '{}',
    '{"a":',
    '{"a":{"',
    '{{"',
    '{\\"',
    '"',
    "'",
    " '",
    '=\\"',
    ', ',
    ', a',
    ', a=',
    ',a="',
    '{a="b"}',
    '`',
  ])('takes eight times as long for eight times as many: %s', (piece) => {
    const timeOf = (length: number, before: string): number => {
      const text = before + piece.repeat(length / piece.length);
      const start = performance.now();
      try {
        readProblem(text);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
      }
      return performance.now() - start;
    };
    for (const before of [
      '',
      'Alert Name: A\nLabels: ',
      'Alert Name: A\nLabels: {',
      'Alert Name: A\nLabels:\na: b\n',
    ]) {
      // The square of the length would make it 64 times; a pause of the machine lengthens what is compared with it.
      const few = Math.max(timeOf(25_000, before), timeOf(25_000, before), 1);
      const many = Math.min(timeOf(200_000, before), timeOf(200_000, before));
      expect(many).toBeLessThan(32 * few);
    }
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
