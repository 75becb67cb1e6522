import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, lexWords, splitWords } from '../../../../src/encoding/index.js';

describe('splitWords', () => {
  it.each([
    ['PodCPUHigh', 'pod cpu high'],
    ['api-7d9f8b6c5-x2x4z', 'api 7d9f8b6c5 x2x4z'],
    ['FluxGitRepositoryOutOfSync', 'flux git repository out of sync'],
    ['KubePVCsFull', 'kube pvcs full'],
    ['EC2InstanceDown', 'ec2 instance down'],
    ['K8sNodeDown', 'k8s node down'],
    ['HTTP5xxErrors', 'http 5xx errors'],
    ['app_kubernetes_io_name', 'app kubernetes io name'],
    ['Ｐｏｄ ＤＯＷＮ', 'pod down'],
    ['pod\u202e\u200bname\u0000x\ud800', 'podname x'],
    ['', ''],
    ['--- !!', ''],
  ])('%j -> %s', (text, words) => {
    expect(splitWords(text).join(' ')).toBe(words);
  });

  it('is idempotent and yields only lower-case words for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const words = splitWords(text);
        expect(words.every((word) => word !== '' && !/[\s\p{Cc}\p{Cf}\p{Cs}]/u.test(word))).toBe(true);
        expect(words.every((word) => word === word.toLowerCase())).toBe(true);
      }),
    );
  });
});

describe('cleanText', () => {
  it.each([
    ['pod\u202e\u200bname\u0000x\ud800', 4_096, 'podname x'],
    ['one\r\ntwo\u2028three\u2029four\u0085five', 4_096, 'one two three four five'],
    ['ｐｏｄ', 4_096, 'pod'],
    ['tag\u{e0041}', 4_096, 'tag'],
    ['abcdef', 3, 'abc'],
    ['ab\u{1f600}', 3, 'ab'],
    ['\ufdfa'.repeat(3), 10, '\ufdfa'.repeat(3).normalize('NFKC').slice(0, 10)],
  ])('%j, at most %i -> %j', (text, maxLength, clean) => {
    expect(cleanText(text, maxLength)).toBe(clean);
  });

  it('is never longer than asked and holds no hidden characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat({ max: 40 }), (text, maxLength) => {
        const clean = cleanText(text, maxLength);
        expect(clean.length).toBeLessThanOrEqual(maxLength);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('lexWords', () => {
  it.each([
    ['85', '<num> ge80'],
    ['0.97', '<num> ge0.95'],
    ['-3', '<num> neg'],
    ['0', '<num> eq0'],
    ['CPU is 85% on web-0.', 'cpu is <num> ge80 percent on web <num> eq0'],
    ['10.0.0.1:9090', '<ip> <num> ge1000'],
    ['checkout-5d8f9c7b6f-x2abc', 'checkout <id>'],
    ['cart-7d9f8b6c5-xkqzj', 'cart <id>'],
    ['123e4567-e89b-12d3-a456-426614174000', '<uuid>'],
    ['http2 log4j python3 k8s', 'http2 log4j python3 k8s'],
    ['kube-dashboard-proxy', 'kube dashboard proxy'],
  ])('%j -> %s', (text, words) => {
    expect(lexWords(text).join(' ')).toBe(words);
  });
});
