import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.js';
import type { Alert, Demonstration, RemediationFunction } from '../../../../src/domain/index.js';
import {
  buildVocabulary,
  encodeAlert,
  encodeCatalog,
  pointerOptions,
  Tokenizer,
} from '../../../../src/encoding/index.js';
import { createReach } from '../../../../src/training/dataset/answer/reach.js';
import type { Example } from '../../../../src/training/dataset/example.js';
import {
  isExact,
  KEY_WORDS,
  nearestDemonstrationCopy,
  POOL_SYLLABLES,
  remedarcExample,
  SUITES,
  type Suite,
  solve,
  withoutDemonstrations,
  withShuffledAnswers,
} from '../../../../src/training/dataset/remedarc/index.js';
import { HELD_OUT_COMPOSITIONS, TRAINED_COMPOSITIONS } from '../../../../src/training/dataset/remedarc/suites.js';

const drawn = new Map<Suite, Example[]>();

/** The first items of a suite; they are made once. */
function items(suite: Suite, count: number): Example[] {
  const made = drawn.get(suite) ?? [];
  while (made.length < count) made.push(remedarcExample({ seed: 11, suite, index: made.length }));
  drawn.set(suite, made);
  return made.slice(0, count);
}

const alertsOf = (example: Example): Alert[] => [
  example.alert,
  ...(example.demonstrations ?? []).map(({ alert }) => alert),
];
const tokenizer = new Tokenizer(buildVocabulary([], { maxWords: 64, minCount: 1, hashBuckets: 64, maxTokens: 8 }));

