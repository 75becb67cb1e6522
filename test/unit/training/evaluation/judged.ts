import { DEFAULT_CATALOG, type ParameterOrigin, parseAlerts } from '../../../../src/domain/index.js';
import type { DecodedAnswer } from '../../../../src/encoding/index.js';
import type { Example } from '../../../../src/training/dataset/index.js';
import type { ReasoningStep } from '../../../../src/trm/remediation/index.js';

export const POD: ParameterOrigin = { kind: 'label', key: 'pod' };

/** A labelled alert about a pod; without functions nothing should be done. */
export function labelled(group: string, functions: readonly string[], more: Partial<Example> = {}): Example {
  const [alert] = parseAlerts({ labels: { alertname: group, pod: 'a-0', namespace: 'n' } });
  return {
    id: `${group}-1`,
    group,
    source: 'test',
    alert: alert as Example['alert'],
    catalog: DEFAULT_CATALOG,
    functions,
    noneAcceptable: functions.length === 0,
    parameters: Object.fromEntries(functions.map((name) => [name, { name: [POD] }])),
    cause: 'unknown',
    split: 'test',
    ...more,
  };
}

/** What the model said after one H cycle: the function, with the pod as its `name`. */
export function said(
  lambdaFunction: string | null,
  confidence: number,
  {
    step = 1,
    hCycle = 1,
    q = 1,
    name = POD,
  }: { readonly step?: number; readonly hCycle?: number; readonly q?: number; readonly name?: ParameterOrigin } = {},
): ReasoningStep {
  const answer: DecodedAnswer = {
    lambdaFunction,
    parameters: lambdaFunction === null ? {} : { name: 'a-0' },
    parameterOrigins: lambdaFunction === null ? {} : { name },
    candidates: [],
    cause: 'unknown',
    topFunction: lambdaFunction,
    missingParameters: [],
    features: {
      acts: true,
      qHaltLogit: q,
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
  return { step, hCycle, answer, confidence };
}
