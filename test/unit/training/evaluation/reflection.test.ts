import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG, type ParameterOrigin, parseAlerts } from '../../../../src/domain/index.js';
import type { DecodedAnswer } from '../../../../src/encoding/index.js';
import type { Example } from '../../../../src/training/dataset/index.js';
import {
  type AnsweredExample,
  measureReflection,
  stopOnConfidence,
  stopOnHead,
} from '../../../../src/training/evaluation/index.js';
import type { ReasoningStep } from '../../../../src/trm/remediation/index.js';

const pod: ParameterOrigin = { kind: 'label', key: 'pod' };
const example: Example = {
  id: 'x',
  group: 'x',
  source: 'x',
  alert: parseAlerts({ labels: { alertname: 'PodNotReady', pod: 'a-0', namespace: 'n' } })[0] as Example['alert'],
  catalog: DEFAULT_CATALOG,
  functions: ['pod-restart'],
  noneAcceptable: false,
  parameters: { 'pod-restart': { name: [pod] } },
  cause: 'unknown',
  split: 'test',
};

/** Two supervision steps of two H cycles. `+` is a right call, `-` another function; the head stops where q says so. */
function answers(cycles: string, confidences: readonly number[], q: readonly number[]): AnsweredExample {
  const steps = [...cycles].map((mark, index): ReasoningStep => {
    const answer: DecodedAnswer = {
      lambdaFunction: mark === '+' ? 'pod-restart' : 'pod-check-status',
      parameters: { name: 'a-0' },
      parameterOrigins: { name: pod },
      candidates: [],
      cause: 'unknown',
      topFunction: null,
      missingParameters: [],
      features: {
        acts: true,
        qHaltLogit: q[Math.floor(index / 2)] ?? 0,
        margin: 0,
        pointerProbability: 1,
        noneProbability: 0,
        concentration: 1,
        catalogSize: 7,
        unknownInAlert: 0,
        unknownInFunction: 0,
        unseenFunction: 0,
      },
    };
    return {
      step: 1 + Math.floor(index / 2),
      hCycle: 1 + (index % 2),
      answer,
      confidence: confidences[Math.floor(index / 2)] ?? 0,
    };
  });
  return { example, steps };
}

const report = measureReflection(
  [
    answers('--++', [0.3, 0.9], [-1, 1]),
    answers('+++-', [0.9, 0.5], [-1, -1]),
    answers('-+++', [0.5, 0.6], [1, 1]),
    answers('----', [0.5, 0.6], [1, 1]),
  ],
  { never: () => false, head: stopOnHead, auto: stopOnConfidence(0.85) },
);

describe('what reflection did', () => {
  it('is counted after every H cycle, against the one before', () => {
    expect(report.cases).toBe(4);
    expect(
      report.cycles.map(({ step, hCycle, callAccuracy, repaired, harmed }) => [
        step,
        hCycle,
        callAccuracy,
        repaired,
        harmed,
      ]),
    ).toEqual([
      [1, 1, 0.25, 0, 0],
      [1, 2, 0.5, 1, 0],
      [2, 1, 0.75, 1, 0],
      [2, 2, 0.5, 0, 1],
    ]);
    expect(report.cycles[0]).toMatchObject({ functionAccuracy: 0.25 });
    expect(report.cycles[0]?.meanConfidence).toBeCloseTo(0.55, 12);
  });

  it('is counted from the first H cycle, and from the first supervision step', () => {
    expect(report.sinceFirstCycle).toEqual({ repaired: 2, harmed: 1 });
    expect(report.sinceFirstStep).toEqual({ repaired: 1, harmed: 1 });
  });

  it('depends on when one stops', () => {
    expect(report.stops['never']).toEqual({
      early: 0,
      meanSteps: 2,
      callAccuracy: 0.5,
      change: { repaired: 1, harmed: 1 },
    });
    // The third and fourth halt at once; the second runs on, into the wrong answer.
    expect(report.stops['head']).toEqual({
      early: 0.5,
      meanSteps: 1.5,
      callAccuracy: 0.5,
      change: { repaired: 1, harmed: 1 },
    });
    // The second is over the threshold at once.
    expect(report.stops['auto']).toEqual({
      early: 0.25,
      meanSteps: 1.75,
      callAccuracy: 0.75,
      change: { repaired: 1, harmed: 0 },
    });
  });

  it('is nothing without cases', () => {
    const empty = measureReflection([], { head: stopOnHead });
    expect(empty).toMatchObject({ cases: 0, cycles: [], sinceFirstStep: { repaired: 0, harmed: 0 } });
    expect(empty.stops['head']?.callAccuracy).toBeNaN();
  });
});
