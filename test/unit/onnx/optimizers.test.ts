import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../src/core/errors.js';
import {
  adamAtan2,
  adamW,
  clipByGlobalNorm,
  exponentialMovingAverage,
  GraphBuilder,
  type UpdatedState,
  type Value,
} from '../../../src/onnx/index.js';
import { expectClose } from './expect-close.js';
import { type OpenGraph, openGraph, runGraph } from './run-graph.js';

const BETA1 = 0.9;
const BETA2 = 0.95;
const LEARNING_RATE = 0.01;
const EPSILON = 1e-8;

type Rule = (mHat: number, rootVHat: number) => number;
const RULES: Record<'adamW' | 'adamAtan2', Rule> = {
  adamW: (mHat, rootVHat) => mHat / (rootVHat + EPSILON),
  adamAtan2: (mHat, rootVHat) => Math.atan2(mHat, rootVHat),
};

const STATE = ['parameter', 'm', 'v'] as const;

/** One optimizer step over `size` numbers as a float32 graph, all scalars as inputs. */
function stepGraph(rule: keyof typeof RULES, size: number, weightDecay: number): Promise<OpenGraph> {
  const graph = new GraphBuilder(rule);
  const tensor = (name: string): Value => graph.input(name, 'float32', [size]);
  const scalar = (name: string): Value => graph.input(name, 'float32', []);
  const state = { parameter: tensor('parameter'), gradient: tensor('gradient'), m: tensor('m'), v: tensor('v') };
  const options = {
    beta1: BETA1,
    beta2: BETA2,
    learningRate: scalar('learningRate'),
    weightDecay,
    correction1: scalar('correction1'),
    correction2: scalar('correction2'),
  };
  const next: UpdatedState =
    rule === 'adamW' ? adamW(state, { ...options, epsilon: EPSILON }) : adamAtan2(state, options);
  for (const name of STATE) graph.output(`next.${name}`, next[name]);
  return openGraph(graph);
}

/** The same step in float64; the moments are kept as float32, as both the graph and the reference TRM keep them. */
function referenceStep(rule: Rule, state: number[], gradient: number, step: number, weightDecay: number): number[] {
  const [parameter, m, v] = state as [number, number, number];
  const nextM = Math.fround(BETA1 * m + (1 - BETA1) * gradient);
  const nextV = Math.fround(BETA2 * v + (1 - BETA2) * gradient * gradient);
  const change = rule(nextM / (1 - BETA1 ** step), Math.sqrt(nextV / (1 - BETA2 ** step)));
  return [parameter * (1 - LEARNING_RATE * weightDecay) - LEARNING_RATE * change, nextM, nextV];
}

async function compareSteps(
  rule: keyof typeof RULES,
  gradientAt: (step: number, index: number) => number,
  weightDecay: number,
  size = 6,
): Promise<number[]> {
  const graph = await stepGraph(rule, size, weightDecay);
  let expected = Array.from({ length: size }, (_, index) => [Math.fround(0.3 * index - 0.7), 0, 0]);
  let actual = expected;
  try {
    for (let step = 1; step <= 5; step++) {
      const gradient = Array.from({ length: size }, (_, index) => Math.fround(gradientAt(step, index)));
      expected = expected.map((state, index) =>
        referenceStep(RULES[rule], state, gradient[index] as number, step, weightDecay),
      );
      const vector = (data: number[]) => ({ shape: [size], data });
      const number = (value: number) => ({ shape: [], data: [value] });
      const results = await graph.run({
        parameter: vector(actual.map((state) => state[0] as number)),
        m: vector(actual.map((state) => state[1] as number)),
        v: vector(actual.map((state) => state[2] as number)),
        gradient: vector(gradient),
        learningRate: number(LEARNING_RATE),
        correction1: number(1 - BETA1 ** step),
        correction2: number(1 - BETA2 ** step),
      });
      actual = expected.map((_, index) => STATE.map((name) => results[`next.${name}`]?.data[index] as number));
      for (const [part] of STATE.entries()) {
        const column = (states: number[][]): number[] => states.map((state) => state[part] as number);
        expectClose(vector(column(actual)), vector(column(expected)), 1e-6);
      }
    }
  } finally {
    await graph.close();
  }
  return actual.map((state) => state[0] as number);
}

describe.each(['adamW', 'adamAtan2'] as const)('%s', (rule) => {
  test('takes the same steps as the formula in float64', async () => {
    await compareSteps(rule, (step, index) => Math.sin(3 * index + step) * 2 ** (index - 3), 0.1);
  });

  test('moves nothing but by decay where the gradient is zero', async () => {
    const start = Math.fround(-0.7);
    const [still] = await compareSteps(rule, () => 0, 0);
    expect(still).toBe(start);
    const [decayed] = await compareSteps(rule, () => 0, 0.1);
    expect(decayed).toBeCloseTo(start * (1 - LEARNING_RATE * 0.1) ** 5, 6);
  });
});

