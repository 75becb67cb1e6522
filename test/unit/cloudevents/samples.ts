import fc from 'fast-check';
import {
  ALERT_FIRED,
  createTriggerEvent,
  type EventMessage,
  type TriggerOptions,
} from '../../../src/cloudevents/index.js';
import { isAttributeText } from '../../../src/cloudevents/message/attribute-text.js';
import { type Alert, parseAlerts } from '../../../src/domain/index.js';

export const NOW = Date.parse('2026-01-31T08:00:00Z');

/** A firing alert, as an Alertmanager sends it. */
export const ALERT = {
  status: 'firing',
  labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'web-0', severity: 'critical' },
  annotations: { summary: 'Pod shop/web-0 is restarting' },
  startsAt: '2026-01-31T07:55:00.123Z',
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: '0123456789abcdef',
};

export const PARSED_ALERT = parseAlerts(ALERT)[0] as Alert;

export const WEBHOOK = {
  version: '4',
  groupKey: '{}:{alertname="KubePodCrashLooping"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'agent',
  routeLabels: {},
  notification_reason: 'first notification',
  externalURL: 'http://alertmanager.example',
  alerts: [ALERT],
};

/** Core attributes of an event with an alert. */
export const ATTRIBUTES = {
  specversion: '1.0',
  id: 'event-1',
  source: '/prometheus/rules',
  type: ALERT_FIRED,
  time: '2026-01-31T07:59:00Z',
};

export function binaryMessage(
  attributes: Readonly<Record<string, string>> = ATTRIBUTES,
  data: unknown = ALERT,
): EventMessage {
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(data) };
}

export function structuredMessage(event: unknown = { ...ATTRIBUTES, data: ALERT }): EventMessage {
  return { headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(event) };
}

export function batchMessage(events: unknown): EventMessage {
  return { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify(events) };
}

export function webhookMessage(webhook: unknown = WEBHOOK): EventMessage {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(webhook) };
}

export const TRIGGER: TriggerOptions = {
  alert: PARSED_ALERT,
  call: { lambdaFunction: 'pod-restart', parameters: { namespace: 'shop', name: 'web-0', type: 'pod' } },
  confidence: 0.93,
  phase: 'trm',
  correlationId: 'incident-7',
  policyVersion: 'remediation-v1+policy-3',
  now: NOW,
  ttlMs: 600_000,
};

export const trigger = (changes: Partial<TriggerOptions> = {}) => createTriggerEvent({ ...TRIGGER, ...changes });

/** Text of any characters that an attribute may hold: spaces, quotes, percent signs and all scripts among them. */
export const attributeText = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter(isAttributeText),
  fc.string({ unit: fc.constantFrom('"', '%', ' ', '\\', 'é', '€', '😀', '\ufeff', '%41', 'a'), minLength: 1 }),
);

/** Any alert that the schema lets through, with any text in it. */
export const anyAlert = fc
  .record({
    alertname: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((name) => name.trim() !== ''),
    labels: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/), fc.string({ unit: 'binary', maxLength: 30 }), {
      maxKeys: 8,
    }),
    annotations: fc.dictionary(fc.stringMatching(/^[a-z]{1,12}$/), fc.string({ unit: 'binary', maxLength: 200 }), {
      maxKeys: 5,
    }),
    startsAt: fc.option(
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
      { nil: undefined },
    ),
  })
  .map(
    ({ alertname, labels, annotations, startsAt }) =>
      parseAlerts({ labels: { ...labels, alertname }, annotations, ...(startsAt && { startsAt }) })[0] as Alert,
  );
