import { describe, expect, it } from 'vitest';
import { bar, formatDecision } from '../../../src/cli/format-decision.js';
import type { Decision } from '../../../src/domain/index.js';

const decision: Decision = {
  lambdaFunction: 'pod-restart',
  parameters: { name: 'web-0', replicas: 3 },
  parameterOrigins: { name: { kind: 'label', key: 'pod' }, replicas: { kind: 'default' } },
  confidence: 0.75,
  accepted: true,
  reasoning: 'The pod restarts.',
  method: 'trm_recursive_reasoning',
  iterations: 1,
  candidates: [],
  trace: [{ step: 1, hCycle: 2, lambdaFunction: null, parameters: {}, confidence: 0.25 }],
  cause: 'crash-loop',
};

describe('a decision for people', () => {
  it('shows call, parameters, confidence and reason', () => {
    expect(formatDecision(decision, { trace: false, colour: false }).split('\n')).toEqual([
      'pod-restart',
      '  name = "web-0"',
      '  replicas = 3',
      `  ${'█'.repeat(15)}${'░'.repeat(5)} 75.0 %  accepted`,
      '  The pod restarts.',
    ]);
  });

  it('shows the trace on demand, and why nothing is called', () => {
    const { lambdaFunction: _, ...rest } = decision;
    const text = formatDecision(
      { ...rest, lambdaFunction: null, accepted: false, abstainReason: 'missing-parameter' },
      { trace: true, colour: false },
    );
    expect(text).toContain('no function (missing-parameter)');
    expect(text).toContain('below the threshold');
    expect(text).toMatch(/step 1\.2 {2}█{5}░{15} 25\.0 % {2}none$/);
  });

  it('is coloured only where colours are wanted', () => {
    const escapeCode = String.fromCharCode(27);
    expect(formatDecision(decision, { trace: true, colour: false })).not.toContain(escapeCode);
    expect(formatDecision(decision, { trace: true, colour: true })).toContain(escapeCode);
  });

  it('has bars of one width', () => {
    expect([0, 0.5, 1].map((share) => bar(share))).toEqual([
      '░'.repeat(20),
      '█'.repeat(10) + '░'.repeat(10),
      '█'.repeat(20),
    ]);
  });
});