describe('adamAtan2', () => {
  test('takes full steps along tiny gradients, whose squares float32 still holds only just', async () => {
    const moved = await compareSteps('adamAtan2', (_step, index) => (index % 2 === 0 ? 1 : -1) * 1e-18, 0);
    // A constant gradient: m^ = g and sqrt(v^) = |g|, so every step is lr * pi / 4.
    for (const [index, parameter] of moved.entries()) {
      const travelled = Math.fround(0.3 * index - 0.7) - parameter;
      expect(travelled).toBeCloseTo((index % 2 === 0 ? 1 : -1) * 5 * LEARNING_RATE * (Math.PI / 4), 5);
    }
  });

  test('is atan2 over the whole range of float32', async () => {
    const magnitudes = [0, 1e-30, 1e-20, 1e-8, 1, 3, 1e8, 1e18];
    const pairs = magnitudes.flatMap((y) => magnitudes.flatMap((x) => [[y, x] as const, [-y, x] as const]));
    const graph = new GraphBuilder('atan2');
    const size = pairs.length;
    const zeros = graph.constant('zeros', [size], new Float32Array(size));
    const one = graph.constant('one', [], Float32Array.of(1));
    const [m, v] = [graph.input('m', 'float32', [size]), graph.input('v', 'float32', [size])];
    // beta 1 keeps the moments as they are, and learning rate 1 on a zero parameter shows the change itself.
    const options = { beta1: 1, beta2: 1, learningRate: one, weightDecay: 0, correction1: one, correction2: one };
    const { parameter } = adamAtan2({ parameter: zeros, gradient: zeros, m, v }, options);
    graph.output('change', parameter);
    const squares = pairs.map(([, x]) => Math.fround(x * x));
    const { change } = await runGraph(graph, {
      m: { shape: [size], data: pairs.map(([y]) => y) },
      v: { shape: [size], data: squares },
    });
    const expected = pairs.map(([y], index) => 0 - Math.atan2(Math.fround(y), Math.sqrt(squares[index] as number)));
    for (const [index, wanted] of expected.entries()) {
      const found = change?.data[index] as number;
      expect(Math.abs(found - wanted), `atan2(${pairs[index]})`).toBeLessThanOrEqual(1e-6 * Math.abs(wanted) + 1e-44);
    }
  });
});

describe('clipByGlobalNorm', () => {
  const clip = async (first: number[], second: number[], maximum: number) => {
    const graph = new GraphBuilder('clip');
    const inputs = [graph.input('a', 'float32', [first.length]), graph.input('b', 'float32', [second.length, 1])];
    const { gradients, norm } = clipByGlobalNorm(inputs, maximum);
    graph.output('norm', norm);
    for (const [index, gradient] of gradients.entries()) graph.output(`clipped${index}`, gradient);
    return runGraph(graph, {
      a: { shape: [first.length], data: first },
      b: { shape: [second.length, 1], data: second },
    });
  };

  test('scales all gradients together to the maximum', async () => {
    const { norm, clipped0, clipped1 } = await clip([3, 0], [4], 1);
    expect(norm).toMatchObject({ shape: [], data: [5] });
    expect(clipped0?.data[0]).toBeCloseTo(0.6, 6);
    expect(clipped1?.data[0]).toBeCloseTo(0.8, 6);
    expect(clipped1?.shape).toEqual([1, 1]);
  });

  test('leaves smaller and zero gradients as they are', async () => {
    const { clipped0, clipped1 } = await clip([0.5, -0.25], [0.125], 1);
    expect([...(clipped0?.data ?? []), ...(clipped1?.data ?? [])]).toEqual([0.5, -0.25, 0.125]);
    const zero = await clip([0, 0], [0], 1);
    expect([zero.norm?.data, zero.clipped0?.data]).toEqual([[0], [0, 0]]);
  });

  test('wants a gradient', () => {
    expect(() => clipByGlobalNorm([], 1)).toThrow(GraphError);
  });
});

test('exponentialMovingAverage mixes average and value', async () => {
  const graph = new GraphBuilder('ema');
  const [average, value] = [graph.input('average', 'float32', [2]), graph.input('value', 'float32', [2])];
  graph.output('next', exponentialMovingAverage(average, value, graph.input('decay', 'float32', [])));
  const run = await openGraph(graph);
  const feeds = { average: { shape: [2], data: [1, -2] }, value: { shape: [2], data: [3, 4] } };
  const at = async (decay: number) => (await run.run({ ...feeds, decay: { shape: [], data: [decay] } })).next?.data;
  expect(await at(1)).toEqual([1, -2]);
  expect(await at(0)).toEqual([3, 4]);
  expect(await at(0.75)).toEqual([1.5, -0.5]);
  await run.close();
});
