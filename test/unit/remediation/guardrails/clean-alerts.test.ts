import { describe, expect, it } from 'vitest';
import { type Catalog, DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { fillParameters } from '../../../../src/encoding/answer/fill-parameters.js';
import { encodeAlert, encodeCatalog, pointerColumn, Tokenizer } from '../../../../src/encoding/index.js';
import { resolveCall } from '../../../../src/remediation/call/index.js';
import { createGuardrails, type GuardedAction } from '../../../../src/remediation/guardrails/index.js';
import { type Example, exampleStream, runbookRowCases } from '../../../../src/training/dataset/index.js';
import { facts } from '../../../fixtures/facts.js';

interface CleanCase {
  readonly action: GuardedAction;
  readonly catalog: Catalog;
}

const tokenizer = new Tokenizer({ formatVersion: 1, words: [], hashBuckets: 1, maxTokens: 1, idf: [], defaultIdf: 1 });
const DENIED = ['kube-system', 'kube-public', 'kube-node-lease'];

/** The right call of an example, pointed at as a model would that made no mistake; undefined where there is none. */
function rightCall({ alert, catalog, functions, parameters }: Example): GuardedAction | undefined {
  const lambdaFunction = functions[0];
  if (lambdaFunction === undefined) return undefined;
  const functionIndex = catalog.findIndex(({ name }) => name === lambdaFunction);
  const encodedAlert = encodeAlert(alert, tokenizer, { maxFields: 512 });
  const encodedCatalog = encodeCatalog(catalog, tokenizer);
  const pointerLogits = encodedCatalog.parameters.map((parameter) => {
    const logits = Array.from({ length: encodedAlert.fields.length + 1 }, () => Number.NEGATIVE_INFINITY);
    if (parameter.functionIndex !== functionIndex) return logits;
    const origins = parameters[lambdaFunction]?.[parameter.name] ?? [{ kind: 'default' as const }];
    const column = origins
      .map((origin) => pointerColumn(encodedAlert, parameter, origin))
      .find((at) => at !== undefined);
    if (column !== undefined) logits[column] = 0;
    return logits;
  });
  const filled = fillParameters(functionIndex, pointerLogits, encodedAlert, encodedCatalog);
  if (filled.missing.length > 0 || filled.fault !== undefined) return undefined;
  const call = { lambdaFunction, parameters: filled.parameters, parameterOrigins: filled.origins };
  return { alert, call, confidence: 0.96, phase: 'trm' };
}

function* examples(catalogs: 'default' | 'random'): Generator<CleanCase, void, void> {
  for (const example of exampleStream(facts, { seed: 5, split: 'test', catalogs })) {
    const action = rightCall(example);
    // What the policy forbids on purpose is not blocked by mistake.
    const forbidden = Object.values(action?.call.parameters ?? {}).some((value) => DENIED.includes(String(value)));
    if (action !== undefined && action.alert.status === 'firing' && !forbidden) {
      yield { action, catalog: example.catalog };
    }
  }
}

function take<T>(count: number, items: Iterable<T>): T[] {
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length >= count) break;
  }
  return taken;
}

describe('clean alerts', () => {
  it('are let through, all but one in a hundred at most', async () => {
    const rows = runbookRowCases({ seed: 7, renamings: 12 }).map(({ alert, expected }): CleanCase => {
      const proposal = { ...expected, by: 'annotation' };
      const resolved = resolveCall({ alert, catalog: DEFAULT_CATALOG }, proposal);
      if (resolved.kind === 'refused') throw new Error(resolved.detail);
      const { lambdaFunction, parameters, parameterOrigins } = resolved;
      const call = { lambdaFunction, parameters, parameterOrigins };
      return { action: { alert, call, confidence: 0.9, phase: 'annotation' }, catalog: DEFAULT_CATALOG };
    });
    const cases = [...rows, ...take(100, examples('default')), ...take(50, examples('random'))];
    expect(cases.length).toBeGreaterThanOrEqual(200);

    const blocked: unknown[] = [];
    for (const { action, catalog } of cases) {
      const functions = catalog.map(({ name }) => name);
      const guardrails = createGuardrails({ catalog, policy: { mode: 'auto', auto: { functions } } });
      const verdict = await guardrails.evaluate(action);
      if (!verdict.act) blocked.push({ refusals: verdict.refusals, call: action.call, labels: action.alert.labels });
    }
    expect(blocked.length / cases.length, JSON.stringify(blocked, undefined, 2)).toBeLessThanOrEqual(0.01);
  });
});
