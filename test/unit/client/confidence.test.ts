import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenF1 } from '../../../src/client/confidence/agreement.js';
import {
  type ConfidenceMap,
  checkConfidenceMap,
  confidenceOf,
  DEFAULT_CONFIDENCE_MAP,
} from '../../../src/client/confidence/confidence-map.js';
import { fitConfidenceMap, type LabelledAnswer } from '../../../src/client/confidence/fit-confidence-map.js';
import { meanTokenProbability } from '../../../src/core/confidence/token-probability.js';
import { ConfigurationError, InvalidInputError } from '../../../src/core/errors.js';
import { createRandom } from '../../../src/core/random.js';
import { cosine } from '../../../src/domain/index.js';

describe('meanTokenProbability', () => {
  it('is the geometric mean', () => {
    expect(meanTokenProbability([Math.log(0.5), Math.log(0.125)])).toBeCloseTo(0.25, 12);
    expect(meanTokenProbability([0, 0])).toBe(1);
  });

  it('stays a probability for edges', () => {
    expect(meanTokenProbability([Number.NEGATIVE_INFINITY, 0])).toBe(0);
    expect(meanTokenProbability([1e-6])).toBe(1);
    expect(meanTokenProbability([])).toBeUndefined();
    expect(meanTokenProbability(undefined)).toBeUndefined();
    expect(meanTokenProbability([Number.NaN, -1])).toBeUndefined();
  });

  it('does not depend on the length of the answer', () => {
    fc.assert(
      fc.property(fc.double({ min: -20, max: 0, noNaN: true }), fc.integer({ min: 1, max: 500 }), (logprob, length) => {
        expect(meanTokenProbability(Array(length).fill(logprob))).toBeCloseTo(Math.exp(logprob), 10);
      }),
    );
  });
});

describe('agreement', () => {
  it('counts words in common, as often as they occur', () => {
    expect(tokenF1('Restart the pod.', 'restart THE pod')).toBe(1);
    expect(tokenF1('a a b', 'a b b')).toBeCloseTo(2 / 3, 12);
    expect(tokenF1('yes', 'no')).toBe(0);
    expect(tokenF1('再起動', '再開')).toBeCloseTo(2 / 5, 12);
    expect(tokenF1('?', '?')).toBe(1);
    expect(tokenF1('?', '!')).toBe(0);
    expect(tokenF1('?', 'word')).toBe(0);
  });

  it('is symmetric and within 0 to 1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(tokenF1(a, b)).toBe(tokenF1(b, a));
        expect(tokenF1(a, b)).toBeGreaterThanOrEqual(0);
        expect(tokenF1(a, b)).toBeLessThanOrEqual(1);
        expect(tokenF1(a, a)).toBe(1);
      }),
    );
  });

  it('takes cosines from 0 to 1, where there is one', () => {
    expect(cosine(Float32Array.of(1, 0), Float32Array.of(2, 0))).toBe(1);
    expect(cosine(Float32Array.of(1, 0), Float32Array.of(-1, 0))).toBe(0);
    expect(cosine(Float32Array.of(1, 1), Float32Array.of(1, 0))).toBeCloseTo(Math.SQRT1_2, 6);
    expect(cosine(Float32Array.of(1), Float32Array.of(1, 2))).toBeUndefined();
    expect(cosine(Float32Array.of(0, 0), Float32Array.of(1, 0))).toBeUndefined();
    expect(cosine(Float32Array.of(Number.NaN), Float32Array.of(1))).toBeUndefined();
  });
});

