import type { Random } from '../../../core/random.js';
import { splitWords } from '../../../encoding/index.js';
import type { Facts, FunctionFact } from '../facts/schema.js';
import { labelsOfRole, type Situation } from '../situation/situation.js';
import {
  NAME_STYLES,
  type PresentedFunction,
  presentDefault,
  presentFunction,
  type Telling,
  type Wordings,
} from './function-form.js';
import type { FunctionPool } from './function-pools.js';
import { mayServe, type RuleFunctionFact, ruleIntent } from './rule-functions.js';

/** How many of the ranked intents an action may serve to count as right, beside that of the rule's own function. */
const TOP_INTENTS = 2;

/** The intents, best first, that a right function serves one of. */
export function topIntents(situation: Situation): readonly string[] {
  const own = situation.intents[0] === ruleIntent(situation.group) ? 1 : 0;
  return situation.intents.slice(0, TOP_INTENTS + own);
}

/** Share of catalogs that lack every right function. */
const ABSENT = 0.2;

/** Share of catalogs with 25 to 64 functions. */
const LARGE = 0.08;

/** Functions of the pool that are right for the situation: they serve a top intent and their target is named. */
export function rightFunctions(situation: Situation, facts: Facts, pool: FunctionPool): FunctionFact[] {
  const top = topIntents(situation);
  const own = pool.ofRules.byIntent.get(ruleIntent(situation.group)) ?? [];
  return [...pool.allowed, ...own].filter(
    (fact) => fact.intents.some((intent) => top.includes(intent)) && canFill(fact, situation, facts),
  );
}

function canFill(fact: FunctionFact, situation: Situation, facts: Facts): boolean {
  return fact.parameters.every(({ use, required }) => {
    const form = facts.parameters[use];
    return (
      !required ||
      form === undefined ||
      [use, ...form.fallback].some((role) => labelsOfRole(situation, role).length > 0)
    );
  });
}

/**
 * Draws a catalog of 4 to 24 functions, now and then up to 64, around a situation: one or two right ones (none in a fifth of the draws), then
 * hard negatives of the same family or with shared words, then others. A negative serves none of the situation's
 * intents, except now and then one whose target the alert does not name.
 */
export function randomCatalog(
  situation: Situation,
  facts: Facts,
  pool: FunctionPool,
  right: readonly FunctionFact[],
  random: Random,
  sizes?: readonly [least: number, greatest: number],
): PresentedFunction[] {
  const size = sizes === undefined ? drawSize(random) : sizes[0] + random.integer(sizes[1] - sizes[0] + 1);
  const favoured = right.filter((fact) => pool.preferred.has(fact.id));
  const source = favoured.length > 0 && random.chance(0.7) ? favoured : right;
  const chosen = random.chance(ABSENT) ? [] : random.shuffle(source).slice(0, random.chance(0.7) ? 1 : 2);
  const intents = new Set(situation.intents);
  const serves = (fact: FunctionFact): boolean => fact.intents.some((intent) => intents.has(intent));
  const others = random.shuffle(pool.allowed.filter((fact) => !chosen.includes(fact)));
  if (chosen.length > 0 && random.chance(0.25)) {
    chosen.push(...others.filter((fact) => fact.risk === 'read' && serves(fact)).slice(0, 1));
  }
  if (random.chance(0.15)) {
    chosen.push(
      ...others.filter((fact) => serves(fact) && !right.includes(fact) && !canFill(fact, situation, facts)).slice(0, 1),
    );
  }
  const words = new Set([...splitWords(situation.alertName), ...right.flatMap(wordsOfNames)]);
  const families = new Set(right.map((fact) => fact.family));
  const isHard = (fact: FunctionFact): boolean =>
    families.has(fact.family) || wordsOfNames(fact).some((word) => words.has(word));
  const foreign = (facts: readonly RuleFunctionFact[], count: number): FunctionFact[] =>
    sample(facts, count, random).filter((fact) => !mayServe(fact, situation));
  const plain = others.filter((fact) => !serves(fact));
  const alike = [...words].flatMap((word) => foreign(pool.ofRules.byWord.get(word) ?? [], 4));
  const room = Math.max(0, size - new Set(chosen).size);
  const negatives = random.shuffle([...new Set([...plain.slice(0, 2 * room), ...foreign(pool.ofRules.all, 4 * room)])]);
  const lookalikes = random.shuffle([...plain.filter(isHard), ...alike]);
  const hard = [...new Set(lookalikes)].slice(0, Math.ceil(room / 2));
  const isTaken = new Set<FunctionFact>(hard);
  const easy = negatives.filter((fact) => !isTaken.has(fact)).slice(0, room - hard.length);
  return present(random.shuffle([...new Set([...chosen, ...hard, ...easy])]), facts, pool.wordings, random);
}

/** Some of the items, drawn with replacement. */
function sample<T>(items: readonly T[], count: number, random: Random): readonly T[] {
  return items.length === 0 ? [] : Array.from({ length: count }, () => random.pick(items));
}

function drawSize(random: Random): number {
  return random.chance(LARGE) ? 25 + random.integer(40) : 4 + Math.floor(random.next() ** 1.5 * 21);
}

const nameWords = new WeakMap<FunctionFact, readonly string[]>();

function wordsOfNames(fact: FunctionFact): readonly string[] {
  let words = nameWords.get(fact);
  if (words === undefined) {
    words = [...new Set(fact.names.flatMap((name) => name.split(' ')))];
    nameWords.set(fact, words);
  }
  return words;
}

function present(
  chosen: readonly FunctionFact[],
  facts: Facts,
  wordings: Wordings,
  random: Random,
): PresentedFunction[] {
  const style = random.pick(NAME_STYLES);
  const mixed = random.chance(0.2);
  const verbatim = random.chance(0.15);
  const share = random.next();
  const telling: Telling = share < 0.12 ? 'description' : share < 0.22 ? 'name' : 'both';
  const taken = new Set<string>();
  return chosen.flatMap((fact) => {
    for (let attempt = 0; attempt < 20; attempt++) {
      const made =
        (verbatim && attempt === 0 ? presentDefault(fact) : undefined) ??
        presentFunction(
          fact,
          facts,
          mixed || attempt > 10 ? random.pick(NAME_STYLES) : style,
          telling,
          random,
          wordings,
        );
      if (taken.has(made.definition.name)) continue;
      taken.add(made.definition.name);
      return [made];
    }
    return [];
  });
}
