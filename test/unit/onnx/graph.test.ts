import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../src/core/errors.js';
import {
  add,
  cast,
  GraphBuilder,
  gradients,
  greater,
  mul,
  neg,
  reduceMax,
  reduceSum,
  slice,
  stopGradient,
  type Value,
} from '../../../src/onnx/index.js';
import { runGraph } from './run-graph.js';

describe('names', () => {
  test('none is used twice, whether input, constant or output', () => {
    const graph = new GraphBuilder('clash');
    const x = graph.input('x', 'float32', [1]);
    expect(() => graph.input('x', 'float32', [1])).toThrow('the name "x" is used twice in graph "clash"');
    expect(() => graph.constant('x', [1], new Float32Array(1))).toThrow(GraphError);
    expect(() => graph.output('x', neg(x))).toThrow('the name "x" is used twice');
    graph.output('y', neg(x));
    expect(() => graph.output('y', x)).toThrow('output "y" is declared twice');
    expect(() => graph.input('y', 'float32', [1])).toThrow('the name "y" is used twice');
  });

  test('none is empty', () => {
    expect(() => new GraphBuilder('g').input('', 'float32', [1])).toThrow('a name in graph "g" is empty');
  });

  test('those of the caller never meet those of nodes', async () => {
    const graph = new GraphBuilder();
    const x = graph.input('Add_0', 'float32', [1]);
    graph.input('literal_1', 'float32', [1]);
    graph.output('Add_2', add(add(x, 1), 2));
    const one = { shape: [1], data: [1] };
    expect((await runGraph(graph, { Add_0: one, literal_1: one })).Add_2?.data).toEqual([4]);
  });

  test('one value may go out under several', async () => {
    const graph = new GraphBuilder();
    const y = neg(graph.input('x', 'float32', [1]));
    graph.output('a', y);
    graph.output('b', y);
    const { a, b } = await runGraph(graph, { x: { shape: [1], data: [3] } });
    expect([a?.data, b?.data]).toEqual([[-3], [-3]]);
  });
});

describe('values of another graph', () => {
  const here = new GraphBuilder('here');
  const there = new GraphBuilder('there');
  const x = here.input('x', 'float32', []);
  const foreign = there.input('x', 'float32', []);

  test('are refused as operands, outputs, losses and parameters', () => {
    expect(() => add(x, foreign)).toThrow('Add: "x" belongs to graph "there", not to "here"');
    expect(() => here.output('y', foreign)).toThrow(GraphError);
    expect(() => gradients(here, foreign, [x])).toThrow('gradients: "x" belongs to graph "there", not to "here"');
    expect(() => gradients(here, mul(x, x), [foreign])).toThrow(GraphError);
  });
});

describe('constants', () => {
  const graph = new GraphBuilder();

  test('have the length and the array type of their shape and element type', () => {
    expect(() => graph.constant('short', [2, 2], new Float32Array(3))).toThrow(
      'constant "short": expected a Float32Array of 4 elements for float32[2, 2], received a Float32Array of 3',
    );
    expect(() => graph.constant('typed', [1], new Int32Array(1), 'float32')).toThrow('received a Int32Array of 1');
    expect(() => graph.constant('shaped', [-1, -2], new Float32Array(2))).toThrow('is not a shape');
  });

  test('literals hold what their type can hold', () => {
    expect(() => graph.literal([300], 'int8')).toThrow('literal: [300] cannot be stored as int8');
    expect(() => graph.literal([-1], 'uint8')).toThrow(GraphError);
    expect(() => graph.literal([0.5], 'int32')).toThrow(GraphError);
    expect(graph.literal([1, 2], 'int32')).toBe(graph.literal([1, 2], 'int32'));
    expect(graph.literal([1, 2], 'int64')).not.toBe(graph.literal([1, 2], 'int32'));
  });

  test('half-precision numbers are rounded, not taken for bits', async () => {
    const half = new GraphBuilder();
    const x = half.input('x', 'float32', [2]);
    half.output('y', cast(mul(cast(x, 'float16'), 0.1), 'float32'));
    const { y } = await runGraph(half, { x: { shape: [2], data: [1, 2] } });
    expect(y?.data[0]).toBe(0.0999755859375);
  });
});

describe('gradients', () => {
  const graph = new GraphBuilder('loss');
  const x = graph.input('x', 'float32', [2]);
  const loss = reduceSum(mul(x, x));

  test('want a floating-point scalar', () => {
    expect(() => gradients(graph, x, [x])).toThrow('gradients: the loss must be a scalar, "x" has shape [2]');
    const named = reduceSum(graph.input('named', 'float32', ['batch', 2]), [1]);
    expect(() => gradients(graph, named, [x])).toThrow('has shape [batch]');
    expect(() => gradients(graph, cast(loss, 'int32'), [x])).toThrow('the loss must be floating-point');
  });

  test('want a loss that depends on every parameter', () => {
    const other = graph.input('other', 'float32', [2]);
    expect(() => gradients(graph, loss, [x, other])).toThrow(/^gradients: ".*" does not depend on "other"$/);
    const stopped = reduceSum(stopGradient(mul(x, x)));
    expect(() => gradients(graph, stopped, [x])).toThrow('does not depend on "x"');
    const compared = reduceSum(cast(greater(x, 0), 'float32'));
    expect(() => gradients(graph, compared, [x])).toThrow('does not depend on "x"');
  });

  test('name the operator that has no rule', () => {
    expect(() => gradients(graph, reduceMax(x), [x])).toThrow(
      /^gradients: ReduceMax \(ReduceMax_\d+\) has no gradient rule$/,
    );
  });

  test('refuse to slice a named axis back', () => {
    const named = graph.input('sliced', 'float32', ['fields']);
    expect(() => gradients(graph, reduceSum(slice(named, 0, 0, 1)), [named])).toThrow(
      'Slice(sliced: [fields]): the gradient needs constant bounds and an axis of known length',
    );
  });

  test('of the loss itself and of values in between', async () => {
    const chain = new GraphBuilder();
    const input = chain.input('x', 'float32', [2]);
    const middle = mul(input, 3);
    const end = reduceSum(mul(middle, middle));
    const [self, between] = gradients(chain, end, [end, middle]);
    chain.output('self', self as Value);
    chain.output('between', between as Value);
    const results = await runGraph(chain, { x: { shape: [2], data: [1, 2] } });
    expect(results.self?.data).toEqual([1]);
    expect(results.between?.data).toEqual([6, 12]);
  });

  test('at a tie go to the first operand', async () => {
    const tie = new GraphBuilder();
    const [a, b] = [tie.input('a', 'float32', [1]), tie.input('b', 'float32', [1])];
    for (const op of ['Min', 'Max']) {
      const [da, db] = gradients(tie, reduceSum(tie.node(op, [a, b])[0] as Value), [a, b]);
      tie.output(`${op}.a`, da as Value);
      tie.output(`${op}.b`, db as Value);
    }
    const one = { shape: [1], data: [1] };
    const results = await runGraph(tie, { a: one, b: one });
    expect(['Min.a', 'Min.b', 'Max.a', 'Max.b'].map((name) => results[name]?.data[0])).toEqual([1, 0, 1, 0]);
  });
});
