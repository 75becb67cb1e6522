import { describe, expect, it } from 'vitest';
import { type EventMessage, readMessage } from '../../../../src/cloudevents/message/read-message.js';
import { EventError } from '../../../../src/core/errors.js';

/** What the conformance suite of CloudEvents asks of the HTTP binding and the JSON format, in our own words. */
const MINIMAL = { specversion: '1.0', id: 'a-1', type: 'test.conformance', source: 'https://events.example' };
const SAMPLE = {
  specversion: '1.0',
  type: 'com.example.someevent',
  time: '2018-04-05T03:56:24Z',
  id: '1234-1234-1234',
  source: '/mycontext/subcontext',
};
const DATA = { message: 'Hello World!' };
const TIMES = { id: 'a-1', specversion: '1.0', type: 'test.conformance', source: 'https://events.example' };

const eventsOf = (message: EventMessage) => {
  const content = readMessage(message);
  if (content.mode === 'plain') throw new Error('expected events');
  return content.events;
};
const json = (contentType: string, value: unknown): EventMessage => ({
  headers: { 'Content-Type': contentType },
  body: JSON.stringify(value),
});
const structured = (event: unknown) => eventsOf(json('application/cloudevents+json', event));
const expectSample = (message: EventMessage, datacontenttype: string): void => {
  const { specversion: _version, ...attributes } = SAMPLE;
  expect(eventsOf(message)).toEqual([{ ...attributes, datacontenttype, extensions: {}, data: DATA }]);
};

describe('HTTP binding', () => {
  it.each(['application/json', 'application/json; charset=utf-8'])('reads binary mode with %s', (contentType) => {
    const body = '{\n    "message": "Hello World!"\n}\n';
    const names = Object.entries(SAMPLE).map(([name, value]) => [`ce-${name}`, value] as const);
    const headers = { ...Object.fromEntries(names), 'Content-Type': contentType, Host: 'example.com' };
    expectSample({ headers, body }, contentType);
    expectSample({ headers, body: Buffer.from(body) }, contentType);
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
    expectSample({ headers: upper, body }, contentType);
  });

  it.each([
    'application/cloudevents+json',
    'application/cloudevents+json; charset=utf-8',
    'application/cloudevents+json; charset=UTF-8',
    'Application/CloudEvents+JSON;Charset="utf-8"',
  ])('reads structured mode with %s', (contentType) => {
    const event = { ...SAMPLE, datacontenttype: 'application/json', data: DATA };
    expectSample(json(contentType, event), 'application/json');
  });

  it('lets the body count in structured mode, whatever headers say beside it', () => {
    const message = json('application/cloudevents+json', {
      ...SAMPLE,
      datacontenttype: 'application/json',
      data: DATA,
    });
    expectSample({ ...message, headers: { ...message.headers, 'ce-id': 'other' } }, 'application/json');
  });

  it.each(['application/cloudevents-batch+json', 'APPLICATION/cloudevents-batch+json; charset=utf-8'])(
    'reads batch mode with %s, the empty batch too',
    (contentType) => {
      const batch = [MINIMAL, { ...MINIMAL, id: 'a-2', data: DATA }];
      expect(eventsOf(json(contentType, batch)).map(({ id, data }) => [id, data])).toEqual([
        ['a-1', undefined],
        ['a-2', DATA],
      ]);
      expect(eventsOf(json(contentType, []))).toEqual([]);
    },
  );

  it.each([
    ['another format', 'application/cloudevents+avro'],
    ['no format', 'application/cloudevents'],
    ['another batch format', 'application/cloudevents-batch+protobuf'],
    ['a longer name', 'application/cloudevents+jsonx'],
    ['data that is no JSON', 'text/plain'],
    ['another character set', 'application/cloudevents+json; charset=iso-8859-1'],
    ['no media type', 'json'],
  ])('answers 415 to %s', (_, contentType) => {
    expect(() => readMessage(json(contentType, MINIMAL))).toThrow(
      expect.objectContaining({ status: 415, reason: 'unsupported-media-type' }),
    );
  });

  it('answers 415 to a compressed body', () => {
    const message = json('application/cloudevents+json', MINIMAL);
    const headers = { ...message.headers, 'content-encoding': 'gzip' };
    expect(() => readMessage({ ...message, headers })).toThrow(expect.objectContaining({ status: 415 }));
  });
});

