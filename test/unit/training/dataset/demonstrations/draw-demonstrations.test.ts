import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../../src/core/random.js';
import type { Alert, Demonstration, ParameterOrigin } from '../../../../../src/domain/index.js';
import { MAX_DEMONSTRATIONS, splitWords } from '../../../../../src/encoding/index.js';
import {
  type Answer,
  answerOf,
  type Presented,
  presentedDefault,
  presentedRandom,
} from '../../../../../src/training/dataset/answer/answer.js';
import { createReach } from '../../../../../src/training/dataset/answer/reach.js';
import { randomCatalog, rightFunctions } from '../../../../../src/training/dataset/catalog/random-catalog.js';
import {
  type DressedSituation,
  drawDemonstrations,
  type Shown,
  teachQuery,
} from '../../../../../src/training/dataset/demonstrations/draw-demonstrations.js';
import { dressAlert } from '../../../../../src/training/dataset/dress.js';
import { type Example, generateExamples } from '../../../../../src/training/dataset/index.js';
import { type Entry, planOf } from '../../../../../src/training/dataset/plan.js';
import { modeSituation } from '../../../../../src/training/dataset/situation/mode-situation.js';
import { ruleSituation } from '../../../../../src/training/dataset/situation/rule-situation.js';
import { facts } from '../../../../fixtures/facts.js';

const plan = planOf(facts).train;

function dress(entry: Entry, random: Random): DressedSituation {
  const situation = entry.kind === 'mode' ? modeSituation(entry, facts, random) : ruleSituation(entry, facts, random);
  return { situation, alert: dressAlert(situation, undefined, random) };
}

function holds(alert: Alert, origin: ParameterOrigin): boolean {
  switch (origin.kind) {
    case 'alert-name':
      return splitWords(alert.labels.alertname ?? '').includes(origin.word);
    case 'annotation':
      return Object.hasOwn(alert.annotations, origin.key);
    case 'metric':
      return Object.hasOwn(alert.metrics, origin.key);
    case 'rule':
    case 'label':
      return origin.key !== undefined && Object.hasOwn(alert.labels, origin.key);
    default:
      return false;
  }
}

/** What is wrong with a demonstration beside a catalog; it can be followed where nothing is. */
function faultOf({ alert, lambdaFunction, parameterOrigins }: Demonstration, catalog: Example['catalog']) {
  if (lambdaFunction === null)
    return Object.keys(parameterOrigins).length > 0 ? 'fills the parameters of none' : undefined;
  const definition = catalog.find(({ name }) => name === lambdaFunction);
  if (definition === undefined) return `${lambdaFunction} is not presented`;
  const missing = Object.values(parameterOrigins).filter((origin) => !holds(alert, origin));
  if (missing.length > 0) return `${JSON.stringify(missing)} is not in its alert`;
  const lists = Object.fromEntries(Object.entries(parameterOrigins).map(([name, origin]) => [name, [origin]]));
  const reached = createReach(alert).reachable(definition, lists);
  if (reached === undefined) return `${lambdaFunction} cannot be filled from its alert`;
  const lost = Object.keys(lists).filter((name) => reached[name]?.[0]?.kind === 'default');
  return lost.length > 0 ? `${lost} cannot be pointed at` : undefined;
}

/** What is wrong with an answer to an alert. */
function faultOfAnswer({ functions, parameters }: Answer, alert: Alert, catalog: Example['catalog']) {
  return functions.flatMap((name) => {
    const definition = catalog.find((candidate) => candidate.name === name);
    if (definition === undefined) return [`${name} is not presented`];
    const reached = createReach(alert).reachable(definition, parameters[name] ?? {});
    return JSON.stringify(reached) === JSON.stringify(parameters[name]) ? [] : [`${name} cannot be filled as it says`];
  });
}

interface Drawn {
  readonly query: DressedSituation;
  readonly usual: Answer;
  readonly presented: Presented;
  readonly shown: Shown | undefined;
  /** The alerts of the query's kind among the demonstrations. */
  readonly close: readonly Demonstration[];
  /** Alerts of the query's kind that were asked for. */
  readonly tried: number;
}

