import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertFingerprint } from '../../../../src/domain/index.js';

describe('alertFingerprint', () => {
  it('is the 64-bit FNV-1a of no labels for an empty set', () => {
    expect(alertFingerprint({ labels: {} })).toBe('cbf29ce484222325');
  });
  it('hashes name, 0xff, value, 0xff, as Alertmanager does', () => {
    let hash = 0xcbf29ce484222325n;
    for (const byte of [0x61, 0xff, 0x62, 0xff]) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    expect(alertFingerprint({ labels: { a: 'b' } })).toBe(hash.toString(16).padStart(16, '0'));
  });
  it('keeps the fingerprint that the sender gave', () => {
    expect(alertFingerprint({ labels: { a: 'b' }, fingerprint: 'f00' })).toBe('f00');
  });
  it('does not depend on the order of labels and tells values from names', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }), (labels) => {
        const reversed = Object.fromEntries(Object.entries(labels).reverse());
        expect(alertFingerprint({ labels: reversed })).toBe(alertFingerprint({ labels }));
        expect(alertFingerprint({ labels: { ...labels, added: 'x' } })).not.toBe(
          alertFingerprint({ labels: { ...labels, added: 'y' } }),
        );
      }),
    );
  });
});
