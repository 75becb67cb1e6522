import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { parseAlerts } from '../../../../src/domain/index.js';

const labels = { alertname: 'X', pod: 'web-0' };
const alert = { labels };
const event = { specversion: '1.0', id: '1', source: '/p', type: 't' };
const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

function deep(depth: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < depth; level++) value = { a: value };
  return value;
}

describe('parseAlerts', () => {
  it('reads a plain alert and fills what is left out', () => {
    expect(parseAlerts(alert)).toEqual([{ labels, annotations: {}, metrics: {}, status: 'firing' }]);
  });

  it('reads every field of an alert', () => {
    const full = {
      labels: { alertname: 'X', count: 3, flag: true },
      annotations: { summary: 'text', value: 5 },
      metrics: { cpu_percent: 85, memory: 'normal' },
      status: 'resolved',
      startsAt: '2026-01-31T08:00:00.123Z',
      endsAt: '2026-01-31T09:00:00+02:00',
      generatorURL: 'http://prometheus.example/graph',
      fingerprint: 'abc',
      unknown: deep(5),
    };
    expect(parseAlerts(full)).toEqual([
      {
        labels: { alertname: 'X', count: '3', flag: 'true' },
        annotations: { summary: 'text', value: '5' },
        metrics: { cpu_percent: 85, memory: 'normal' },
        status: 'resolved',
        startsAt: '2026-01-31T08:00:00.123Z',
        endsAt: '2026-01-31T09:00:00+02:00',
        generatorURL: 'http://prometheus.example/graph',
        fingerprint: 'abc',
      },
    ]);
  });

  it('reads each alert of an Alertmanager webhook in order, with unknown fields and the zero end time', () => {
    const webhook = {
      version: '4',
      groupKey: '{}',
      truncatedAlerts: 2,
      status: 'firing',
      receiver: 'agent',
      groupLabels: {},
      commonLabels: { alertname: 'X' },
      commonAnnotations: null,
      routeLabels: {},
      notification_reason: 'first notification',
      externalURL: 'http://am.example',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'A' },
          annotations: {},
          endsAt: '0001-01-01T00:00:00Z',
          fingerprint: 'f1',
        },
        { status: 'resolved', labels: { alertname: 'B' }, annotations: {}, fingerprint: 'f2' },
      ],
    };
    const parsed = parseAlerts(webhook);
    expect(parsed.map((entry) => [entry.labels['alertname'], entry.status, entry.fingerprint])).toEqual([
      ['A', 'firing', 'f1'],
      ['B', 'resolved', 'f2'],
    ]);
    expect(parsed[0]).not.toHaveProperty('endsAt');
  });

  it('reads a CloudEvent that carries an alert or a webhook, and arrays of all forms', () => {
    const carried = { ...event, data: { version: '4', alerts: [alert, alert] } };
    expect(parseAlerts({ ...event, data: alert })).toHaveLength(1);
    expect(parseAlerts(carried)).toHaveLength(2);
    expect(parseAlerts([alert, carried, { alerts: [alert] }])).toHaveLength(4);
  });

  it('keeps hostile names as plain keys and pollutes nothing', () => {
    const input: unknown = JSON.parse(
      '{"__proto__":{"polluted":1},"labels":{"alertname":"X","__proto__":"p","constructor":"c","toString":"t"},' +
        '"annotations":{"__proto__":{"polluted":1}},"metrics":{"hasOwnProperty":1}}',
    );
    const [parsed] = parseAlerts(input);
    expect(Object.keys(parsed?.labels ?? {})).toEqual(['alertname', 'constructor', 'toString']);
    expect(parsed?.labels['valueOf']).toBeUndefined();
    expect(parsed?.metrics).toEqual({ hasOwnProperty: 1 });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(() => parseAlerts(JSON.parse('{"__proto__":{"labels":{"alertname":"X"}}}'))).toThrow(InvalidInputError);
    expect(() => parseAlerts(Object.create({ labels: { alertname: 'X' } }))).toThrow(InvalidInputError);
  });

  it('cuts long annotations, and survives any depth in fields that it does not read', () => {
    const [parsed] = parseAlerts({ labels, annotations: { summary: 'x'.repeat(10_000) }, extra: deep(50_000) });
    expect(parsed?.annotations['summary']).toHaveLength(4_096);
  });

  it('throws only InvalidInputError, whatever JSON comes in', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        for (const input of [
          value,
          { labels: value },
          { alerts: value },
          { labels, metrics: value },
          { ...event, data: value },
        ]) {
          try {
            expect(parseAlerts(input).length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidInputError);
          }
        }
      }),
    );
  });
});