describe('confidenceOf', () => {
  it('has the properties that the default map is documented with', () => {
    expect(confidenceOf({})).toBe(0.5);
    expect(confidenceOf({ agreement: 1 })).toBeLessThan(0.85);
    expect(confidenceOf({ agreement: 1 })).toBeCloseTo(0.83, 2);
    expect(confidenceOf({ logprob: 0.95 })).toBeCloseTo(0.73, 2);
    expect(confidenceOf({ logprob: 0.73 })).toBeCloseTo(0.5, 2);
    expect(confidenceOf({ verifier: 1 })).toBeCloseTo(0.975, 3);
    expect(confidenceOf({ logprob: 0 })).toBeLessThan(0.1);
  });

  it('is finite and within 0 to 1 for any evidence and any map that is accepted', () => {
    const part = fc.option(fc.oneof(fc.double({ min: 0, max: 1 }), fc.constant(Number.NaN)), { nil: undefined });
    const coefficient = fc.double({ min: -1000, max: 1000, noNaN: true });
    const coefficients = fc.record({ weight: coefficient, offset: coefficient });
    fc.assert(
      fc.property(
        fc.record({ logprob: part, agreement: part, verifier: part }),
        fc.record({
          intercept: coefficient,
          logprob: coefficients,
          agreement: coefficients,
          verifier: coefficients,
        }),
        (evidence, map) => {
          checkConfidenceMap(map);
          const confidence = confidenceOf(evidence, map);
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it.each([
    ['intercept', { ...DEFAULT_CONFIDENCE_MAP, intercept: Number.NaN }],
    ['verifier.weight', { ...DEFAULT_CONFIDENCE_MAP, verifier: { weight: '1', offset: 0 } }],
    ['logprob.offset', { ...DEFAULT_CONFIDENCE_MAP, logprob: { weight: 1 } }],
    ['agreement.weight', { ...DEFAULT_CONFIDENCE_MAP, agreement: undefined }],
  ])('refuses a map with a wrong %s', (name, map) => {
    const check = () => checkConfidenceMap(map as unknown as ConfidenceMap);
    expect(check).toThrow(ConfigurationError);
    expect(check).toThrow(`confidenceMap.${name}`);
  });
});

describe('fitConfidenceMap', () => {
  const planted: ConfidenceMap = {
    intercept: -0.7,
    logprob: { weight: 0.9, offset: 0.4 },
    agreement: { weight: 0.2, offset: -0.6 },
    verifier: { weight: 1.5, offset: 0.3 },
  };

  /** Answers whose rightness is drawn from the planted map; each kind of evidence is there half of the time. */
  function sample(count: number): LabelledAnswer[] {
    const random = createRandom('confidence map');
    const value = () => (random.chance(0.5) ? random.next() : undefined);
    return Array.from({ length: count }, () => {
      const evidence = { logprob: value(), agreement: value(), verifier: value() };
      return { evidence, correct: random.chance(confidenceOf(evidence, planted)) };
    });
  }

  it('recovers a planted map', () => {
    const fitted = fitConfidenceMap(sample(3_000));
    expect(Math.abs(fitted.intercept - planted.intercept)).toBeLessThan(0.35);
    for (const kind of ['logprob', 'agreement', 'verifier'] as const) {
      expect(Math.abs(fitted[kind].weight - planted[kind].weight)).toBeLessThan(0.3);
      expect(Math.abs(fitted[kind].offset - planted[kind].offset)).toBeLessThan(0.4);
    }
  });

  it('gives the same map for the same answers', () => {
    expect(fitConfidenceMap(sample(200))).toEqual(fitConfidenceMap(sample(200)));
  });

  it('keeps to the prior where the answers say nothing, and stays finite where they can be separated', () => {
    const samples: LabelledAnswer[] = Array.from({ length: 40 }, (_, index) => ({
      evidence: { logprob: index < 20 ? 0.1 : 0.9 },
      correct: index >= 20,
    }));
    const fitted = fitConfidenceMap(samples);
    expect(fitted.verifier).toEqual(DEFAULT_CONFIDENCE_MAP.verifier);
    expect(fitted.agreement).toEqual(DEFAULT_CONFIDENCE_MAP.agreement);
    expect(confidenceOf({ logprob: 0.9 }, fitted)).toBeGreaterThan(0.9);
    expect(confidenceOf({ logprob: 0.1 }, fitted)).toBeLessThan(0.1);
    checkConfidenceMap(fitted);
  });

  it('moves less from the prior the stronger the pull', () => {
    const distance = (l2: number) => Math.abs(fitConfidenceMap(sample(300), { l2 }).verifier.weight - 0.8);
    expect(distance(1_000)).toBeLessThan(distance(10));
    expect(distance(10)).toBeLessThan(distance(0.01));
  });

  it.each([
    ['samples', [{ evidence: {}, correct: true }], {}],
    ['samples', [], {}],
    ['samples[0].evidence.logprob', [{ evidence: { logprob: -1 }, correct: true }], {}],
    ['samples[0].correct', [{ evidence: {}, correct: 1 }], {}],
    ['l2', [], { l2: 0 }],
  ])('refuses wrong %s', (path, samples, options) => {
    const fit = () => fitConfidenceMap(samples as LabelledAnswer[], options);
    expect(fit).toThrow(InvalidInputError);
    expect(fit).toThrow(path);
  });
});
