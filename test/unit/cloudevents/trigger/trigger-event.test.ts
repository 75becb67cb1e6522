import { CloudEvent } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAMBDA_TRIGGER, LARGEST_EVENT_BYTES, SOURCE, triggerId } from '../../../../src/cloudevents/index.js';
import { messageBytes, writeMessage } from '../../../../src/cloudevents/message/write-message.js';
import { InvalidInputError } from '../../../../src/core/errors.js';
import type { Alert } from '../../../../src/domain/index.js';
import { anyAlert, NOW, PARSED_ALERT, TRIGGER, trigger } from '../samples.js';

describe('createTriggerEvent', () => {
  it('says what to run, why, for how long, and what caused it', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const event = trigger({ causation: { id: 'event-1', traceparent, tracestate: 'vendor=1' } });
    expect(event).toBeInstanceOf(CloudEvent);
    expect({ ...event }).toMatchObject({
      specversion: '1.0',
      source: SOURCE,
      type: LAMBDA_TRIGGER,
      subject: 'shop/pod/web-0',
      time: '2026-01-31T08:00:00.000Z',
      expirytime: '2026-01-31T08:10:00.000Z',
      datacontenttype: 'application/json',
      correlationid: 'incident-7',
      causationid: 'event-1',
      partitionkey: 'shop/pod/web-0',
      traceparent,
      tracestate: 'vendor=1',
    });
    expect(event.id).toMatch(/^[0-9a-f]{64}$/);
    expect(event.data).toEqual({
      lambda_function: 'pod-restart',
      parameters: { namespace: 'shop', name: 'web-0', type: 'pod' },
      alert: PARSED_ALERT,
      triggered_by: 'trm',
      correlation_id: 'incident-7',
      confidence: 0.93,
    });
  });

  it('leaves out what is not known, and a trace context that is none', () => {
    const event = trigger({ causation: { id: 'x', traceparent: 'garbage', tracestate: 'a=1' } });
    expect(Object.keys(event)).not.toContain('traceparent');
    expect(Object.keys(event)).not.toContain('tracestate');
    expect(Object.keys(trigger())).not.toContain('causationid');
  });

  it('makes a hash of identifiers that no header should carry', () => {
    const event = trigger({ correlationId: 'a\nb', causation: { id: 'x'.repeat(3_000) } });
    expect(event['correlationid']).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(event['causationid']).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(event.data?.correlation_id).toBe('a\nb');
  });

  it.each<[string, Parameters<typeof trigger>[0], RegExp]>([
    [
      'a resolved alert',
      { alert: { ...PARSED_ALERT, status: 'resolved' } },
      /^alert: expected an alert that is firing/,
    ],
    ['a confidence over 1', { confidence: 1.01 }, /^confidence: /],
    ['a confidence that is no number', { confidence: Number.NaN }, /^confidence: /],
    ['no function', { call: { lambdaFunction: '', parameters: {} } }, /^lambda_function: /],
    [
      'an object as parameter',
      { call: { lambdaFunction: 'f', parameters: { a: {} as unknown as string } } },
      /^parameters\.a: /,
    ],
    [
      'an endless number',
      { call: { lambdaFunction: 'f', parameters: { a: Number.POSITIVE_INFINITY } } },
      /^parameters/,
    ],
    ['no correlation', { correlationId: '' }, /^correlation_id: /],
    ['no time to live', { ttlMs: 0 }, /^ttlMs: /],
    ['a time that is none', { now: Number.NaN }, /^now: /],
    ['an end beyond all calendars', { ttlMs: Number.MAX_SAFE_INTEGER }, /^ttlMs: /],
  ])('refuses %s', (_, changes, message) => {
    expect(() => trigger(changes)).toThrow(InvalidInputError);
    expect(() => trigger(changes)).toThrow(message);
  });
});