const malformed: [string, unknown, string, RegExp][] = [
  ['nothing', undefined, '', /received nothing/],
  ['null', null, '', /received null/],
  ['a number', 5, '', /received number 5/],
  ['a boolean', true, '', /received boolean true/],
  ['JSON text', '{"labels":{}}', '', /parse JSON text first/],
  ['an empty string', '', '', /empty string/],
  ['a function', () => 1, '', /a function/],
  ['a bigint', 5n, '', /a bigint/],
  ['an empty array', [], '', /at least one alert/],
  ['an empty object', {}, 'labels', /expected an object of labels, received nothing/],
  ['nested arrays', [[alert]], '[0]', /received an array of 1/],
  ['null in an array', [alert, null], '[1]', /received null/],
  ['text in an array', [alert, alert, 'x'], '[2]', /received string "x"/],
  ['labels null', { labels: null }, 'labels', /received null/],
  ['labels an array', { labels: ['alertname'] }, 'labels', /an array of 1/],
  ['labels text', { labels: 'alertname=X' }, 'labels', /string/],
  ['labels a number', { labels: 7 }, 'labels', /number 7/],
  ['no alertname', { labels: {} }, 'labels.alertname', /received nothing/],
  ['alertname empty', { labels: { alertname: '' } }, 'labels.alertname', /empty string/],
  ['alertname blank', { labels: { alertname: '  ' } }, 'labels.alertname', /non-empty/],
  [
    'alertname a number',
    { labels: { alertname: 5 } },
    'labels.alertname',
    /expected a non-empty string, received number 5/,
  ],
  ['alertname a boolean', { labels: { alertname: true } }, 'labels.alertname', /boolean true/],
  ['alertname null', { labels: { alertname: null } }, 'labels.alertname', /null/],
  ['alertname an object', { labels: { alertname: {} } }, 'labels.alertname', /an object/],
  ['alertname undefined', { labels: { alertname: undefined } }, 'labels.alertname', /nothing/],
  ['a label null', { labels: { ...labels, a: null } }, 'labels.a', /expected a string, received null/],
  ['a label an object', { labels: { ...labels, a: {} } }, 'labels.a', /an object/],
  ['a label an array', { labels: { ...labels, a: [1, 2] } }, 'labels.a', /an array of 2/],
  ['a label NaN', { labels: { ...labels, a: Number.NaN } }, 'labels.a', /NaN/],
  ['a label infinite', { labels: { ...labels, a: Number.POSITIVE_INFINITY } }, 'labels.a', /Infinity/],
  ['a label a bigint', { labels: { ...labels, a: 1n } }, 'labels.a', /bigint/],
  ['a label a function', { labels: { ...labels, a: () => 1 } }, 'labels.a', /function/],
  [
    'a label too long',
    { labels: { ...labels, a: 'x'.repeat(4_097) } },
    'labels.a',
    /at most 4096 characters, received 4097/,
  ],
  ['a label of 1 MB', { labels: { ...labels, a: 'x'.repeat(1 << 20) } }, 'labels.a', /received 1048576/],
  ['a label with a dotted name', { labels: { ...labels, 'a.b': null } }, 'labels["a.b"]', /null/],
  ['a label without a name', { labels: { ...labels, '': 'x' } }, 'labels', /an empty name/],
  ['a label with a long name', { labels: { ...labels, [`k${'x'.repeat(300)}`]: 'x' } }, 'labels', /301 characters/],
  ['too many labels', { labels: { alertname: 'X', ...many(64) } }, 'labels', /at most 64 labels, received 65/],
  ['annotations null in one', { labels, annotations: { a: null } }, 'annotations.a', /null/],
  ['annotations an array', { labels, annotations: [] }, 'annotations', /an array of 0/],
  ['annotations text', { labels, annotations: 'x' }, 'annotations', /string "x"/],
  ['an annotation an object', { labels, annotations: { a: { b: 1 } } }, 'annotations.a', /an object/],
  ['too many annotations', { labels, annotations: many(65) }, 'annotations', /at most 64 annotations, received 65/],
  ['metrics an array', { labels, metrics: [1] }, 'metrics', /an array of 1/],
  ['metrics a number', { labels, metrics: 1 }, 'metrics', /number 1/],
  ['a metric null', { labels, metrics: { cpu: null } }, 'metrics.cpu', /finite number or a word/],
  ['a metric NaN', { labels, metrics: { cpu: Number.NaN } }, 'metrics.cpu', /NaN/],
  ['a metric infinite', { labels, metrics: { cpu: Number.NEGATIVE_INFINITY } }, 'metrics.cpu', /-Infinity/],
  ['a metric a boolean', { labels, metrics: { cpu: true } }, 'metrics.cpu', /boolean/],
  ['a metric an object', { labels, metrics: { cpu: { value: 1 } } }, 'metrics.cpu', /an object/],
  ['a metric too long', { labels, metrics: { cpu: 'x'.repeat(257) } }, 'metrics.cpu', /at most 256/],
  ['too many metrics', { labels, metrics: many(65) }, 'metrics', /received 65/],
  ['status unknown', { labels, status: 'pending' }, 'status', /"firing" or "resolved", received string "pending"/],
  ['status a number', { labels, status: 1 }, 'status', /number 1/],
  ['startsAt no time', { labels, startsAt: 'yesterday' }, 'startsAt', /expected a time/],
  ['startsAt a number', { labels, startsAt: 1_700_000_000 }, 'startsAt', /expected a time/],
  ['startsAt impossible', { labels, startsAt: '2026-13-40T00:00:00Z' }, 'startsAt', /expected a time/],
  ['endsAt an object', { labels, endsAt: {} }, 'endsAt', /expected a time/],
  ['generatorURL a number', { labels, generatorURL: 5 }, 'generatorURL', /expected a string, received number 5/],
  ['generatorURL too long', { labels, generatorURL: 'x'.repeat(5_000) }, 'generatorURL', /received 5000/],
  ['fingerprint an array', { labels, fingerprint: [] }, 'fingerprint', /an array of 0/],
  ['fingerprint too long', { labels, fingerprint: 'x'.repeat(300) }, 'fingerprint', /at most 256/],
  ['a webhook of version 3', { version: '3', alerts: [alert] }, 'version', /expected "4", received string "3"/],
  ['a webhook of version 4 as number', { version: 4, alerts: [alert] }, 'version', /expected "4", received number 4/],
  ['a webhook without alerts in it', { version: '4', alerts: [] }, 'alerts', /at least one alert/],
  ['alerts null', { version: '4', alerts: null }, 'alerts', /expected an array of alerts, received null/],
  ['alerts an object', { version: '4', alerts: {} }, 'alerts', /an object/],
  ['alerts text', { alerts: 'x' }, 'alerts', /string "x"/],
  ['a webhook with text in it', { alerts: [alert, 'x'] }, 'alerts[1]', /expected an alert object with labels/],
  ['a webhook with null in it', { alerts: [null] }, 'alerts[0]', /null/],
  [
    'a faulty alert in a webhook',
    { alerts: [alert, alert, alert, { labels: { alertname: 5 } }] },
    'alerts[3].labels.alertname',
    /number 5/,
  ],
  [
    'too many alerts in a webhook',
    { alerts: Array(10_001).fill(alert) },
    'alerts',
    /at most 10000 alerts, received 10001/,
  ],
  ['too many alerts', Array(10_001).fill(alert), '', /at most 10000 alerts, received 10001/],
  ['too many alerts in all', [{ alerts: Array(9_999).fill(alert) }, alert, alert], '', /at most 10000 alerts in all/],
  ['a faulty webhook in an array', [alert, { alerts: [{ labels: {} }] }], '[1].alerts[0].labels.alertname', /nothing/],
  ['an event without data', event, 'data', /received nothing/],
  ['an event with null', { ...event, data: null }, 'data', /null/],
  ['an event with text', { ...event, data: '{}' }, 'data', /string/],
  ['an event with an array', { ...event, data: [alert] }, 'data', /an array of 1/],
  ['an event with base64', { ...event, data_base64: 'e30=' }, 'data', /data_base64 is not read/],
  ['an event with an event', { ...event, data: { ...event, data: alert } }, 'data.labels', /nothing/],
  ['an event of version 0.3', { ...event, specversion: '0.3', data: alert }, 'specversion', /expected "1.0"/],
  ['an event of a version that is a number', { ...event, specversion: 1, data: alert }, 'specversion', /number 1/],
  ['an event without id', { ...event, id: undefined, data: alert }, 'id', /attribute id/],
  ['an event with an empty source', { ...event, source: '', data: alert }, 'source', /attribute source/],
  ['an event whose type is a number', { ...event, type: 3, data: alert }, 'type', /attribute type/],
  [
    'an event with a faulty webhook',
    { ...event, data: { alerts: [{ labels: { alertname: 5 } }] } },
    'data.alerts[0].labels.alertname',
    /number 5/,
  ],
];

describe('malformed alerts', () => {
  it.each(malformed)('%s', (_name, input, path, message) => {
    let caught: unknown;
    try {
      parseAlerts(input);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(InvalidInputError);
    expect((caught as InvalidInputError).path).toBe(path);
    expect((caught as InvalidInputError).message).toMatch(message);
    expect((caught as InvalidInputError).message.length).toBeLessThan(400);
    expect((caught as InvalidInputError).message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });
});
