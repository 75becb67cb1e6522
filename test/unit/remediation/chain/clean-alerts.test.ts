import { afterAll, describe, expect, it } from 'vitest';
import { type Action, type Alert, DEFAULT_CATALOG, type ParameterValue } from '../../../../src/domain/index.js';
import { fillParameters } from '../../../../src/encoding/answer/fill-parameters.js';
import { encodeAlert, encodeCatalog, pointerColumn, Tokenizer } from '../../../../src/encoding/index.js';
import { Remediator } from '../../../../src/remediation/acting/index.js';
import { RemediationChain } from '../../../../src/remediation/chain/index.js';
import { createGuardrails } from '../../../../src/remediation/guardrails/index.js';
import { createAnnotationSelector } from '../../../../src/remediation/selectors/annotation.js';
import { createRulesSelector } from '../../../../src/remediation/selectors/rules/index.js';
import { type Example, exampleStream, runbookRowCases } from '../../../../src/training/dataset/index.js';
import { facts } from '../../../fixtures/facts.js';
import { countingDispatcher } from './fixtures.js';

/** An alert with the right call, which its own rule names. */
interface CleanCase {
  readonly alert: Alert;
  readonly lambdaFunction: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

const FUNCTIONS = DEFAULT_CATALOG.map(({ name }) => name);
/** What the policy forbids on purpose is not blocked by mistake. */
const DENIED: readonly unknown[] = ['kube-system', 'kube-public', 'kube-node-lease'];
const LEAST_CASES = 500;

const tokenizer = new Tokenizer({ formatVersion: 1, words: [], hashBuckets: 1, maxTokens: 1, idf: [], defaultIdf: 1 });
const catalog = encodeCatalog(DEFAULT_CATALOG, tokenizer);

/** The right call of an example, filled from where its facts say; undefined where nothing is to be done. */
function rightCall({ alert, functions, parameters }: Example): CleanCase | undefined {
  const [lambdaFunction] = functions;
  if (lambdaFunction === undefined || alert.status !== 'firing') return undefined;
  const functionIndex = FUNCTIONS.indexOf(lambdaFunction);
  const encoded = encodeAlert(alert, tokenizer, { maxFields: 512 });
  const pointers = catalog.parameters.map((parameter) => {
    const logits = Array.from({ length: encoded.fields.length + 1 }, () => Number.NEGATIVE_INFINITY);
    if (parameter.functionIndex !== functionIndex) return logits;
    const origins = parameters[lambdaFunction]?.[parameter.name] ?? [{ kind: 'default' as const }];
    const columns = origins.map((origin) => pointerColumn(encoded, parameter, origin));
    const column = columns.find((at) => at !== undefined);
    if (column !== undefined) logits[column] = 0;
    return logits;
  });
  const filled = fillParameters(functionIndex, pointers, encoded, catalog);
  if (filled.missing.length > 0 || filled.fault !== undefined) return undefined;
  return { alert, lambdaFunction, parameters: filled.parameters };
}

function* examples(): Generator<CleanCase, void, void> {
  for (const { alert, expected } of runbookRowCases({ seed: 7, renamings: 20 })) yield { alert, ...expected };
  for (const example of exampleStream(facts, { seed: 9, split: 'test', catalogs: 'default' })) {
    const found = rightCall(example);
    if (found && !Object.values(found.parameters).some((value) => DENIED.includes(value))) yield found;
  }
}

const chain = new RemediationChain({ phases: [createAnnotationSelector(), createRulesSelector()] });
/** Everything is on, but what counts actions: these are more in a second than a cluster has in a week. */
const guardrails = createGuardrails({
  catalog: DEFAULT_CATALOG,
  policy: {
    mode: 'auto',
    auto: { functions: FUNCTIONS },
    disabled: ['storm', 'duplicate', 'cooldown'],
  },
});
const dispatcher = countingDispatcher();
const remediator = new Remediator({ chain, guardrails, dispatcher });
afterAll(() => remediator.dispose());

describe('clean alerts of real rules, through the whole chain', () => {
  it('act as their rules say, all but one in a hundred at most', async () => {
    const blocked: unknown[] = [];
    const names = new Set<string>();
    let cases = 0;
    for (const clean of examples()) {
      if (cases >= LEAST_CASES) break;
      cases++;
      const { alert, lambdaFunction, parameters } = clean;
      names.add(alert.labels['alertname'] ?? '');
      const annotations = {
        ...alert.annotations,
        lambda_function: lambdaFunction,
        lambda_parameters: JSON.stringify(parameters),
      };
      dispatcher.actions.length = 0;
      const [remediation] = await remediator.remediate({ ...alert, annotations });
      const called = dispatcher.actions.map(({ call }) => call);
      if (remediation?.decision.phase === 'annotation' && isCall(called, clean)) continue;
      const { decision, verdict } = remediation ?? {};
      blocked.push({ labels: alert.labels, wanted: parameters, attempts: decision?.attempts, verdict, called });
    }
    expect(cases).toBeGreaterThanOrEqual(LEAST_CASES);
    // Many rules, not the same one many times.
    expect(names.size).toBeGreaterThanOrEqual(30);
    expect(blocked.length, JSON.stringify(blocked.slice(0, 5), undefined, 2)).toBeLessThanOrEqual(cases / 100);
  });
});

/** Whether just this call was made, with every one of these parameters as it is. */
function isCall(made: readonly Action['call'][], { lambdaFunction, parameters }: CleanCase): boolean {
  const [call, ...others] = made;
  if (call?.lambdaFunction !== lambdaFunction || others.length > 0) return false;
  return Object.entries(parameters).every(([name, value]) => call.parameters[name] === value);
}
