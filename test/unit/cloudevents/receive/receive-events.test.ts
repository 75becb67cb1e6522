import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALERT_FIRED, type EventMessage, receiveEvents } from '../../../../src/cloudevents/index.js';
import { EventError } from '../../../../src/core/errors.js';
import {
  ALERT,
  ATTRIBUTES,
  anyAlert,
  batchMessage,
  binaryMessage,
  NOW,
  PARSED_ALERT,
  structuredMessage,
  WEBHOOK,
  webhookMessage,
} from '../samples.js';

const receiveAll = (message: EventMessage, options = {}) => receiveEvents(message, { now: NOW, ...options });
const receive = (message: EventMessage, options = {}) => receiveAll(message, options).events;

describe('receiveEvents', () => {
  it.each<[string, EventMessage]>([
    ['binary mode', binaryMessage()],
    ['structured mode', structuredMessage()],
    ['batch mode', batchMessage([{ ...ATTRIBUTES, data: ALERT }])],
    ['bytes', { ...binaryMessage(), body: Buffer.from(String(binaryMessage().body)) }],
    ['a webhook in an event', binaryMessage(ATTRIBUTES, WEBHOOK)],
  ])('reads an alert from %s, with its origin', (_, message) => {
    const { specversion: _version, ...attributes } = ATTRIBUTES;
    expect(receive(message)).toEqual([{ alerts: [PARSED_ALERT], origin: attributes, expired: false }]);
  });

  it('reads a webhook of an Alertmanager, which is no event', () => {
    const resolved = { ...ALERT, status: 'resolved', endsAt: '2026-01-31T08:00:00Z' };
    const [received, ...others] = receive(webhookMessage({ ...WEBHOOK, alerts: [ALERT, resolved], labels: 'no' }));
    expect(others).toEqual([]);
    expect(received).toMatchObject({ origin: undefined, expired: false });
    expect(received?.alerts.map(({ status }) => status)).toEqual(['firing', 'resolved']);
  });

  it('keeps what an event belongs to, and only a trace context that is one', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const more = { correlationid: 'c%201', causationid: 'e-0', expirytime: '2026-01-31T09:00:00Z', tracestate: 'a=1' };
    const [{ origin } = { origin: undefined }] = receive(binaryMessage({ ...ATTRIBUTES, ...more, traceparent }));
    expect(origin).toMatchObject({ ...more, correlationid: 'c 1', traceparent });
    const [{ origin: other } = { origin: undefined }] = receive(
      binaryMessage({ ...ATTRIBUTES, ...more, traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }),
    );
    expect(other).toMatchObject({ traceparent: undefined, tracestate: undefined });
  });

  it.each([
    ['2026-01-31T07:59:59.999Z', true],
    ['2026-01-31T08:00:00Z', true],
    ['2026-01-31T09:00:00+01:00', true],
    ['2026-01-31T08:00:00.001Z', false],
    ['2026-01-31T08:00:01Z', false],
  ])('reports an event with expirytime %s as expired: %s', (expirytime, expired) => {
    expect(receive(binaryMessage({ ...ATTRIBUTES, expirytime }))[0]).toMatchObject({ expired });
  });

  it('refuses other types, unless they are asked for', () => {
    const message = structuredMessage({ ...ATTRIBUTES, type: 'com.example.alert', data: ALERT });
    expect(() => receive(message)).toThrow(expect.objectContaining({ reason: 'unknown-type', status: 400 }));
    expect(receive(message, { types: [ALERT_FIRED, 'com.example.alert'] })).toHaveLength(1);
  });

  it('takes a body of just the limit and refuses one byte more', () => {
    const message = webhookMessage();
    const bytes = Buffer.byteLength(message.body);
    expect(receive(message, { maxBytes: bytes })).toHaveLength(1);
    expect(() => receive(message, { maxBytes: bytes - 1 })).toThrow(
      expect.objectContaining({ reason: 'too-large', status: 413 }),
    );
    const padded = `${' '.repeat(2 * 1024 * 1024)}${message.body}`;
    expect(() => receive({ ...message, body: padded })).toThrow(expect.objectContaining({ status: 413 }));
  });

  it('says where a fault lies', () => {
    const nameless = { ...ALERT, labels: {} };
    expect(() => receive(structuredMessage({ ...ATTRIBUTES, data: nameless }))).toThrow(
      'data.labels.alertname: expected a non-empty string, received nothing',
    );
    expect(() => receive(webhookMessage({ ...ATTRIBUTES, data: ALERT }))).toThrow(/application\/cloudevents\+json/);
  });

  it('never takes data for one more envelope', () => {
    const inner = { ...ATTRIBUTES, data: ALERT };
    expect(() => receive(structuredMessage({ ...ATTRIBUTES, data: inner }))).toThrow(EventError);
    expect(() => receive(structuredMessage({ ...ATTRIBUTES, data: [ALERT] }))).toThrow(EventError);
  });

  it('reads any alert the same in every form', () => {
    fc.assert(
      fc.property(anyAlert, (alert) => {
        const forms = [
          binaryMessage(ATTRIBUTES, alert),
          structuredMessage({ ...ATTRIBUTES, data: alert }),
          batchMessage([{ ...ATTRIBUTES, data: { alerts: [alert] } }]),
          webhookMessage({ ...WEBHOOK, alerts: [alert] }),
        ];
        for (const form of forms) expect(receive(form)[0]?.alerts).toEqual([alert]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a faulty alert beside valid ones', () => {
  const named = { alertname: 'Faulty', secret: 'PRIVATE' };
  const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`k${index}`, 'PRIVATE']));
  const faults: [string, unknown, string][] = [
    ['no name', { labels: { pod: 'PRIVATE' } }, 'labels.alertname: expected a non-empty string'],
    ['more labels than may be', { labels: { ...named, ...many } }, 'labels: expected at most 64 labels'],
    [
      'a time that is none',
      { labels: named, startsAt: 'PRIVATE' },
      'startsAt: expected a time such as "2026-01-31T08:00:00Z"',
    ],
    ['a status that is none', { labels: named, status: 'PRIVATE' }, 'status: expected "firing" or "resolved"'],
    ['labels that are text', { labels: 'PRIVATE' }, 'labels: expected an object of labels'],
    [
      'a value that is too long',
      { labels: { ...named, x: 'PRIVATE'.repeat(600) } },
      'labels.x: expected at most 4096 characters',
    ],
  ];

  it.each(faults)('is skipped, with its place and what was expected: %s', (_, fault, expected) => {
    const webhook = { ...WEBHOOK, alerts: [ALERT, fault] };
    const forms: [EventMessage, string, number | undefined][] = [
      [webhookMessage(webhook), 'alerts[1].', undefined],
      [binaryMessage(ATTRIBUTES, webhook), 'data.alerts[1].', undefined],
      [structuredMessage({ ...ATTRIBUTES, data: webhook }), 'data.alerts[1].', undefined],
      [batchMessage([{ ...ATTRIBUTES, data: webhook }]), '[0].data.alerts[1].', 0],
    ];
    for (const [message, where, eventIndex] of forms) {
      const { events, skipped } = receiveAll(message);
      expect(events.map(({ alerts }) => alerts)).toEqual([[PARSED_ALERT]]);
      expect(skipped).toMatchObject([{ eventIndex, alertIndex: 1, expected: `${where}${expected}` }]);
      const [{ error, ...told } = { error: undefined }] = skipped;
      expect(error).toMatchObject({ name: 'EventError', reason: 'malformed', status: 400 });
      expect(error?.message).toContain(`${where}${expected}, received `);
      expect(JSON.stringify(told)).not.toContain('PRIVATE');
    }
  });

  it('goes by its name and fingerprint where it has usable ones', () => {
    const { skipped } = receiveAll(
      webhookMessage({
        alerts: [
          { ...ALERT, startsAt: 'garbage' },
          { labels: { alertname: ' ' }, fingerprint: 'x'.repeat(257) },
          { labels: { alertname: 'x'.repeat(257) }, fingerprint: 5 },
          null,
          ALERT,
        ],
      }),
    );
    expect(skipped.map(({ alertIndex, alertname, fingerprint }) => [alertIndex, alertname, fingerprint])).toEqual([
      [0, 'KubePodCrashLooping', '0123456789abcdef'],
      [1, undefined, undefined],
      [2, undefined, undefined],
      [3, undefined, undefined],
    ]);
  });

  it('may be an event of a batch, whose others are read', () => {
    const good = { ...ATTRIBUTES, data: ALERT };
    const { id: _id, ...nameless } = good;
    const { events, skipped } = receiveAll(
      batchMessage([
        null,
        nameless,
        { ...good, type: 'PRIVATE' },
        { ...ATTRIBUTES, data: 'PRIVATE' },
        { ...ATTRIBUTES, data: { alerts: [] } },
        { ...ATTRIBUTES, data: { ...ALERT, labels: {} } },
        { ...ATTRIBUTES, datacontenttype: 'text/xml', data: 'PRIVATE' },
        { ...good, id: 'event-8' },
      ]),
    );
    expect(events.map(({ origin, alerts }) => [origin?.id, alerts.length])).toEqual([['event-8', 1]]);
    expect(skipped.map(({ eventIndex, error: { reason }, expected }) => [eventIndex, reason, expected])).toEqual([
      [0, 'malformed', '[0].expected a CloudEvent'],
      [1, 'malformed', '[1].expected the attribute id, which every CloudEvent has'],
      [2, 'unknown-type', `[2].type: expected ${ALERT_FIRED}`],
      [3, 'malformed', '[3].data: expected an alert or an Alertmanager webhook'],
      [4, 'malformed', '[4].data.alerts: expected at least one alert'],
      [5, 'malformed', '[5].data.labels.alertname: expected a non-empty string'],
      [6, 'unsupported-media-type', '[6].datacontenttype: expected data in JSON'],
    ]);
    expect(skipped[5]).toMatchObject({ alertIndex: undefined, fingerprint: ALERT.fingerprint });
  });

  it('changes nothing about the valid ones, whatever it is and wherever it stands', () => {
    const faulty = fc.oneof(
      fc.constantFrom(...faults.map(([, fault]) => fault)),
      fc.jsonValue().filter((value) => typeof value !== 'object' || value === null),
    );
    const mixed = fc.array(
      fc.oneof(
        anyAlert.map((alert) => ({ alert, valid: true })),
        faulty.map((alert) => ({ alert, valid: false })),
      ),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(mixed, (items) => {
        const message = webhookMessage({ ...WEBHOOK, alerts: items.map(({ alert }) => alert) });
        const valid = items.filter((item) => item.valid).map(({ alert }) => alert);
        if (valid.length === 0) {
          expect(() => receive(message)).toThrow(expect.objectContaining({ reason: 'malformed', status: 400 }));
          return;
        }
        const { events, skipped } = receiveAll(message);
        expect(events[0]?.alerts).toEqual(valid);
        expect(skipped.map(({ alertIndex }) => alertIndex)).toEqual(
          items.flatMap((item, index) => (item.valid ? [] : [index])),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('is told in the refusal where none is valid, up to a few', () => {
    const faulty = { labels: {} };
    const expected = 'labels.alertname: expected a non-empty string, received nothing';
    expect(() => receive(webhookMessage({ alerts: [faulty, { labels: { alertname: 'X' }, endsAt: 'x' }] }))).toThrow(
      `alerts[0].${expected}; alerts[1].endsAt: expected a time such as "2026-01-31T08:00:00Z", received string "x"`,
    );
    expect(() => receive(webhookMessage({ alerts: Array(7).fill(faulty) }))).toThrow(
      new RegExp(`alerts\\[4\\]\\.${expected}; and 2 more$`),
    );
  });

  it.each([
    [
      'of one kind',
      [
        { ...ATTRIBUTES, type: 'a' },
        { ...ATTRIBUTES, type: 'b' },
      ],
      'unknown-type',
    ],
    ['of several', [{ ...ATTRIBUTES, type: 'a' }, null], 'malformed'],
  ])('gives the refusal of a batch its reason: faults %s', (_, events, reason) => {
    expect(() => receive(batchMessage(events))).toThrow(expect.objectContaining({ reason, status: 400 }));
  });

  it('is one of so many that the rest is not read', () => {
    const good = { ...ATTRIBUTES, data: ALERT };
    const filled = (count: number) => batchMessage([good, ...Array(count).fill(0)]);
    expect(receiveAll(filled(10_000)).skipped).toHaveLength(10_000);
    expect(() => receive(filled(10_001))).toThrow(/^expected at most 10000 faulty alerts, received more: \[1\]/);
  });
});

describe('malformed requests', () => {
  const types = ['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json'];
  const bodies: string[] = [
    '',
    ' ',
    '{',
    '[',
    '{}',
    '[[]]',
    'null',
    'true',
    '5',
    '"text"',
    '{"alerts":[]}',
    '{"alerts":null}',
    '{"alerts":{}}',
    '{"alerts":[null]}',
    '{"alerts":[[]]}',
    '{"version":"3","alerts":[{"labels":{"alertname":"X"}}]}',
    '{"version":4,"alerts":[{"labels":{"alertname":"X"}}]}',
    '{"alerts":[{"labels":{}}]}',
    '{"alerts":[{"labels":"x"}]}',
    '{"alerts":[{"labels":{"alertname":{}}}]}',
    '{"alerts":[{"labels":{"alertname":"X"},"annotations":[]}]}',
    '{"alerts":[{"labels":{"alertname":"X"},"fingerprint":5}]}',
    '\ufeff{',
    '{"alerts":[{"labels":{"alertname":""}}]}',
    '{"alerts":[{"labels":{"alertname":"X"},"status":"gone"}]}',
    '{"alerts":[{"labels":{"alertname":"X"},"startsAt":"yesterday"}]}',
    '{"__proto__":{"alerts":[]}}',
    '{"specversion":"1.0"}',
    '\u0000',
    '<html></html>',
    "{'alerts':[]}",
    '{"alerts":[{"labels":{"alertname":"X"}}]}trailing',
    `{"alerts":[${'{"labels":{"alertname":"X"}},'.repeat(10_000)}{"labels":{"alertname":"X"}}]}`,
    `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
    `{"alerts":[{"labels":{"alertname":"${'x'.repeat(5_000)}"}}]}`,
  ];
  const rows = types.flatMap((type) =>
    bodies.map((body): [string, string, string] => [type, JSON.stringify(body.slice(0, 40)), body]),
  );

  it('are over a hundred', () => {
    expect(rows.length).toBeGreaterThanOrEqual(100);
  });

  it.each(rows)('answers 4xx to %s with %s', (type, _, body) => {
    for (const form of [body, Buffer.from(body)]) {
      expect(() => receive({ headers: { 'content-type': type }, body: form })).toThrow(EventError);
    }
  });

  it('answers 4xx to bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"alerts":[{"labels":{"alertname":"'), Buffer.of(0xff, 0xc0)]);
    for (const type of types) {
      expect(() => receive({ headers: { 'content-type': type }, body: bytes })).toThrow(
        expect.objectContaining({ status: 400 }),
      );
    }
  });

  it('throw EventError with a status of 400, 413 or 415 and nothing else, whatever comes in', () => {
    const name = fc.oneof(
      fc.constantFrom('content-type', 'ce-id', 'ce-source', 'ce-type', 'ce-specversion', 'ce-time', 'ce-subject'),
      fc.string({ maxLength: 12 }).map((text) => `ce-${text}`),
    );
    const value = fc.oneof(
      fc.constantFrom(...types, '1.0', ALERT_FIRED, '/s', '%C0%A0', '%', '"', 'text/plain', ''),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.array(fc.string(), { maxLength: 2 }),
    );
    const body = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.uint8Array(),
      fc.constant(JSON.stringify(WEBHOOK)),
    );
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 8 }), body, (headers, content) => {
        try {
          receive({ headers, body: content });
        } catch (error) {
          expect(error).toBeInstanceOf(EventError);
          expect([400, 413, 415]).toContain((error as EventError).status);
        }
      }),
      { numRuns: 300 },
    );
  });
});