describe('the id', () => {
  const idOf = (changes: Parameters<typeof trigger>[0]): string => trigger(changes).id;
  const reversed = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).reverse());

  it('does not depend on the order of labels and parameters, on the confidence, or on when and why', () => {
    const { fingerprint: _given, ...computed } = PARSED_ALERT;
    for (const alert of [PARSED_ALERT, computed]) {
      const again = {
        ...TRIGGER,
        alert: { ...alert, labels: reversed(alert.labels), annotations: { summary: 'other words' } },
        call: { lambdaFunction: 'pod-restart', parameters: reversed(TRIGGER.call.parameters) },
        confidence: 0.71,
        phase: 'rules',
        correlationId: 'other',
        now: NOW + 1,
        causation: { id: 'redelivered' },
      };
      expect(idOf(again)).toBe(idOf({ alert }));
    }
  });

  it('does not depend on how the start is written', () => {
    const at = (startsAt: string): string => idOf({ alert: { ...PARSED_ALERT, startsAt } });
    expect(at('2026-01-31T08:55:00.123+01:00')).toBe(at('2026-01-31T07:55:00.123Z'));
    expect(at('2026-01-31T07:55:00.123000000Z')).toBe(at('2026-01-31T07:55:00.123Z'));
  });

  it.each<[string, Parameters<typeof trigger>[0]]>([
    ['alert', { alert: { ...PARSED_ALERT, fingerprint: 'fedcba9876543210' } }],
    ['firing', { alert: { ...PARSED_ALERT, startsAt: '2026-01-31T07:56:00Z' } }],
    ['function', { call: { ...TRIGGER.call, lambdaFunction: 'pod-check-status' } }],
    ['value', { call: { ...TRIGGER.call, parameters: { ...TRIGGER.call.parameters, name: 'web-1' } } }],
    ['parameter', { call: { ...TRIGGER.call, parameters: { namespace: 'shop', name: 'web-0' } } }],
    ['policy', { policyVersion: 'remediation-v1+policy-4' }],
  ])('is another one for another %s', (_, changes) => {
    expect(idOf(changes)).not.toBe(idOf({}));
  });

  it('tells texts from numbers, and no part reaches into the next', () => {
    const base = { alert: PARSED_ALERT, lambdaFunction: 'f', parameters: {}, policyVersion: 'p' };
    const ids = [
      { ...base, parameters: { a: 3 } },
      { ...base, parameters: { a: '3' } },
      { ...base, parameters: { a: true } },
      { ...base, parameters: { a: 'true' } },
      { ...base, lambdaFunction: 'f|{}' },
      { ...base, lambdaFunction: 'f', policyVersion: '{}|p' },
      { ...base, parameters: { 'a","b': 1 } },
      { ...base, parameters: { a: 1, b: 1 } },
    ].map(triggerId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is a known one for a known call, so that another release gives it too', () => {
    expect(triggerId({ alert: PARSED_ALERT, ...TRIGGER.call, policyVersion: 'p' })).toBe(
      'a50a7f522839abdfbc8d84f9a75a92217469b3fb0f4927a4f3a131145dc9b589',
    );
  });
});

describe('the size', () => {
  const sizeOf = (event: ReturnType<typeof trigger>): number =>
    Math.max(messageBytes(writeMessage(event, 'binary')), messageBytes(writeMessage(event, 'structured')));
  const bigAlert = (annotations: Record<string, string>, labels: Record<string, string> = {}): Alert => ({
    ...PARSED_ALERT,
    labels: { ...PARSED_ALERT.labels, ...labels },
    annotations,
  });
  const many = (count: number, text: string): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, text]));

  it.each([
    ['4 kB of text each', many(60, 'x'.repeat(4_000))],
    ['three bytes a character', many(60, '€'.repeat(4_000))],
    ['four bytes a character', many(60, '😀'.repeat(2_000))],
    ['characters that JSON escapes', many(60, '\u0001'.repeat(4_000))],
  ])('stays within the limit with annotations of %s, which lose text', (_, annotations) => {
    const event = trigger({ alert: bigAlert(annotations) });
    expect(sizeOf(event)).toBeLessThanOrEqual(LARGEST_EVENT_BYTES);
    expect(event.data?.parameters).toEqual(TRIGGER.call.parameters);
    expect(event.data?.alert.labels).toEqual(PARSED_ALERT.labels);
    expect(event.id).toBe(trigger().id);
    for (const [name, text] of Object.entries(event.data?.alert.annotations ?? {})) {
      expect(text.endsWith('…'), name).toBe(true);
      // Bytes and back tell half of a surrogate pair from a whole one.
      expect(Buffer.from(text).toString(), name).toBe(text);
    }
  });

  it('drops annotations where even their beginnings are too much', () => {
    const event = trigger({ alert: bigAlert(many(60, 'x'.repeat(4_000)), many(15, 'y'.repeat(4_050))) });
    expect(sizeOf(event)).toBeLessThanOrEqual(LARGEST_EVENT_BYTES);
    expect(event.data?.alert.annotations).toEqual({});
  });

  it('is an error where labels or parameters are too much', () => {
    expect(() => trigger({ alert: bigAlert({}, many(20, 'y'.repeat(4_000))) })).toThrow(/^alert: expected labels and/);
    const parameters = many(20, 'z'.repeat(4_000));
    expect(() => trigger({ call: { lambdaFunction: 'f', parameters } })).toThrow(/^alert: expected labels and/);
  });

  it('holds for every alert, and the alert comes through whole where it fits', () => {
    fc.assert(
      fc.property(anyAlert, (alert) => {
        const event = trigger({ alert });
        expect(sizeOf(event)).toBeLessThanOrEqual(LARGEST_EVENT_BYTES);
        expect(event.data?.alert).toEqual(alert);
        expect(String(event.subject ?? '')).toMatch(/^[A-Za-z0-9._:/-]*$/);
      }),
      { numRuns: 100 },
    );
  });
});
