import { describe, expect, it } from 'vitest';
import {
  isDnsLabel,
  isDnsSubdomain,
  isLabelSelector,
  isLabelValue,
  ownerOfPod,
} from '../../../src/domain/kubernetes-names.js';

describe('names of Kubernetes', () => {
  it.each([
    ['web', true, true, true],
    ['web-0', true, true, true],
    ['a', true, true, true],
    ['web.v1', false, true, true],
    ['Web_1', false, false, true],
    ['-web', false, false, false],
    ['web-', false, false, false],
    ['a..b', false, false, true],
    ['', false, false, false],
    ['web\n', false, false, false],
    ['a/b', false, false, false],
    ['x'.repeat(63), true, true, true],
    ['x'.repeat(64), false, true, false],
    [`${`${'x'.repeat(62)}.`.repeat(4)}x`, false, true, false],
    ['x'.repeat(254), false, false, false],
  ])('%j: label %s, subdomain %s, label value %s', (text, label, subdomain, value) => {
    expect([isDnsLabel(text), isDnsSubdomain(text), isLabelValue(text)]).toEqual([label, subdomain, value]);
  });

  it.each([
    ['app=web', true],
    ['app.kubernetes.io/name=web,tier=db', true],
    ['app', false],
    ['=web', false],
    ['app=', false],
    ['app=web;rm', false],
    ['app in (a,b)', false],
    ['a=b,', false],
  ])('selector %j: %s', (text, expected) => {
    expect(isLabelSelector(text)).toBe(expected);
  });

  it.each([
    ['checkout-7d9f8b6c5-x2x4z', 'checkout'],
    ['checkout-api-5f6d7c8b9d-abcde', 'checkout-api'],
    ['web-0', undefined],
    ['node-exporter-x2x4z', undefined],
    ['my-exporter2-abcde', undefined],
    ['backup-28401275-abcde', undefined],
    ['7d9f8b6c5-x2x4z', undefined],
    ['Web-7d9f8b6c5-x2x4z', undefined],
    ['', undefined],
  ])('owner of %j: %s', (pod, owner) => {
    expect(ownerOfPod(pod)).toBe(owner);
  });
});
