import type { DecodedAnswer } from '../../encoding/index.js';
import type { Example } from '../dataset/index.js';
import { sameSource } from '../trainer/targets.js';

/** Whether an answer agrees with a label. */
export interface Verdict {
  /** The function is acceptable, or none is named and none is acceptable. */
  readonly functionRight: boolean;
  /** Function and every parameter that a pointer fills are right. */
  readonly callRight: boolean;
  /** A function was named although none should be. */
  readonly actedWrongly: boolean;
}

/** Compares an answer with the acceptable ones (EVALUATION: exact-call accuracy over acceptable sets). */
export function judge(answer: Pick<DecodedAnswer, 'lambdaFunction' | 'parameterOrigins'>, example: Example): Verdict {
  const { lambdaFunction } = answer;
  if (lambdaFunction === null) {
    const right = example.noneAcceptable || example.functions.length === 0;
    return { functionRight: right, callRight: right, actedWrongly: false };
  }
  const functionRight = example.functions.includes(lambdaFunction);
  const accepted = Object.entries(example.parameters[lambdaFunction] ?? {});
  const parametersRight = accepted.every(([name, origins]) => {
    const found = answer.parameterOrigins[name] ?? { kind: 'default' as const };
    return origins.some((origin) => sameSource(origin, found));
  });
  return {
    functionRight,
    callRight: functionRight && parametersRight,
    actedWrongly: example.functions.length === 0,
  };
}
