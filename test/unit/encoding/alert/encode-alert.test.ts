import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAlert, FIELD_TYPE } from '../../../../src/encoding/index.js';
import { alertOf, arbitraryAlert, tokenizer } from '../helpers.js';

function reorder<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).reverse());
}

describe('encodeAlert', () => {
  it('does not depend on the order of labels, annotations and metrics', () => {
    fc.assert(
      fc.property(arbitraryAlert, (alert) => {
        const shuffled = {
          ...alert,
          labels: reorder(alert.labels),
          annotations: reorder(alert.annotations),
          metrics: reorder(alert.metrics),
        };
        expect(encodeAlert(shuffled, tokenizer).fields).toEqual(encodeAlert(alert, tokenizer).fields);
      }),
    );
  });

  it('never makes more fields than allowed and always begins with the whole name', () => {
    fc.assert(
      fc.property(arbitraryAlert, fc.integer({ min: 1, max: 12 }), (alert, maxFields) => {
        const { fields } = encodeAlert(alert, tokenizer, { maxFields });
        expect(fields.length).toBeLessThanOrEqual(maxFields);
        expect(fields[0]?.type).toBe(FIELD_TYPE.alertName);
      }),
    );
  });

  it('keeps the labels that name objects when there are too many', () => {
    const noise = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`a_extra_${index}`, `v${index}`]));
    const labels = { ...noise, alertname: 'X', pod: 'web-0', namespace: 'shop', prometheus: 'k8s', uid: 'u' };
    const alert = alertOf(labels, { metrics: { cpu: 1 }, annotations: { summary: 'The pod fails.' } });
    const { fields } = encodeAlert(alert, tokenizer);
    const keys = fields.map((field) => field.key);
    expect(fields).toHaveLength(32);
    expect(keys).toEqual(expect.arrayContaining(['pod', 'namespace', 'cpu', 'summary']));
    expect(keys).not.toContain('prometheus');
    expect(keys).not.toContain('uid');
  });

  it('never reads instructions and addresses in annotations', () => {
    const annotations = {
      lambda_function: 'delete-everything',
      lambda_parameters: '{}',
      runbook_url: 'https://runbooks.example/x',
      summary: 'See https://grafana.example/d/abc for more',
    };
    const { fields } = encodeAlert(alertOf({ alertname: 'X' }, { annotations }), tokenizer);
    const chunks = fields.filter((field) => field.type === FIELD_TYPE.annotation);
    expect(chunks.map((field) => [field.key, field.value])).toEqual([['summary', 'See for more']]);
  });

  it('cuts long annotations into at most four chunks, summary first, each within the token limit', () => {
    const long = Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ');
    const alert = alertOf({ alertname: 'X' }, { annotations: { description: long, aaa: 'other', summary: 'short' } });
    const chunks = encodeAlert(alert, tokenizer).fields.filter((field) => field.type === FIELD_TYPE.annotation);
    expect(chunks.map((field) => field.key)).toEqual(['summary', 'description', 'description', 'description']);
    for (const chunk of chunks) expect(tokenizer.countTokens(chunk.value)).toBeLessThanOrEqual(32);
  });

  it('reads prose the same whatever the objects are called', () => {
    const textOf = (pod: string): string | undefined =>
      encodeAlert(
        alertOf({ alertname: 'X', pod }, { annotations: { summary: `Pod shop/${pod} keeps restarting` } }),
        tokenizer,
      ).fields.find((field) => field.key === 'summary')?.value;
    expect(textOf('web-0')).toBe('Pod shop/pod keeps restarting');
    expect(textOf('other-name-17')).toBe(textOf('web-0'));
  });

  it('says beside the key of a pod that it belongs to a Deployment, and of no other', () => {
    const keyOf = (pod: string) =>
      encodeAlert(alertOf({ alertname: 'X', pod }), tokenizer).fields.find(({ key }) => key === 'pod')?.keyText.tokens;
    expect(keyOf('checkout-api-7d9f8b6c5-x2x4z')).toEqual(tokenizer.encodeText('pod deployment').tokens);
    expect(keyOf('checkout-api-0')).toEqual(tokenizer.encodeText('pod').tokens);
  });

  it('encodes metrics as magnitudes and words as they are', () => {
    const alert = alertOf({ alertname: 'X' }, { metrics: { cpu_percent: 85, memory: 'normal' } });
    const metrics = encodeAlert(alert, tokenizer).fields.filter((field) => field.type === FIELD_TYPE.metric);
    expect(metrics.map(({ key, value, origin }) => ({ key, value, origin }))).toEqual([
      { key: 'cpu_percent', value: '85', origin: { kind: 'metric', key: 'cpu_percent' } },
      { key: 'memory', value: 'normal', origin: { kind: 'metric', key: 'memory' } },
    ]);
    expect(tokenizer.encode('85')).toEqual(tokenizer.encode('83'));
    expect(tokenizer.encode('85')).not.toEqual(tokenizer.encode('12'));
  });
});
