import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.js';
import { GraphBuilder, gradients, mul, reduceSum, type Value } from '../../../../src/onnx/index.js';
import { constantWeights, inputWeights, type Parameter } from '../../../../src/trm/graph/weight-source.js';
import { MATCH_FEATURES, matchWords } from '../../../../src/trm/remediation/late-interaction.js';
import { type OpenGraph, openGraph } from '../../onnx/run-graph.js';

const MATCH_WIDTH = 64;

/** Small enough to change nothing in float32, large enough to divide by. */
const EPSILON = 1e-9;
/** Distinct tokens of an alert and of each function; padded with 0 to one length. */
type Row = readonly [alert: readonly number[], ...functions: (readonly number[])[]];

function feedsOf(rows: readonly Row[], more: { words?: number; functions?: number } = {}) {
  const longest = (lists: readonly (readonly number[])[]): number =>
    lists.reduce((most, { length }) => Math.max(most, length), 1) + (more.words ?? 0);
  const pad = (tokens: readonly number[], length: number): number[] => [
    ...tokens,
    ...new Array<number>(length - tokens.length).fill(0),
  ];
  const count = Math.max(...rows.map(({ length }) => length - 1)) + (more.functions ?? 0);
  const [alertLength, length] = [longest(rows.map(([alert]) => alert)), longest(rows.flatMap((row) => row.slice(1)))];
  const functions = rows.flatMap(([, ...own]) => Array.from({ length: count }, (_, index) => own[index] ?? []));
  return {
    alert_words: { shape: [rows.length, alertLength], data: rows.flatMap(([alert]) => pad(alert, alertLength)) },
    function_words: { shape: [rows.length, count, length], data: functions.flatMap((words) => pad(words, length)) },
  };
}

type Weights = Readonly<Record<'embed_tokens.embedding_weight' | 'match.weight' | 'match_share.weight', Parameter>>;

function openMatch(weights: Weights): Promise<OpenGraph> {
  const graph = new GraphBuilder('match');
  const matched = matchWords(constantWeights(graph, new Map(Object.entries(weights))), MATCH_WIDTH, EPSILON);
  expect(matched.shape).toEqual(['batch', 'functions', MATCH_FEATURES]);
  graph.output('matched', matched);
  return openGraph(graph);
}

/** The numbers of each function of each row, padding left out. */
async function run(open: OpenGraph, rows: readonly Row[], more?: Parameters<typeof feedsOf>[1]): Promise<number[][][]> {
  const { matched } = await open.run(feedsOf(rows, more));
  const [, count = 0, width = 0] = matched?.shape ?? [];
  return rows.map(([, ...functions], row) =>
    functions.map(
      (_, index) => matched?.data.slice((row * count + index) * width, (row * count + index + 1) * width) ?? [],
    ),
  );
}

/** @param shares Deviation of what decides how much a word counts; 0 as a model starts: all count the same. */
function drawWeights(tokens: number, width: number, seed: string, shares = 1): Weights {
  const random = createRandom(seed);
  const draw = (shape: readonly number[], scale = 1): Parameter => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () => scale * random.normal()),
  });
  return {
    'embed_tokens.embedding_weight': draw([tokens, width]),
    'match.weight': draw([MATCH_WIDTH, width], 1 / Math.sqrt(width)),
    'match_share.weight': draw([1, width], shares),
  };
}

/**
 * Four directions that the space of comparison keeps at right angles and of length one: token 1, 2 and 3 are the first
 * three, 4 is the reverse of the first, 5 is the fourth. The row of padding is none of them.
 */
const PLAIN = [
  [3, -2, 5, 7],
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
  [-1, 0, 0, 0],
  [0, 0, 0, 1],
];
function plainWeights(shares: readonly number[]): Weights {
  const signs = Array.from({ length: MATCH_WIDTH }, (_, row) => [1, 2, 4, 8].map((bit) => ((row & bit) > 0 ? -1 : 1)));
  return {
    'embed_tokens.embedding_weight': { shape: [PLAIN.length, 4], data: Float32Array.from(PLAIN.flat()) },
    'match.weight': { shape: [MATCH_WIDTH, 4], data: Float32Array.from(signs.flat()) },
    'match_share.weight': { shape: [1, 4], data: Float32Array.from(shares) },
  };
}

