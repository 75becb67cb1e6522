import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import type { Alert } from '../../../../../src/domain/index.js';
import { answerOf, presentedRandom } from '../../../../../src/training/dataset/answer/answer.js';
import { intentCandidates } from '../../../../../src/training/dataset/answer/intent-answer.js';
import { type PresentedFunction, presentFunction } from '../../../../../src/training/dataset/catalog/function-form.js';
import { ruleIntent } from '../../../../../src/training/dataset/catalog/rule-functions.js';
import type { FunctionFact } from '../../../../../src/training/dataset/facts/schema.js';
import { generateExamples } from '../../../../../src/training/dataset/index.js';
import type { Situation } from '../../../../../src/training/dataset/situation/situation.js';
import { facts } from '../../../../fixtures/facts.js';

const ALERT: Alert = {
  labels: { alertname: 'QueueStuck', namespace: 'shop', queue: 'orders' },
  annotations: {},
  metrics: {},
  status: 'firing',
};

function situationOf(intents: readonly string[], cause = 'high-latency'): Situation {
  return {
    group: 'queu stuck',
    split: 'train',
    source: 'test',
    alertName: 'QueueStuck',
    labels: [
      { key: 'namespace', value: 'shop', role: 'namespace', owner: 'target' },
      { key: 'queue', value: 'orders', role: 'queue', owner: 'target' },
    ],
    metrics: {},
    sentences: [],
    facts: [],
    cause,
    intents,
    defaultFunctions: [],
    noneAcceptable: false,
    target: { selector: [] },
  };
}

/** A function of the given name and intents; it takes a queue unless another role is given. */
function present(name: string, intents: readonly string[], risk: FunctionFact['risk'] = 'mutating', use = 'queue') {
  const fact: FunctionFact = {
    id: name,
    family: 'pods',
    intents: [...intents],
    risk,
    names: [name],
    descriptions: [`Does ${name}.`],
    parameters: [{ use, required: true }],
  };
  return presentFunction(fact, facts, 'kebab', 'both', createRandom(name));
}

const namesOf = (some: readonly { readonly function: PresentedFunction }[]): string[] =>
  some.map(({ function: { fact } }) => fact.id);
const judge = (intents: readonly string[], functions: readonly PresentedFunction[], cause?: string) =>
  answerOf(situationOf(intents, cause), ALERT, presentedRandom(functions));

describe('the right functions of a random catalog', () => {
  const purge = present('purge', ['purge-queue']);
  const scale = present('scale', ['scale-consumers']);
  const third = present('third', ['third-intent']);
  const page = present('page', ['notify-owner'], 'read');

  it('serve one of the first two intents, best first', () => {
    const found = intentCandidates(
      [scale, third, purge],
      situationOf(['purge-queue', 'scale-consumers', 'third-intent']),
    );
    expect(namesOf(found)).toEqual(['purge', 'scale']);
    expect(found.map(({ remedies }) => remedies)).toEqual([true, true]);
  });

  it('are those of the rule first, where it calls for one, and three intents then count', () => {
    const own = present('own', [ruleIntent('queu stuck')]);
    const intents = [ruleIntent('queu stuck'), 'purge-queue', 'scale-consumers', 'third-intent'];
    expect(namesOf(intentCandidates([third, scale, purge, own], situationOf(intents)))).toEqual([
      'own',
      'purge',
      'scale',
    ]);
    expect(namesOf(intentCandidates([third, scale, own], situationOf(intents.slice(1))))).toEqual(['scale']);
    expect(judge(intents, [own]).noneAcceptable).toBe(false);
  });

  it('are after them those that only look or tell, wherever their intent stands', () => {
    const intents = ['purge-queue', 'scale-consumers', 'third-intent', 'notify-owner'];
    const look = present('look', ['third-intent'], 'read');
    expect(namesOf(intentCandidates([page, look, purge], situationOf(intents)))).toEqual(['purge', 'look', 'page']);
  });

  it('can be filled from the labels of the alert', () => {
    const device = present('device', ['purge-queue'], 'mutating', 'device');
    expect(intentCandidates([device], situationOf(['purge-queue']))).toEqual([]);
    expect(judge(['purge-queue'], [device])).toEqual({ functions: [], noneAcceptable: true, parameters: {} });
    const [parameter] = Object.keys(purge.definition.parameters.properties);
    expect(judge(['purge-queue'], [device, purge])).toEqual({
      functions: [purge.definition.name],
      noneAcceptable: false,
      parameters: { [purge.definition.name]: { [parameter as string]: [{ kind: 'label', key: 'queue' }] } },
    });
  });
});

describe('doing nothing', () => {
  const purge = present('purge', ['purge-queue']);
  const page = present('page', ['notify-owner'], 'read');
  const collect = present('collect', ['collect-diagnostics'], 'read');
  const check = present('check', ['check-pod-status'], 'read');

  it.each([
    ['tells someone', page, 'notify-owner'],
    ['collects what helps to find out more', collect, 'collect-diagnostics'],
  ] as const)('is as good as a function that only %s, be its intent the first', (_, told, intent) => {
    const answer = judge([intent, 'purge-queue'], [told]);
    expect(answer.functions).toEqual([told.definition.name]);
    expect(answer.noneAcceptable).toBe(true);
    expect(judge([intent, 'purge-queue'], [told, purge]).noneAcceptable).toBe(false);
    expect(judge(['purge-queue', intent], [told]).noneAcceptable).toBe(true);
    expect(judge(['purge-queue', 'scale-consumers', intent], [told]).noneAcceptable).toBe(true);
  });

  it('is as good as a look at pods, but where the cause is one that must be looked at', () => {
    const looked = (cause: string) => judge(['check-pod-status', 'purge-queue'], [check], cause);
    expect(looked('high-latency')).toMatchObject({ functions: [check.definition.name], noneAcceptable: true });
    expect(looked('crash-loop')).toMatchObject({ functions: [check.definition.name], noneAcceptable: false });
    expect(judge(['a', 'b', 'check-pod-status'], [check], 'crash-loop').noneAcceptable).toBe(true);
  });

  it('is not as good as a function that also remedies', () => {
    const both = present('both', ['notify-owner', 'purge-queue']);
    expect(judge(['notify-owner', 'purge-queue'], [both]).noneAcceptable).toBe(false);
    expect(judge(['notify-owner', 'a', 'purge-queue'], [both]).noneAcceptable).toBe(true);
  });

  it('is right where no function is', () => {
    expect(judge(['scale-consumers'], [purge, page])).toEqual({ functions: [], noneAcceptable: true, parameters: {} });
  });

  it('is as good in a small share of the stream beside a function that is right', () => {
    const examples = generateExamples(facts, { seed: 8, split: 'train', catalogs: 'random', count: 150 });
    const fine = examples.filter(({ functions, noneAcceptable }) => functions.length > 0 && noneAcceptable);
    expect(fine.length).toBeGreaterThan(10);
    expect(fine.length).toBeLessThan(0.4 * examples.length);
  });
});
