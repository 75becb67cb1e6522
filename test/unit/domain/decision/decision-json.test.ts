import { describe, expect, it } from 'vitest';
import { type Decision, decisionToJson } from '../../../../src/domain/index.js';

const decision: Decision = {
  lambdaFunction: 'pod-restart',
  parameters: { name: 'web-0' },
  parameterOrigins: { name: { kind: 'label', key: 'pod' } },
  confidence: 0.9,
  accepted: true,
  reasoning: 'Because.',
  cause: 'crash-loop',
  method: 'trm_recursive_reasoning',
  iterations: 2,
  candidates: [
    { lambdaFunction: 'pod-restart', probability: 0.8 },
    { lambdaFunction: null, probability: 0.2 },
  ],
  trace: [{ step: 1, hCycle: 3, lambdaFunction: null, parameters: {}, confidence: 0.4 }],
};

describe('decisionToJson', () => {
  it('writes snake_case keys in a fixed order', () => {
    const json = decisionToJson(decision);
    expect(Object.keys(json)).toEqual([
      'lambda_function',
      'parameters',
      'confidence',
      'accepted',
      'reasoning',
      'method',
      'iterations',
      'candidates',
      'trace',
      'cause',
      'parameter_origins',
    ]);
    expect(json.candidates).toEqual([
      { lambda_function: 'pod-restart', probability: 0.8 },
      { lambda_function: null, probability: 0.2 },
    ]);
    expect(json.trace).toEqual([{ step: 1, h_cycle: 3, lambda_function: null, parameters: {}, confidence: 0.4 }]);
  });
  it('says why it abstained', () => {
    const json = decisionToJson({ ...decision, lambdaFunction: null, abstainReason: 'none-applies' });
    expect(json.lambda_function).toBeNull();
    expect(json.abstain_reason).toBe('none-applies');
  });
});
