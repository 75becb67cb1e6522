import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import type { Alert } from '../../../../../src/domain/index.js';
import { answerOf, fillingOf, presentedRandom } from '../../../../../src/training/dataset/answer/answer.js';
import type { PresentedFunction } from '../../../../../src/training/dataset/catalog/function-form.js';
import { type FunctionPool, functionPools } from '../../../../../src/training/dataset/catalog/function-pools.js';
import {
  randomCatalog,
  rightFunctions,
  topIntents,
} from '../../../../../src/training/dataset/catalog/random-catalog.js';
import {
  mayServe,
  type RuleFunctionFact,
  ruleIntent,
} from '../../../../../src/training/dataset/catalog/rule-functions.js';
import { dressAlert } from '../../../../../src/training/dataset/dress.js';
import { generateExamples, type Split } from '../../../../../src/training/dataset/index.js';
import { type Entry, planOf, SPLITS } from '../../../../../src/training/dataset/plan.js';
import { modeSituation } from '../../../../../src/training/dataset/situation/mode-situation.js';
import { ruleSituation } from '../../../../../src/training/dataset/situation/rule-situation.js';
import type { Situation } from '../../../../../src/training/dataset/situation/situation.js';
import { groupOf } from '../../../../../src/training/dataset/splits.js';
import { facts } from '../../../../fixtures/facts.js';

const plans = planOf(facts);
const HELD_OUT: readonly Split[] = SPLITS.filter((split) => split !== 'train');
const groupOfRule = new Map(facts.rules.map(({ id, alert }) => [`rule-${id}`, groupOf(alert)]));
const isOfRule = (fact: { readonly id: string }): fact is RuleFunctionFact => groupOfRule.has(fact.id);

interface Drawn {
  readonly situation: Situation;
  readonly alert: Alert;
  readonly catalog: readonly PresentedFunction[];
  readonly right: readonly string[];
  /** Functions of the answer, best first. */
  readonly functions: readonly PresentedFunction[];
  readonly noneAcceptable: boolean;
}

function drawMany(split: Split, of: 'usual' | 'unseen', count: number): Drawn[] {
  const plan = plans[split];
  const pool = of === 'usual' ? plan.functions : plan.unseenFunctions;
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(`catalogs ${split} ${of} ${index}`);
    const draw =
      of === 'unseen' ? (plan.drawOwned as (one: typeof random) => Entry) : index % 2 ? plan.drawRule : plan.drawMode;
    const entry = draw(random);
    const situation = entry.kind === 'mode' ? modeSituation(entry, facts, random) : ruleSituation(entry, facts, random);
    const right = rightFunctions(situation, facts, pool);
    const catalog = randomCatalog(situation, facts, pool, right, random);
    const alert = dressAlert(situation, undefined, random);
    const answer = answerOf(situation, alert, presentedRandom(catalog));
    return {
      situation,
      alert,
      catalog,
      right: right.map(({ id }) => id),
      functions: answer.functions.flatMap((name) => catalog.filter(({ definition }) => definition.name === name)),
      noneAcceptable: answer.noneAcceptable,
    };
  });
}

const draws = new Map(
  SPLITS.map((split) => [split, [drawMany(split, 'usual', 80), drawMany(split, 'unseen', 80)] as const]),
);
const drawnOf = (split: Split, of: 'usual' | 'unseen'): readonly Drawn[] =>
  draws.get(split)?.[of === 'usual' ? 0 : 1] ?? [];
const ofRules = ({ catalog }: Drawn): RuleFunctionFact[] => catalog.map(({ fact }) => fact).filter(isOfRule);

describe('the functions that a split may show', () => {
  const idsOf = ({ allowed, ofRules }: FunctionPool): string[] => [...allowed, ...ofRules.all].map(({ id }) => id);
  const splitsOfFamily = new Map(facts.families.map(({ id, split }) => [id, split]));

  it('are of single rules only where they are those of its own rules', () => {
    for (const split of SPLITS) {
      const { functions, unseenFunctions, entries } = plans[split];
      const own = new Set(entries.flatMap((entry) => (entry.kind === 'rule' ? [`rule-${entry.rule.id}`] : [])));
      const shown = unseenFunctions.ofRules.all.map(({ id }) => id);
      expect(shown.length, split).toBeGreaterThan(100);
      expect(
        shown.filter((id) => !own.has(id)),
        split,
      ).toEqual([]);
      expect(
        functions.ofRules.all.map(({ id }) => id),
        split,
      ).toEqual(split === 'train' ? shown : []);
    }
  });

  it('share none with training where all are to be unseen, nor one held-out split with another', () => {
    const trained = new Set([...idsOf(plans.train.functions), ...idsOf(plans.train.unseenFunctions)]);
    const seen = new Map<string, Split>();
    for (const split of HELD_OUT) {
      for (const id of idsOf(plans[split].unseenFunctions)) {
        expect(trained.has(id), `${id} of ${split}`).toBe(false);
        expect(seen.get(id), id).toBeUndefined();
        seen.set(id, split);
      }
    }
  });

  it('are otherwise those of training and of the split, in the test split those of calibration too', () => {
    for (const split of SPLITS) {
      const splits = plans[split].functions.allowed.map(({ family }) => splitsOfFamily.get(family));
      const expected = ['train', split, ...(split === 'test' ? ['calibration'] : [])];
      expect(
        splits.filter((one) => !expected.includes(one ?? 'train')),
        split,
      ).toEqual([]);
    }
    const own = plans.test.unseenFunctions.allowed;
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter(({ family }) => splitsOfFamily.get(family) !== 'test')).toEqual([]);
  });

  it('prefer what only the split has', () => {
    for (const split of SPLITS) {
      const { preferred, ofRules } = plans[split].unseenFunctions;
      expect([...preferred], split).toEqual(ofRules.all.map(({ id }) => id));
    }
    const { usual } = functionPools(facts, 'test', []);
    expect(usual.allowed.filter(({ id }) => usual.preferred.has(id))).toEqual(plans.test.unseenFunctions.allowed);
  });
});