describe('headers of binary mode', () => {
  const binary = (headers: Record<string, string | string[]>) =>
    eventsOf({ headers: { ...BINARY, ...headers }, body: '{}' });
  const BINARY = { 'ce-specversion': '1.0', 'ce-id': 'a-1', 'ce-type': 't', 'ce-source': '/s' };

  it('decodes values once, after quoted strings', () => {
    const [event] = binary({ 'ce-subject': '"a%2520b"', 'ce-myext': 'Euro%20%E2%82%AC' });
    expect(event).toMatchObject({ subject: 'a%20b', extensions: { myext: 'Euro €' } });
  });

  it('reads names of over 20 characters, which brokers send', () => {
    expect(binary({ 'ce-knativekafkapartition': '3' })[0]?.extensions).toEqual({ knativekafkapartition: '3' });
  });

  it.each<[string, Record<string, string | string[]>]>([
    ['the data content type as an attribute', { 'ce-datacontenttype': 'application/json' }],
    ['data as an attribute', { 'ce-data': 'x' }],
    ['data_base64 as an attribute', { 'ce-data_base64': 'eA==' }],
    ['a name with a hyphen', { 'ce-my-ext': 'x' }],
    ['a name without characters', { 'ce-': 'x' }],
    ['an overlong form', { 'ce-subject': '%C0%A0' }],
    ['an empty id', { 'ce-id': '' }],
    ['an empty source', { 'ce-source': '""' }],
    ['a source that is no URI', { 'ce-source': 'not%20a%20uri' }],
    ['a schema that is no URI', { 'ce-dataschema': 'relative' }],
    ['version 0.3', { 'ce-specversion': '0.3' }],
    ['an id that comes twice', { 'ce-id': ['a', 'b'] }],
    ['an id in two spellings', { 'CE-ID': 'b' }],
    ['a time that is none', { 'ce-time': 'lunchtime' }],
    ['an expiry that is none', { 'ce-expirytime': 'soon' }],
    ['an id without end', { 'ce-id': 'x'.repeat(5_000) }],
    ['headers without end', Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`ce-x${index}`, 'x']))],
  ])('refuses %s', (_, headers) => {
    expect(() => binary(headers)).toThrow(expect.objectContaining({ status: 400, reason: 'malformed' }));
  });

  it.each(Object.keys(BINARY))('needs %s', (name) => {
    const { [name as 'ce-id']: _left, ...headers } = BINARY;
    const message = { headers: { ...headers, 'content-type': 'application/json' }, body: '{}' };
    expect(() => readMessage(message)).toThrow(new RegExp(`expected the attribute ${name.slice(3)}`));
  });
});