describe('remedarcExample', () => {
  it('makes the same item of the same options, and another of another seed, index or suite', () => {
    const options = { seed: 3, index: 5, suite: 'train' } as const;
    expect(remedarcExample(options)).toEqual(remedarcExample(options));
    const others = [
      { ...options, seed: 4 },
      { ...options, index: 6 },
      { ...options, suite: 'more-distractors' } as const,
    ];
    for (const other of others) expect(remedarcExample(other).alert).not.toEqual(remedarcExample(options).alert);
  });

  it.each(SUITES)(
    '%s: what is shown and asked can be answered under the masks and fits into twelve fields',
    (suite) => {
      for (const example of items(suite, 80)) {
        const { alert, catalog, demonstrations = [], functions, parameters } = example;
        expect(demonstrations).toHaveLength(3);
        expect(catalog.length).toBeGreaterThanOrEqual(4);
        expect(catalog.length).toBeLessThanOrEqual(12);
        const called = demonstrations.flatMap(({ lambdaFunction }) => lambdaFunction ?? []);
        expect(new Set(called).size).toBeGreaterThanOrEqual(2);
        const byName = new Map(catalog.map((definition) => [definition.name, definition]));
        for (const { alert: shown, lambdaFunction, parameterOrigins } of demonstrations) {
          if (lambdaFunction === null) continue;
          const wanted = Object.fromEntries(Object.entries(parameterOrigins).map(([name, origin]) => [name, [origin]]));
          const definition = byName.get(lambdaFunction) as RemediationFunction;
          expect(createReach(shown).reachable(definition, wanted)).toEqual(wanted);
        }
        for (const name of functions) {
          const wanted = parameters[name] ?? {};
          expect(Object.keys(wanted)).toEqual(Object.keys(byName.get(name)?.parameters.properties ?? {}));
          expect(createReach(alert).reachable(byName.get(name) as RemediationFunction, wanted)).toEqual(wanted);
        }
        for (const one of alertsOf(example)) {
          const read = encodeAlert(one, tokenizer, { maxFields: 12 });
          const wanted = Object.keys(one.labels).length + Object.keys(one.metrics).length + 1;
          expect(read.fields.length).toBe(wanted);
        }
      }
    },
  );

  it('leaves the pointer a choice', () => {
    for (const { alert, catalog } of items('train', 100)) {
      const encoded = encodeAlert(alert, tokenizer);
      for (const parameter of encodeCatalog(catalog, tokenizer).parameters) {
        const open = pointerOptions(encoded, parameter).filter((option) => option !== undefined);
        expect(open.length).toBeGreaterThanOrEqual(2);
      }
    }
  });

  it.each(SUITES.filter((suite) => suite !== 'ambiguous'))('%s: the solver finds the label of every item', (suite) => {
    for (const example of items(suite, 120)) {
      const solution = solve(example);
      expect(solution.kind).toBe('unique');
      if (solution.kind !== 'unique') continue;
      expect(solution.lambdaFunction).toBe(example.functions[0] ?? null);
      const wanted = example.parameters[solution.lambdaFunction ?? ''] ?? {};
      const found = Object.fromEntries(
        Object.entries(solution.parameterOrigins).map(([name, origin]) => [name, [origin]]),
      );
      expect(found).toEqual(wanted);
    }
  });

  it('gives no function where the simplest rules disagree', () => {
    for (const example of items('ambiguous', 100)) {
      expect(example.functions).toEqual([]);
      expect(example.noneAcceptable).toBe(true);
      expect(solve(example)).toEqual({ kind: 'ambiguous' });
    }
  });

  it('is no longer solved when a label that explains the answers as well contradicts the rule', () => {
    const solved = items('train', 60).filter(({ functions }) => functions.length > 0);
    let contradicted = 0;
    for (const example of solved) {
      const demonstrations = example.demonstrations ?? [];
      const wrong = demonstrations.find(({ lambdaFunction }) => lambdaFunction !== example.functions[0]);
      const told = (alert: Alert, name: string | null | undefined): Alert => ({
        ...alert,
        labels: { ...alert.labels, verdict: `as${demonstrations.findIndex((one) => one.lambdaFunction === name)}` },
      });
      const changed: Example = {
        ...example,
        alert: told(example.alert, wrong?.lambdaFunction),
        demonstrations: demonstrations.map((one) => ({ ...one, alert: told(one.alert, one.lambdaFunction) })),
      };
      const solution = solve(changed);
      // The one exception: the true rule was an exception before a selector, and the new label alone is simpler.
      if (solution.kind === 'ambiguous') contradicted++;
      else expect(solution.lambdaFunction).toBe(wrong?.lambdaFunction);
    }
    expect(contradicted).toBeGreaterThan(solved.length * 0.7);
  });

  it('draws the symbols of the suite new-symbols from words that training never uses', () => {
    const keyWords = new Set(KEY_WORDS.train);
    for (const word of KEY_WORDS['held-out']) expect(keyWords).not.toContain(word);
    const syllables = new Set(POOL_SYLLABLES.train);
    for (const syllable of POOL_SYLLABLES['held-out']) expect(syllables).not.toContain(syllable);
    const keys = (suite: Suite): Set<string> =>
      new Set(items(suite, 200).flatMap(({ alert }) => Object.keys(alert.labels).filter((key) => key !== 'alertname')));
    const trained = keys('train');
    for (const key of keys('new-symbols')) expect(trained).not.toContain(key);
  });

  it('shows membership and the held-out pairs in their own suites only', () => {
    const hasSet = (example: Example): boolean =>
      alertsOf(example).every(({ labels }) => Object.values(labels).some((value) => value.includes(',')));
    expect(items('train', 300).some(hasSet)).toBe(false);
    expect(items('primitives', 50).every(hasSet)).toBe(true);
    const trained = new Set(TRAINED_COMPOSITIONS.map((pair) => JSON.stringify(pair)));
    for (const pair of HELD_OUT_COMPOSITIONS) expect(trained).not.toContain(JSON.stringify(pair));
    for (const primitive of new Set(HELD_OUT_COMPOSITIONS.flatMap(({ modifier, base }) => [modifier, base]))) {
      expect(TRAINED_COMPOSITIONS.some(({ modifier, base }) => modifier === primitive || base === primitive)).toBe(
        true,
      );
    }
  });

  it('names what it expects when the suite does not exist', () => {
    expect(() => remedarcExample({ seed: 1, index: 0, suite: 'tests' as Suite })).toThrow(
      /no suite "tests".*train, new-symbols/,
    );
  });
});

