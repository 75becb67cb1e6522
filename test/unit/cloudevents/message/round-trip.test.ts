import type { CloudEventV1 } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../../src/cloudevents/message/read-message.js';
import { messageBytes, type SendMode, writeMessage } from '../../../../src/cloudevents/message/write-message.js';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { ATTRIBUTES, attributeText } from '../samples.js';

const anyEvent = fc.record({
  id: attributeText,
  type: attributeText,
  subject: attributeText,
  myext: attributeText,
  flag: fc.boolean(),
  count: fc.integer(),
  data: fc.jsonValue({ maxDepth: 3 }),
});

const back = (event: CloudEventV1<unknown>, mode: SendMode) => {
  const content = readMessage(writeMessage(event, mode));
  return content.mode === 'plain' ? undefined : content.events[0];
};

describe.each<SendMode>(['binary', 'structured'])('%s mode', (mode) => {
  it('gives back every attribute and all data', () => {
    fc.assert(
      fc.property(anyEvent, ({ flag, count, myext, data, ...core }) => {
        const event = { ...ATTRIBUTES, ...core, flag, count, myext, data };
        const read = back(event, mode);
        // Headers know no types, so that numbers and booleans come back as text.
        const typed = mode === 'structured' ? { flag, count } : { flag: String(flag), count: String(count) };
        expect(read).toMatchObject({ ...core, extensions: { ...typed, myext } });
        expect(read?.data).toEqual(JSON.parse(JSON.stringify(data)));
      }),
      { numRuns: 200 },
    );
  });

  it('writes headers that HTTP can carry, and knows their size', () => {
    const message = writeMessage({ ...ATTRIBUTES, subject: 'a\u00e9 "%', data: { text: 'é' } }, mode);
    for (const [name, value] of Object.entries(message.headers)) {
      expect(`${name}: ${value}`).toMatch(/^[a-z0-9-]+: [\x20-\x7e]+$/);
    }
    expect(message.headers['content-type']).toMatch(
      mode === 'binary' ? /^application\/json/ : /^application\/cloudevents\+json/,
    );
    expect(messageBytes(message)).toBeGreaterThan(Buffer.byteLength(message.body) + 20);
  });

  it.each<[string, Record<string, unknown>]>([
    ['no id', { id: '' }],
    ['no source', { source: undefined }],
    ['no type', { type: undefined }],
    ['a line break in an attribute', { subject: 'a\r\nx-injected: 1' }],
    ['a lone surrogate in an attribute', { myext: '\udc00' }],
    ['a name that no attribute may have', { 'x-y': 'z' }],
  ])('refuses %s', (_, changes) => {
    expect(() => writeMessage({ ...ATTRIBUTES, ...changes } as unknown as CloudEventV1<unknown>, mode)).toThrow(
      InvalidInputError,
    );
  });
});

describe('data of another type', () => {
  it('goes out as it is in binary mode', () => {
    const event = { ...ATTRIBUTES, datacontenttype: 'text/plain' };
    expect(writeMessage({ ...event, data: 'words' }, 'binary').body).toBe('words');
    expect(() => writeMessage({ ...event, data: { a: 1 } }, 'binary')).toThrow(/^data: expected text or bytes/);
  });
});