/** Weight of the one word that is the same (similarity 1) among others that have nothing to do with it (0). */
const chosen = (others: number): number => 1 / (1 + others * Math.exp(-12));

describe('the words of functions and alerts', () => {
  it('meet as reckoned by hand: all shared, none, the opposite, half', async () => {
    const open = await openMatch(plainWeights([0, 0, 0, 0]));
    const p = chosen(1);
    const found = await run(open, [
      [[1, 2], [1, 2], [3], [4], [1, 3]],
      [[1], [4], [1], [2]],
    ]);
    await open.close();
    const expected = [
      [
        [4 * p, 4 * p],
        [0, 0],
        // Its one word finds the alert's second, which is not the opposite; the alert's first can only take it.
        [-4 * (1 - p), -2],
        [2 * p, 2 * p],
      ],
      [
        [-4, -4],
        [4, 4],
        [0, 0],
      ],
    ];
    for (const [row, functions] of expected.entries()) {
      for (const [index, numbers] of functions.entries()) {
        for (const [feature, value] of numbers.entries()) {
          expect(found[row]?.[index]?.[feature], `row ${row} function ${index}`).toBeCloseTo(value, 5);
        }
      }
    }
  });

  it('count as much as their shares say, which add up to one in an alert and in a function', async () => {
    const open = await openMatch(plainWeights([Math.log(3), 0, 0, Math.log(4)]));
    const p = chosen(1);
    const [[first, second] = []] = await run(open, [
      [
        [1, 2],
        [1, 3],
        [3, 5, 1],
      ],
    ]);
    await open.close();
    // Shares 3 : 1 in the first function and in the alert, 1 : 4 : 3 in the second.
    for (const [index, value] of [3 * p, 3 * p].entries()) expect(first?.[index]).toBeCloseTo(value, 5);
    for (const [index, value] of [(4 * 3 * p) / 8, 3 * chosen(2)].entries())
      expect(second?.[index]).toBeCloseTo(value, 5);
  });

  it('give a row the same numbers alone, beside longer rows, and in any order of the words', async () => {
    const open = await openMatch(drawWeights(40, 6, 'padding'));
    const rows: Row[] = [
      [[7], [7, 8], [9]],
      [[1, 2, 3, 4, 5, 6, 7, 8], [3, 30], [31, 32, 33, 34, 35, 36], [2], [1]],
      [[11, 12, 13], [14]],
    ];
    const together = await run(open, rows);
    const padded = await run(open, rows, { words: 9, functions: 4 });
    const turned = await run(
      open,
      rows.map((row) => row.map((words) => words.toReversed()) as unknown as Row),
    );
    const flat = (numbers: readonly number[][][]): number[] => numbers.flat(2);
    const alone = await Promise.all(rows.map((row) => run(open, [row])));
    await open.close();
    expect(new Set(flat(together).map((value) => value.toFixed(4))).size).toBeGreaterThan(8);
    for (const others of [padded, turned, alone.flat()]) {
      for (const [index, value] of flat(others).entries())
        expect(value).toBeCloseTo(flat(together)[index] as number, 5);
    }
  });

  it('give numbers within [-4, 4], for padding too', async () => {
    const tokens = fc.uniqueArray(fc.integer({ min: 1, max: 29 }), { maxLength: 7 });
    const row = fc.tuple(tokens, tokens, tokens).map((lists): Row => lists);
    for (const [seed, scale] of [
      ['small', 0.01],
      ['plain', 1],
      ['large', 100],
    ] as const) {
      const weights = drawWeights(30, 3, seed);
      for (const { data } of Object.values(weights))
        for (const index of data.keys()) data[index] = (data[index] ?? 0) * scale;
      const open = await openMatch(weights);
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 3 }), async (rows) => {
          const { matched } = await open.run(feedsOf(rows, { words: 1, functions: 1 }));
          for (const value of matched?.data ?? []) expect(Math.abs(value)).toBeLessThanOrEqual(4.0001);
          expect(matched?.data.length).toBeGreaterThan(0);
        }),
        { numRuns: 25 },
      );
      await open.close();
    }
  });

  it('score a function that shares words with the alert over one that does not', async () => {
    for (let seed = 0; seed < 8; seed++) {
      const open = await openMatch(drawWeights(60, 24, `shared ${seed}`, 0));
      const alert = [1, 2, 3, 4, 5, 6, 7, 8];
      const [[all = [], half = [], none = []] = []] = await run(open, [
        [alert, [3, 1, 5, 8], [3, 21, 5, 22], [23, 21, 24, 22]],
      ]);
      await open.close();
      expect(all[0]).toBeGreaterThan(3.7);
      for (let feature = 0; feature < MATCH_FEATURES; feature++) {
        expect(all[feature], `seed ${seed}`).toBeGreaterThan(none[feature] as number);
        expect(half[feature], `seed ${seed}`).toBeGreaterThan(none[feature] as number);
      }
    }
  });
});