describe('controls', () => {
  it('copying the nearest demonstration is right in less than 60 % of the items', () => {
    for (const suite of ['train', 'new-symbols', 'primitives', 'compositions', 'more-distractors'] as const) {
      const some = items(suite, suite === 'train' ? 500 : 200);
      const exact = some.filter((example) => isExact(example, nearestDemonstrationCopy(example))).length;
      expect(exact / some.length, suite).toBeLessThan(0.6);
    }
  });

  it('copies the answer of the demonstration with most equal fields', () => {
    const example = item([call({ a: 'x', b: 'y' }, 'f1', 'a'), call({ a: 'x', b: 'z' }, 'f2', 'b')], {
      a: 'x',
      b: 'z',
    });
    expect(nearestDemonstrationCopy(example)).toEqual({
      lambdaFunction: 'f2',
      parameterOrigins: { name: { kind: 'label', key: 'b' } },
    });
    expect(nearestDemonstrationCopy(withoutDemonstrations(example)).lambdaFunction).toBeNull();
  });

  it('shuffled answers keep the answers and the alerts but show another rule', () => {
    const random = createRandom(1);
    const some = items('train', 300);
    let exact = 0;
    for (const example of some) {
      const shuffled = withShuffledAnswers(example, random);
      const before = example.demonstrations ?? [];
      const after = shuffled.demonstrations ?? [];
      expect(after.map(({ alert }) => alert)).toEqual(before.map(({ alert }) => alert));
      const sorted = (list: readonly Demonstration[]) => list.map((one) => String(one.lambdaFunction)).sort();
      expect(sorted(after)).toEqual(sorted(before));
      const moved = after.filter((one, at) => one.lambdaFunction !== before[at]?.lambdaFunction).length;
      // Three different answers can all move; of two alike and one other, two do.
      expect(moved).toBe(new Set(sorted(before)).size === 3 ? 3 : 2);
      expect(shuffled.functions).toEqual(example.functions);
      const solution = solve(shuffled);
      if (solution.kind === 'unique' && isExact(example, solution)) exact++;
    }
    expect(exact / some.length).toBeLessThan(0.35);
  });

  it('without demonstrations nothing follows', () => {
    const example = withoutDemonstrations(items('train', 1)[0] as Example);
    expect('demonstrations' in example).toBe(false);
    expect(solve(example)).toEqual({ kind: 'ambiguous' });
  });
});

