import { describe, expect, it } from 'vitest';
import { findAlert } from '../../../../src/server/compat/find-alert.js';

const LABELS = { alertname: 'PodCrashLooping', pod: 'shop-0', namespace: 'shop' };

describe('the alert of a prompt', () => {
  it.each<[string, string]>([
    ['JSON', `What now? ${JSON.stringify({ labels: LABELS })} Answer briefly.`],
    ['headings', 'Alert Name: PodCrashLooping\nLabels: {"pod": "shop-0", "namespace": "shop"}'],
    ['labels that begin with the name', 'Labels:\n- alertname: PodCrashLooping\n- pod: shop-0\n- namespace: shop\n'],
    ['labels that end with the name', '**Labels**:\npod: shop-0\nnamespace: shop\nalertname: PodCrashLooping'],
    [
      'labels as the function-calling phase writes them',
      'Which function does this alert call for?\nLabels:\nalertname = "PodCrashLooping"\npod = "shop-0"\nnamespace = "shop"\nAnnotations:\nsummary = "x"',
    ],
  ])('is found as %s', (_, prompt) => {
    expect({ ...findAlert(prompt)?.alert.labels }).toMatchObject(LABELS);
  });

  it.each([
    ['', ''],
    ['a question', 'What does PodCrashLooping mean?'],
    ['labels of no alert', 'Labels:\npod: shop-0'],
    ['a name without labels', 'alertname is a label of Prometheus'],
  ])('is not found in %s', (_, prompt) => {
    expect(findAlert(prompt)).toBeUndefined();
  });

  it('keeps the name of a heading before that of the labels', () => {
    const prompt = 'Alert Name: First\nLabels:\nalertname: Second\npod: shop-0';
    expect(findAlert(prompt)?.alert.labels['alertname']).toBe('First');
  });
});
