import { describe, expect, test } from 'vitest';
import {
  add,
  addRmsNorm,
  cast,
  concat,
  div,
  GraphBuilder,
  gather,
  gradients,
  less,
  log,
  logSumExp,
  matmul,
  mul,
  padAxis,
  reduceMean,
  reduceSum,
  reshape,
  rmsNorm,
  sigmoid,
  slice,
  softmax,
  stopGradient,
  sub,
  tanh,
  transpose,
  type Value,
  where,
} from '../../../src/onnx/index.js';
import { checkGradients, filled } from './check-gradients.js';
import { runGraph } from './run-graph.js';

const square = (x: Value): Value => mul(x, x);

describe('gradients of whole blocks', () => {
  test('multi-head attention with a mask', async () => {
    const heads = 2;
    const split = (x: Value): Value => transpose(reshape(x, [0, 0, heads, 2]), [0, 2, 1, 3]);
    await checkGradients(
      {
        x: filled([2, 3, 4], 1),
        query: filled([4, 4], 2),
        key: filled([4, 4], 3),
        value: filled([4, 4], 4),
        out: filled([4, 4], 5),
        mask: filled([2, 1, 1, 3], 6),
      },
      ({ x, query, key, value, out, mask }) => {
        const [q, k, v] = [query, key, value].map((weight) => split(matmul(x as Value, weight as Value)));
        const scores = matmul(q as Value, k as Value, { transposeRight: true, alpha: 1 / Math.sqrt(2) });
        const mixed = matmul(softmax(add(scores, mask as Value)), v as Value);
        const merged = reshape(transpose(mixed, [0, 2, 1, 3]), [0, 0, 4]);
        return reduceSum(square(addRmsNorm(x as Value, matmul(merged, out as Value), 1e-5)));
      },
    );
  });

  test('SwiGLU with gate and up in one weight, and a residual norm', async () => {
    await checkGradients(
      { x: filled([2, 3], 1), up: filled([3, 8], 2), down: filled([4, 3], 3) },
      ({ x, up, down }) => {
        const both = matmul(x as Value, up as Value);
        const [gate, linear] = [slice(both, 1, 0, 4), slice(both, -1, 4, 8)];
        const hidden = matmul(mul(mul(gate, sigmoid(gate)), linear), down as Value);
        return reduceMean(tanh(rmsNorm(add(x as Value, hidden), 1e-3)));
      },
    );
  });

  test('an embedding whose rows are looked up more than once, and one that is never looked up', async () => {
    const indices = { shape: [2, 3], data: [3, 0, 3, 3, 1, 0], dtype: 'int32' as const };
    const { table } = await checkGradients({ table: filled([5, 2], 1), indices }, ({ table, indices }) =>
      reduceSum(square(add(gather(table as Value, indices as Value), 0.3))),
    );
    expect(table?.data.slice(4, 6)).toEqual([0, 0]);
    expect(table?.data[6]).not.toBe(0);
  });

  test('cross-entropy through logSumExp', async () => {
    const target = { shape: [2, 3], data: [0, 1, 0, 0, 0, 1], dtype: 'float64' as const };
    await checkGradients({ logits: filled([2, 3], 4), target }, ({ logits, target }) => {
      const chosen = reduceSum(mul(logits as Value, target as Value), [1], true);
      return reduceSum(sub(logSumExp(logits as Value, 1), chosen));
    });
  });

  test('a weight that is used in several places and several times in one node', async () => {
    await checkGradients({ w: filled([3, 3], 2), x: filled([2, 3], 1) }, ({ w, x }) => {
      const [weight, input] = [w as Value, x as Value];
      const twice = matmul(tanh(matmul(input, weight)), weight);
      return reduceSum(add(mul(twice, twice), matmul(input, mul(weight, transpose(weight, [1, 0])))));
    });
  });

  test('broadcasting in both directions at once', async () => {
    await checkGradients({ row: filled([1, 3], 1), column: filled([2, 1], 2), scale: filled([], 3) }, (values) => {
      const { row, column, scale } = values as Record<'row' | 'column' | 'scale', Value>;
      return reduceSum(div(mul(add(row, column), scale), add(square(row), add(square(column), 1))));
    });
  });

  test('stopGradient counts as a constant, while the other path still flows', async () => {
    // d/dx sum(stop(x)^2 x) = stop(x)^2, whose differences the loss itself does not show.

    const graph = new GraphBuilder('stopped');
    const x = graph.input('x', 'float64', [3]);
    const loss = reduceSum(mul(square(stopGradient(x)), x));
    graph.output('dx', gradients(graph, loss, [x])[0] as Value);
    const { dx } = await runGraph(graph, { x: { shape: [3], data: [1, -2, 0.5] } });
    expect(dx?.data).toEqual([1, 4, 0.25]);
  });

  test('rounding and comparing are flat', async () => {
    await checkGradients({ x: { shape: [4], data: [0.4, 1.3, -1.6, 2.2] } }, ({ x }) => {
      const whole = cast(cast(x as Value, 'int32'), 'float64');
      return reduceSum(mul(add(whole, x as Value), where(less(x as Value, 1), 2, x as Value)));
    });
  });
});