describe('solve', () => {
  const functionOf = (example: Example): string | null | undefined => {
    const solution = solve(example);
    return solution.kind === 'unique' ? solution.lambdaFunction : undefined;
  };

  it('reads a value, a suffix, a presence, an equality and a membership', () => {
    const value = [call({ k: 'u' }, 'f1'), call({ k: 'v' }, 'f2'), call({ k: 'w' }, null)];
    expect(functionOf(item(value, { k: 'v' }))).toBe('f2');
    expect(functionOf(item(value, { k: 'w' }))).toBeNull();
    expect(functionOf(item(value, { k: 'never-seen' }))).toBeUndefined();
    const suffix = [call({ k: 'aa-u' }, 'f1'), call({ k: 'bb-v' }, 'f2'), call({ k: 'cc-u' }, 'f1')];
    expect(functionOf(item(suffix, { k: 'dd-v' }))).toBe('f2');
    const presence = [call({ p: 'x' }, 'f1'), call({}, 'f2'), call({ p: 'y' }, 'f1')];
    expect(functionOf(item(presence, {}))).toBe('f2');
    expect(functionOf(item(presence, { p: 'z' }))).toBe('f1');
    const equality = [call({ a: 'x', b: 'x' }, 'f1'), call({ a: 'y', b: 'x' }, 'f2'), call({ a: 'x', b: 'y' }, 'f2')];
    expect(functionOf(item(equality, { a: 'y', b: 'y' }))).toBe('f1');
    const member = [
      call({ a: 'p', set: 'p,q' }, 'f1'),
      call({ a: 'p', set: 'q,r' }, 'f2'),
      call({ a: 'r', set: 'q,p' }, 'f2'),
    ];
    expect(functionOf(item(member, { a: 'r', set: 'r,s' }))).toBe('f1');
  });

  it('reads a threshold, and says nothing about a reading between those shown', () => {
    const shown = [call({ n: '3000' }, 'f1'), call({ n: '5' }, 'f2'), call({ n: '400000' }, 'f1')];
    expect(functionOf(item(shown, { n: '20000' }))).toBe('f1');
    expect(functionOf(item(shown, { n: '1' }))).toBe('f2');
    expect(functionOf(item(shown, { n: '50' }))).toBeUndefined();
  });

  it('takes an exception only where no single label explains the answers', () => {
    const shown = [
      call({ k: 'u', s: 'low' }, 'f1'),
      call({ k: 'v', s: 'low' }, 'f2'),
      call({ k: 'u', s: 'high' }, null),
    ];
    expect(functionOf(item(shown, { k: 'u', s: 'low' }))).toBe('f1');
    expect(functionOf(item(shown, { k: 'u', s: 'high' }))).toBeNull();
    expect(functionOf(item(shown, { k: 'w', s: 'high' }))).toBeNull();
    // "v -> f2, else by s" explains the answers as well as "high -> none, else by k".
    expect(functionOf(item(shown, { k: 'v', s: 'high' }))).toBeUndefined();
  });

  it('fills parameters as the same function did, and by a selector only where one function differs', () => {
    const perFunction = [call({ k: 'u', a: 'a1', b: 'b1' }, 'f1', 'a'), call({ k: 'v', a: 'a2', b: 'b2' }, 'f2', 'b')];
    expect(solve(item(perFunction, { k: 'v', a: 'a3', b: 'b3' }))).toEqual({
      kind: 'unique',
      lambdaFunction: 'f2',
      parameterOrigins: { name: { kind: 'label', key: 'b' } },
    });
    const bySelector = [
      call({ k: 'u', s: 'm', a: 'a1', b: 'b1' }, 'f1', 'a'),
      call({ k: 'u', s: 'n', a: 'a2', b: 'b2' }, 'f1', 'b'),
      call({ k: 'v', s: 'n', a: 'a3', b: 'b3' }, 'f2', 'b'),
    ];
    expect(solve(item(bySelector, { k: 'v', s: 'm', a: 'a4', b: 'b4' }))).toEqual({
      kind: 'unique',
      lambdaFunction: 'f2',
      parameterOrigins: { name: { kind: 'label', key: 'a' } },
    });
  });
});

function call(labels: Record<string, string>, lambdaFunction: string | null, key?: string): Demonstration {
  return {
    alert: alertOf(labels),
    lambdaFunction,
    parameterOrigins: key === undefined ? {} : { name: { kind: 'label', key } },
  };
}

function alertOf(labels: Record<string, string>): Alert {
  return { labels: { alertname: 'Same', ...labels }, annotations: {}, metrics: {}, status: 'firing' };
}

/** A question by hand; only what the solver and the controls read is meaningful. */
function item(demonstrations: readonly Demonstration[], query: Record<string, string>): Example {
  return {
    id: 'by-hand',
    group: 'by hand',
    source: 'remedarc',
    alert: alertOf(query),
    catalog: [],
    demonstrations,
    functions: [],
    noneAcceptable: true,
    parameters: {},
    cause: 'unknown',
    split: 'test',
  };
}