describe('random catalogs', () => {
  it('show the functions of rules in training, and elsewhere only where all are to be unseen', () => {
    for (const split of SPLITS) {
      const shown = drawnOf(split, 'usual').flatMap(ofRules).length;
      if (split === 'train') expect(shown).toBeGreaterThan(200);
      else expect(shown, split).toBe(0);
      for (const { catalog } of drawnOf(split, 'unseen')) {
        const allowed = new Set([
          ...plans[split].unseenFunctions.ofRules.all.map(({ id }) => id),
          ...plans[split].unseenFunctions.allowed.map(({ id }) => id),
        ]);
        expect(
          catalog.filter(({ fact }) => !allowed.has(fact.id)),
          split,
        ).toEqual([]);
      }
    }
  });

  it('never hold as a negative what is made for a rule of that name, or may serve the alert otherwise', () => {
    let negatives = 0;
    for (const drawn of SPLITS.flatMap((split) => [...drawnOf(split, 'usual'), ...drawnOf(split, 'unseen')])) {
      for (const fact of ofRules(drawn)) {
        if (drawn.right.includes(fact.id)) continue;
        negatives += 1;
        expect(mayServe(fact, drawn.situation), `${fact.id} beside ${drawn.situation.alertName}`).toBe(false);
        expect(groupOfRule.get(fact.id)).not.toBe(drawn.situation.group);
      }
    }
    expect(negatives).toBeGreaterThan(2_000);
  });

  it('take for right what the rule itself calls for, and put it first', () => {
    let owned = 0;
    for (const { situation, alert, catalog, right, functions, noneAcceptable } of SPLITS.flatMap((split) =>
      drawnOf(split, 'unseen'),
    )) {
      const intent = ruleIntent(situation.group);
      expect(situation.intents[0]).toBe(intent);
      const own = catalog.filter(({ fact }) => fact.intents.includes(intent));
      for (const { fact } of own) expect(right).toContain(fact.id);
      // What no pointer may fill, such as a path, cannot be called.
      const callable = own.filter((presented) => fillingOf(presented, situation, alert) !== undefined);
      if (callable.length === 0) continue;
      owned += 1;
      expect(new Set(functions.slice(0, callable.length))).toEqual(new Set(callable));
      expect(noneAcceptable).toBe(false);
    }
    // A fifth of the catalogs lack every right function, and now and then no label names what it takes.
    expect(owned).toBeGreaterThan(0.5 * HELD_OUT.length * 80);
  });

  it('are as large as was asked for, in every split', () => {
    for (const split of SPLITS) {
      const sizes = generateExamples(facts, {
        seed: 5,
        split,
        functions: 'unseen',
        catalogs: 'random',
        catalogSizes: [20, 20],
        count: 30,
      }).map(({ catalog }) => catalog.length);
      expect(new Set(sizes), split).toEqual(new Set([20]));
    }
  });
});

describe('the intents that a right function serves one of', () => {
  const situation = drawnOf('train', 'unseen')[0]?.situation as Situation;
  const intents = ['a', 'b', 'c', 'd'];

  it('are the first two, beside that of the own function of a rule', () => {
    expect(topIntents({ ...situation, intents })).toEqual(['a', 'b']);
    const own = ruleIntent(situation.group);
    expect(topIntents({ ...situation, intents: [own, ...intents] })).toEqual([own, 'a', 'b']);
    expect(topIntents({ ...situation, intents: [ruleIntent('another'), ...intents] })).toEqual([
      ruleIntent('another'),
      'a',
    ]);
    expect(topIntents({ ...situation, intents: [] })).toEqual([]);
  });
});