describe('JSON format', () => {
  it.each<[string, Record<string, unknown>]>([
    ['the minimum', MINIMAL],
    ['null for what is optional', { ...MINIMAL, datacontenttype: null, dataschema: null, subject: null, time: null }],
    [
      'all core attributes',
      { ...MINIMAL, dataschema: 'https://a.example/s', subject: 'tests', datacontenttype: 'text/plain' },
    ],
    ['nanoseconds', { ...MINIMAL, time: '2018-04-05T17:31:00.000000000Z' }],
    ['an offset', { ...MINIMAL, time: '2018-04-05T18:31:00+01:00' }],
    ['a source that is a fragment', { ...MINIMAL, source: '#fragment' }],
    [
      'an extension of each type',
      { ...MINIMAL, extinteger: 10, extboolean: true, extstring: 'text', extbinary: 'TWE=' },
    ],
    ['an extension called as a method of the SDK', { ...MINIMAL, validate: 'x', constructor: 'y' }],
    ['an empty extension', { ...MINIMAL, ext: '' }],
  ])('takes %s', (_, event) => {
    expect(structured(event)).toHaveLength(1);
  });

  it('reads data in base64', () => {
    const data = Buffer.from('{"a":"ü"}').toString('base64');
    expect(structured({ ...MINIMAL, data_base64: data })[0]?.data).toEqual({ a: 'ü' });
  });

  it.each<[string, unknown]>([
    ['no version', { ...MINIMAL, specversion: undefined }],
    ['no id', { ...MINIMAL, id: undefined }],
    ['no type', { ...MINIMAL, type: undefined }],
    ['no source', { ...MINIMAL, source: undefined }],
    ['an empty version', { ...MINIMAL, specversion: '' }],
    ['an unknown version', { ...MINIMAL, specversion: '0.9' }],
    ['an empty id', { ...MINIMAL, id: '' }],
    ['an empty type', { ...MINIMAL, type: '' }],
    ['an empty source', { ...MINIMAL, source: '' }],
    ['an empty subject', { ...MINIMAL, subject: '' }],
    ['an empty schema', { ...MINIMAL, dataschema: '' }],
    ['an empty content type', { ...MINIMAL, datacontenttype: '' }],
    ['a content type that is none', { ...MINIMAL, datacontenttype: 'xyz' }],
    ['a number for an id', { ...MINIMAL, id: 25 }],
    ['an object for an id', { ...MINIMAL, id: { xyz: 'abc' } }],
    ['a name in capitals', { ...MINIMAL, MyExtension: 'bad' }],
    ['a name with a dot', { ...MINIMAL, 'my.extension': 'bad' }],
    ['__proto__', JSON.parse('{"specversion":"1.0","id":"1","type":"t","source":"/s","__proto__":{"a":1}}')],
    ['a fraction', { ...MINIMAL, ext: 1.5 }],
    ['an object for an extension', { ...MINIMAL, ext: {} }],
    ['an array for an extension', { ...MINIMAL, ext: [] }],
    ['a control character', { ...MINIMAL, subject: 'a\u0007b' }],
    ['a lone surrogate', { ...MINIMAL, subject: 'a\ud800b' }],
    ['both kinds of data', { ...MINIMAL, data: 'text', data_base64: 'eyAieHl6IjogMTIzIH0=' }],
    ['data that is no base64', { ...MINIMAL, data_base64: '???' }],
    ['data in base64 that is no JSON', { ...MINIMAL, data_base64: 'YWJj' }],
    ['data in base64 that is no UTF-8', { ...MINIMAL, data_base64: '/w==' }],
    ...['lunchtime', '2018-04-05T18:31Z', '2018-04-05T18:31:00X', '2018-04-05T18:31:00+25:00', 5].map(
      (time): [string, unknown] => [`the time ${time}`, { ...TIMES, time }],
    ),
    ['an array', [MINIMAL]],
    ['text', 'event'],
    ['null', null],
  ])('refuses %s', (_, event) => {
    expect(() => structured(event)).toThrow(EventError);
    expect(() => structured(event)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it.each<[string, unknown]>([
    ['one version and another', [MINIMAL, { ...MINIMAL, specversion: '0.9' }]],
    ['an event without an id', [{ ...MINIMAL, id: undefined }]],
    ['what is no object', ['not an object', MINIMAL]],
    ['an array', [[MINIMAL]]],
    ['an event that stands alone', MINIMAL],
  ])('refuses a batch of %s', (_, batch) => {
    const message = json('application/cloudevents-batch+json', batch);
    expect(() => readMessage(message)).toThrow(expect.objectContaining({ status: 400, reason: 'malformed' }));
  });
});
