import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHeaderValue, encodeHeaderValue } from '../../../../src/cloudevents/message/header-value.js';
import { EventError } from '../../../../src/core/errors.js';
import { attributeText } from '../samples.js';

describe('encodeHeaderValue', () => {
  it.each([
    ['Euro € 😀', 'Euro%20%E2%82%AC%20%F0%9F%98%80'],
    ['say "hi" at 100%', 'say%20%22hi%22%20at%20100%25'],
    ['/agent-sre/remediation', '/agent-sre/remediation'],
    ['line\nbreak\r\n', 'line%0Abreak%0D%0A'],
    ['', ''],
  ])('writes %j as %s', (text, header) => {
    expect(encodeHeaderValue(text)).toBe(header);
  });
});

describe('decodeHeaderValue', () => {
  it.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['%e2%82%ac', '€'],
    ['%41%62c', 'Abc'],
    ['%2520', '%20'],
    ['"a b"', 'a b'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['"%E2%82%AC 5"', '€ 5'],
    ['%22a%22', '"a"'],
    ['say "hi" twice', 'say "hi" twice'],
    ['"open', '"open'],
    ['%EF%BB%BFbom', '\ufeffbom'],
    ['  padded  ', 'padded'],
    ['""', ''],
  ])('reads %s as %j', (header, text) => {
    expect(decodeHeaderValue('ce-subject', header)).toBe(text);
  });

  it.each([
    ['an overlong space', '%C0%A0'],
    ['an overlong slash', '%E0%80%AF'],
    ['half of a surrogate pair', '%ED%A0%80'],
    ['what is beyond Unicode', '%F4%90%80%80'],
    ['a character that breaks off', '%E2%82'],
    ['a percent sign alone', '100% used'],
    ['half an escape', '%4'],
    ['an escape that is none', '%GG'],
    ['a character that no header may hold', 'caf\u00e9'],
    ['a tab', 'a\tb'],
    ['an escaped line break', 'a%0D%0Ab'],
    ['an escaped NUL', '%00'],
    ['an escaped DEL', '%7F'],
    ['a noncharacter', '%EF%BF%BF'],
  ])('refuses %s', (_, header) => {
    expect(() => decodeHeaderValue('ce-subject', header)).toThrow(EventError);
    expect(() => decodeHeaderValue('ce-subject', header)).toThrow(/^ce-subject: expected /);
  });
});

describe('both', () => {
  it('are the inverse of each other for every attribute, and what goes out is plain ASCII', () => {
    fc.assert(
      fc.property(attributeText, (text) => {
        const header = encodeHeaderValue(text);
        expect(header).toMatch(/^[\x21\x23-\x7e]*$/);
        expect(decodeHeaderValue('ce-subject', header)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});
