import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWords, encodeAlert, type OverlapWords } from '../../../src/encoding/index.js';
import { indexStems, WORD_FEATURES, writeOverlap } from '../../../src/encoding/overlap.js';
import { alertOf, arbitraryAlert, tokenizer } from './helpers.js';

function wordsOf(name: Record<string, number>, all: Record<string, number> = name): OverlapWords {
  return { name: new Map(Object.entries(name)), content: new Map(), all: new Map(Object.entries(all)), norm: 1 };
}

describe('the likeness of two alerts by their words', () => {
  it('is the weight of the shared words over that of all', () => {
    const left = wordsOf({ pod: 1, crash: 2 }, { pod: 1, crash: 2, shop: 4 });
    const right = wordsOf({ crash: 2, node: 3 }, { crash: 2, node: 3, shop: 4 });
    expect(compareWords(left, right)).toEqual({ name: 2 / 6, all: 6 / 10 });
    expect(compareWords(wordsOf({}), wordsOf({}))).toEqual({ name: 0, all: 0 });
  });

  it('is 1 for an alert and itself, lies in [0, 1], and is the same in both directions', () => {
    fc.assert(
      fc.property(arbitraryAlert, arbitraryAlert, (one, other) => {
        const [left, right] = [one, other].map((alert) => encodeAlert(alert, tokenizer).overlapWords) as [
          OverlapWords,
          OverlapWords,
        ];
        const found = compareWords(left, right);
        for (const value of Object.values(found)) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        expect(compareWords(right, left).name).toBeCloseTo(found.name, 12);
        expect(compareWords(right, left).all).toBeCloseTo(found.all, 12);
        expect(compareWords(left, left)).toEqual({ name: 1, all: 1 });
      }),
    );
  });

  it('does not see what objects are called', () => {
    const encode = (pod: string, namespace: string) =>
      encodeAlert(alertOf({ alertname: 'PodCrashLooping', pod, namespace }), tokenizer).overlapWords;
    expect(compareWords(encode('web-0', 'shop'), encode('queue-7', 'mail'))).toEqual({ name: 1, all: 1 });
  });
});

describe('the overlap of an alert with functions', () => {
  const functions = [
    { name: 'restart-pod', description: 'Restarts a pod' },
    { name: 'drain-node', description: 'Moves pods away' },
  ];

  /** The numbers of both functions, in rows of six, of which two belong to somebody else. */
  function overlapOf(alertname: string): number[][] {
    const { overlapWords } = encodeAlert(alertOf({ alertname }), tokenizer);
    const target = new Float32Array(3 + 2 * (WORD_FEATURES + 2));
    writeOverlap(indexStems(functions, tokenizer), overlapWords, target, 3, WORD_FEATURES + 2);
    expect([...target.subarray(0, 3), ...target.subarray(7, 9), ...target.subarray(13)]).toEqual(new Array(7).fill(0));
    return [3, 9].map((start) => [...target.subarray(start, start + WORD_FEATURES)]);
  }

  it('covers the whole name by an alert that says it, and leaves the numbers between alone', () => {
    const [restart, drain] = overlapOf('PodRestart') as [number[], number[]];
    expect(restart.slice(0, 2)).toEqual([1, 1]);
    expect(drain.slice(0, 2)).toEqual([0, 0]);
    // "pod" and "pods" are one word; the other function's description holds it too.
    expect(drain[2]).toBeGreaterThan(0);
    expect(restart[2]).toBeGreaterThan(drain[2] as number);
    expect(restart[3]).toBeGreaterThan(0.5);
    expect(restart[3]).toBeLessThanOrEqual(1);
    expect(drain[3]).toBeLessThan(restart[3] as number);
  });

  it('is nothing for an alert that shares no word', () => {
    expect(overlapOf('XyzzyQuux')).toEqual([new Array(WORD_FEATURES).fill(0), new Array(WORD_FEATURES).fill(0)]);
  });
});