/** Draws for many queries, each beside the default catalog or a random one. */
function drawMany(
  count: number,
  draw: (...given: Parameters<typeof drawDemonstrations>) => Shown | undefined,
): Drawn[] {
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(`demonstrations ${index}`);
    const entry = (index % 2 === 0 ? plan.drawMode : plan.drawRule)(random);
    const query = dress(entry, random);
    const right = rightFunctions(query.situation, facts, plan.functions);
    const presented =
      index % 4 < 2
        ? presentedDefault(facts)
        : presentedRandom(randomCatalog(query.situation, facts, plan.functions, right, random));
    const usual = answerOf(query.situation, query.alert, presented);
    const alike = new Set<Alert>();
    const sources = {
      same: () => {
        const made = dress(entry, random);
        alike.add(made.alert);
        return made;
      },
      other: () => dress(plan.drawRule(random), random),
    };
    const shown = draw(query, usual, presented, sources, random);
    const close = shown?.demonstrations.filter(({ alert }) => alike.has(alert)) ?? [];
    return { query, usual, presented, shown, close, tried: alike.size };
  });
}

describe('demonstrations that are drawn for a query', () => {
  const drawn = drawMany(400, drawDemonstrations);
  const saysUsual = ({ shown, usual }: Drawn): boolean => shown?.answer === usual;

  it('are one to four, of which at most one is of its kind', () => {
    for (const { shown, close } of drawn) {
      expect(shown?.demonstrations.length).toBeGreaterThanOrEqual(1);
      expect(shown?.demonstrations.length).toBeLessThanOrEqual(MAX_DEMONSTRATIONS);
      expect(close.length).toBeLessThanOrEqual(1);
    }
    expect(new Set(drawn.map(({ shown }) => shown?.demonstrations.length)).size).toBe(MAX_DEMONSTRATIONS);
  });

  it('name functions that are presented, with origins that their alerts hold and that can be pointed at', () => {
    const faults = drawn.flatMap(({ shown, presented }) =>
      (shown?.demonstrations ?? []).flatMap((one) => faultOf(one, presented.catalog) ?? []),
    );
    expect(faults).toEqual([]);
    expect(drawn.flatMap(({ shown }) => shown?.demonstrations ?? []).length).toBeGreaterThan(800);
  });

  it('change nothing where none is of its kind', () => {
    const distracted = drawn.filter(({ close }) => close.length === 0);
    expect(distracted.length).toBeGreaterThan(60);
    expect(distracted.filter((one) => !saysUsual(one))).toEqual([]);
  });

  it('decide what is right where one of its kind says something else, and that can be done', () => {
    const taught = drawn.filter((one) => !saysUsual(one));
    expect(taught.length).toBeGreaterThan(50);
    for (const { query, usual, presented, shown, close } of taught) {
      const answer = shown?.answer as Answer;
      const [said] = close;
      if (said?.lambdaFunction == null) {
        expect(said?.lambdaFunction).toBeNull();
        // Where doing nothing is fine anyway, a demonstration of it says nothing else than the facts do.
        expect(usual.noneAcceptable).toBe(false);
        expect(usual.functions).not.toEqual([]);
        expect(answer).toEqual({ functions: [], noneAcceptable: true, parameters: {} });
        continue;
      }
      expect(usual.functions).not.toContain(said.lambdaFunction);
      expect(answer.functions).toEqual([said.lambdaFunction]);
      expect(answer.noneAcceptable).toBe(false);
      expect(faultOfAnswer(answer, query.alert, presented.catalog)).toEqual([]);
    }
  });

  it('confirm what is right where one of its kind says the same', () => {
    const confirmed = drawn.filter((one) => saysUsual(one) && one.close.length > 0);
    expect(confirmed.length).toBeGreaterThan(30);
    for (const { usual, close } of confirmed) expect(close[0]?.lambdaFunction).toBe(usual.functions[0] ?? null);
  });
});