describe('the gradients of the comparison', () => {
  const rows: Row[] = [
    [[1, 2, 3], [2, 5], [6]],
    [[4], [4, 1, 7]],
  ];
  const weights = drawWeights(10, 3, 'gradients');
  const names = Object.keys(weights) as (keyof Weights)[];
  /** Another one for each number; 0 for the function that is padding. */
  const FACTORS = { shape: [2, 2, MATCH_FEATURES], data: [0.9, -0.4, 0.5, 0.7, -0.8, 0.6, 0, 0] };

  async function slopesOf(values: Weights) {
    const graph = new GraphBuilder('gradients');
    const source = inputWeights(graph, new Map(Object.entries(values)));
    const factors = graph.input('factors', 'float32', ['batch', 'functions', MATCH_FEATURES]);
    const loss = reduceSum(mul(matchWords(source, MATCH_WIDTH, EPSILON), factors));
    const slopes = gradients(
      graph,
      loss,
      names.map((name) => source.tensor(name)),
    );
    graph.output('loss', loss);
    for (const [index, slope] of slopes.entries()) graph.output(`d.${names[index]}`, slope as Value);
    const open = await openGraph(graph);
    const outputs = (changed: Weights) =>
      open.run({
        ...feedsOf(rows),
        factors: FACTORS,
        ...Object.fromEntries(
          Object.entries(changed).map(([name, { shape, data }]) => [name, { shape, data: [...data] }]),
        ),
      });
    return { open, outputs };
  }

  it.each([
    ['drawn shares', weights],
    ['even shares, as a model starts', drawWeights(10, 3, 'gradients', 0)],
  ] as const)(
    'reach the embeddings and both weights, and agree with differences of the loss: %s',
    async (_, values) => {
      const { open, outputs } = await slopesOf(values);
      const found = await outputs(values);
      for (const name of names) {
        const { shape, data } = values[name];
        const slope = found[`d.${name}`]?.data ?? [];
        const norm = Math.hypot(...slope);
        expect(norm, name).toBeGreaterThan(0.01);
        // Uphill and a little to the side, so that a part of the gradient that is missing shows.
        const random = createRandom(name);
        const mixed = slope.map((value) => value / norm + (0.5 * random.normal()) / Math.sqrt(slope.length));
        const direction = mixed.map((value) => value / Math.hypot(...mixed));
        const lossAt = async (distance: number): Promise<number> => {
          const moved = data.map((value, index) => value + distance * (direction[index] as number));
          return (await outputs({ ...values, [name]: { shape, data: moved } })).loss?.data[0] as number;
        };
        const step = 2e-3;
        const difference = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
        const expected = slope.reduce((sum, value, index) => sum + value * (direction[index] as number), 0);
        expect(Math.abs(difference - expected), name).toBeLessThan(0.01 * Math.abs(expected) + 2e-3);
      }
      await open.close();
    },
  );

  it('move no embedding of padding or of a word that is not there', async () => {
    const { open, outputs } = await slopesOf(weights);
    const slope = (await outputs(weights))['d.embed_tokens.embedding_weight']?.data ?? [];
    await open.close();
    const sizes = Array.from({ length: 10 }, (_, token) => Math.hypot(...slope.slice(3 * token, 3 * token + 3)));
    const present = [1, 2, 3, 4, 5, 6, 7];
    for (const [token, size] of sizes.entries()) {
      if (present.includes(token)) expect(size, `token ${token}`).toBeGreaterThan(1e-4);
      else expect(size, `token ${token}`).toBe(0);
    }
  });
});