describe('gradients with lengths known only at run time', () => {
  test('a loss that averages over the batch', async () => {
    await checkGradients(
      { x: filled([3, 2], 1, ['batch', 2]), w: filled([2, 2], 2), bias: filled([2], 3) },
      ({ x, w, bias }) => reduceMean(square(tanh(add(matmul(x as Value, w as Value), bias as Value)))),
    );
  });

  test('the mean over a named axis, kept or not', async () => {
    await checkGradients({ x: filled([2, 3, 2], 1, ['batch', 'fields', 2]) }, ({ x }) => {
      const centred = sub(x as Value, reduceMean(x as Value, [1], true));
      return add(reduceSum(mul(centred, square(centred))), reduceSum(square(reduceMean(x as Value, [0, -2]))));
    });
  });

  test('Concat of two named lengths and one known', async () => {
    const { left } = await checkGradients(
      {
        left: filled([2, 3, 2], 1, ['batch', 'fields', 2]),
        right: filled([2, 1, 2], 2, ['batch', 'functions', 2]),
        fixed: filled([2, 2, 2], 3, ['batch', 2, 2]),
      },
      ({ left, right, fixed }) => {
        const joined = concat([left as Value, fixed as Value, right as Value], 1);
        expect(joined.shape).toEqual(['batch', '(fields+functions+2)', 2]);
        return reduceSum(mul(softmax(joined, 1), square(joined)));
      },
    );
    expect(left?.shape).toEqual([2, 3, 2]);
  });

  test('reshape folds names together and apart again', async () => {
    await checkGradients({ x: filled([2, 3, 4], 1, ['batch', 'fields', 4]), w: filled([2, 3], 2) }, ({ x, w }) => {
      const pairs = reshape(x as Value, [-1, 2]);
      expect(pairs.shape).toEqual(['2*batch*fields', 2]);
      const wide = matmul(pairs, w as Value);
      const back = reshape(wide, [-1, 6]);
      expect(back.shape).toEqual(['batch*fields', 6]);
      return reduceSum(mul(back, tanh(back)));
    });
  });

  test('attention over a named number of keys', async () => {
    await checkGradients(
      { query: filled([2, 1, 2], 1, ['batch', 1, 2]), key: filled([2, 3, 2], 2, ['batch', 'fields', 2]) },
      ({ query, key }) => {
        const scores = matmul(query as Value, key as Value, { transposeRight: true });
        expect(scores.shape).toEqual(['batch', 1, 'fields']);
        const mixed = matmul(softmax(scores), key as Value);
        return reduceSum(square(add(mixed, query as Value)));
      },
    );
  });

  test('looking up rows of a table of named width', async () => {
    const indices = { shape: ['batch'], dims: [4], data: [1, 1, 0, -1], dtype: 'int64' as const };
    await checkGradients({ table: filled([3, 2, 2], 1, ['rows', 'width', 2]), indices }, ({ table, indices }) =>
      reduceSum(log(add(square(gather(table as Value, indices as Value)), 1))),
    );
  });

  test('padding and slicing beside a named axis', async () => {
    await checkGradients({ x: filled([2, 3], 1, ['batch', 3]) }, ({ x }) =>
      reduceSum(square(slice(padAxis(x as Value, -1, 2, 1), 1, 1, 5))),
    );
  });
});