describe('a query that is to be taught', () => {
  /** The same numbers, but that the first says that a demonstration of its kind is to say something else. */
  const meantToTeach = (
    ...[query, usual, presented, sources, random]: Parameters<typeof drawDemonstrations>
  ): Shown => {
    let isFirst = true;
    const next = (): number => {
      const first = isFirst;
      isFirst = false;
      return first ? 0 : random.next();
    };
    return drawDemonstrations(query, usual, presented, sources, { ...random, next });
  };

  it('mostly is: where one alert of its kind cannot fill another function, others are tried', () => {
    const drawn = drawMany(100, meantToTeach);
    const taught = drawn.filter(({ shown, usual }) => shown?.answer !== usual);
    expect(taught.length).toBeGreaterThan(0.5 * drawn.length);
    expect(taught.filter(({ tried }) => tried > 1).length).toBeGreaterThan(0.1 * drawn.length);
    expect(drawn.filter((one) => !taught.includes(one) && one.tried < 4)).toEqual([]);
    for (const { close, shown } of taught) {
      expect(close.map(({ lambdaFunction }) => lambdaFunction)).toEqual([shown?.answer.functions[0] ?? null]);
    }
  });

  it('is taught to do nothing only where that was not fine, which is about a fifth of such queries', () => {
    const drawn = drawMany(120, teachQuery).filter(({ shown }) => shown !== undefined);
    const nothing = drawn.filter(({ shown }) => shown?.answer.functions.length === 0);
    expect(nothing.filter(({ usual }) => usual.noneAcceptable)).toEqual([]);
    const required = drawn.filter(({ usual }) => !usual.noneAcceptable);
    expect(nothing.length / required.length).toBeGreaterThan(0.12);
    expect(drawn.filter(({ usual }) => usual.noneAcceptable && usual.functions.length > 0).length).toBeGreaterThan(5);
  });
});

describe('a query that is taught', () => {
  it('is shown one alert of its kind with another answer, or none where no other can be given', () => {
    const drawn = drawMany(150, teachQuery);
    const taught = drawn.filter(({ shown }) => shown !== undefined);
    expect(taught.length).toBeGreaterThan(50);
    for (const { usual, shown, close, presented } of taught) {
      expect(shown?.demonstrations).toEqual(close);
      expect(close).toHaveLength(1);
      const [said] = close as [Demonstration];
      expect(faultOf(said, presented.catalog)).toBeUndefined();
      expect(shown?.answer.functions).toEqual(said.lambdaFunction === null ? [] : [said.lambdaFunction]);
      if (said.lambdaFunction !== null) expect(usual.functions).not.toContain(said.lambdaFunction);
    }
  });
});

describe('the stream', () => {
  const options = { seed: 17, split: 'validation', count: 80 } as const;
  const bare = generateExamples(facts, options);
  const about = ({ alert, catalog, id, cause, group }: Example) => ({ alert, catalog, id, cause, group });

  it('draws the same queries with demonstrations as without', () => {
    const shown = generateExamples(facts, { ...options, demonstrationShare: 1 });
    expect(shown.map(about)).toEqual(bare.map(about));
    expect(shown.every(({ demonstrations = [] }) => demonstrations.length > 0)).toBe(true);
    expect(bare.some((example) => 'demonstrations' in example)).toBe(false);
    const taught = generateExamples(facts, { ...options, demonstrations: 'taught' });
    expect(taught.map(about)).toEqual(bare.map(about));
  });

  it('shows them to the share that was asked for', () => {
    const some = generateExamples(facts, { ...options, count: 300, demonstrationShare: 0.35 });
    const share = some.filter(({ demonstrations }) => demonstrations !== undefined).length / some.length;
    expect(share).toBeGreaterThan(0.26);
    expect(share).toBeLessThan(0.44);
  });

  it('keeps the usual answer of a query that nothing could be taught about', () => {
    const taught = generateExamples(facts, { ...options, demonstrations: 'taught' });
    const untaught = taught.flatMap((example, index) => (example.demonstrations ? [] : [[example, bare[index]]]));
    expect(untaught.length).toBeGreaterThan(0);
    for (const [example, usual] of untaught) expect(example).toEqual(usual);
  });
});
