import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DataType,
  GraphBuilder,
  gradients,
  mul,
  OPERATORS,
  reduceSum,
  type Shape,
  type Value,
} from '../../../src/onnx/index.js';
import { FAMILIES } from './cases/index.js';
import type { Instance, OperatorCase } from './cases/operator-case.js';
import { expectClose } from './expect-close.js';
import { type Tensor, tabulate } from './reference/tensor.js';
import { runGraph, type TypedTensor } from './run-graph.js';

type Precision = 'float32' | 'float64';

/** 12 to 16 instances a test, several to a session: opening one costs more than running it. */
const RUNS = { seed: 20_251_121, numRuns: 2 };
const several = (instances: fc.Arbitrary<Instance>): fc.Arbitrary<Instance[]> =>
  fc.array(instances, { minLength: 6, maxLength: 8, size: 'max' });

/** Tests every case of a family, forward and, where the operator has a rule, backward. */
export function describeFamily(family: keyof typeof FAMILIES): void {
  for (const operatorCase of FAMILIES[family] as readonly OperatorCase[]) {
    const { op, title, instances, gradient = 'float64' } = operatorCase;
    describe(title === '' ? op : `${op}, ${title}`, () => {
      test('forward agrees with plain TypeScript', async () => {
        await fc.assert(
          fc.asyncProperty(several(instances), (batch) => checkForward(op, batch)),
          RUNS,
        );
      });
      if (!OPERATORS[op]?.gradient || gradient === 'none') return;
      test('the gradient agrees with central differences', async () => {
        await fc.assert(
          fc.asyncProperty(several(instances), (batch) => checkGradient(op, batch, gradient)),
          RUNS,
        );
      });
    });
  }
}

function declaredShape(shape: readonly number[], named: Instance['named']): Shape {
  // Equal lengths share a name; 1 stays a number, since a name never broadcasts.
  const last = shape.length - 1;
  return shape.map((length, axis) =>
    named === 'none' || length === 1 || (named === 'leading' && axis === last) ? length : `n${length}`,
  );
}

function declare(graph: GraphBuilder, { operands, named }: Instance, prefix: string, precision: Precision): Value[] {
  return operands.map(({ dtype, tensor }, index) => {
    const type: DataType = dtype === 'float' ? precision : dtype;
    return graph.input(`${prefix}x${index}`, type, declaredShape(tensor.shape, named));
  });
}

const prefixOf = (position: number): string => `i${position}.`;

const feedsOf = (batch: readonly Instance[]): Record<string, Tensor> =>
  Object.fromEntries(
    batch.flatMap(({ operands }, position) =>
      operands.map(({ tensor }, index) => [`${prefixOf(position)}x${index}`, tensor]),
    ),
  );

/** Builds one use of the operator and sees to it that the operator is really in it. */
function buildInstance(
  graph: GraphBuilder,
  instance: Instance,
  values: readonly Value[],
  op: string | undefined,
): Value {
  const before = graph.nodes.length;
  const value = instance.build(values);
  if (op !== undefined) expect(graph.nodes.slice(before).map((node) => node.op)).toContain(op);
  return value;
}

async function checkForward(op: string, batch: readonly Instance[]): Promise<void> {
  const graph = new GraphBuilder(op);
  const values = batch.map((instance, position) => {
    const prefix = prefixOf(position);
    const value = buildInstance(graph, instance, declare(graph, instance, prefix, 'float32'), op);
    graph.output(`${prefix}y`, value);
    return value;
  });
  const results = await runGraph(graph, feedsOf(batch));
  for (const [position, instance] of batch.entries()) {
    const value = values[position] as Value;
    const result = results[`${prefixOf(position)}y`] as TypedTensor;
    const tensors = instance.operands.map((operand) => operand.tensor);
    const expected = instance.reference(tensors);
    expect(result.dtype).toBe(value.dtype);
    expect(result.shape).toEqual(expected.shape);
    expect(value.shape).toHaveLength(expected.shape.length);
    for (const [axis, length] of value.shape.entries()) {
      if (typeof length === 'number') expect(expected.shape[axis]).toBe(length);
    }
    expectClose(result, expected, 1e-5, instance.tolerance?.(tensors) ?? 0);
  }
}

async function checkGradient(op: string, batch: readonly Instance[], precision: Precision): Promise<void> {
  const exact = await gradientsOf(batch, 'float64', precision === 'float64' ? op : undefined);
  for (const { instance, operand, gradient, cotangent } of exact) {
    expectClose(gradient, centralDifferences(instance, operand, cotangent), 2e-6);
  }
  if (precision === 'float64') return;
  const rounded = await gradientsOf(batch, 'float32', op);
  for (const [index, { gradient }] of rounded.entries()) {
    expectClose(gradient, (exact[index] as OperandGradient).gradient, 2e-4);
  }
}

interface OperandGradient {
  readonly instance: Instance;
  readonly operand: number;
  readonly gradient: Tensor;
  readonly cotangent: Tensor;
}

/** Gradients of sum(cotangent * output) by every floating-point operand, as onnxruntime computes them. */
async function gradientsOf(
  batch: readonly Instance[],
  precision: Precision,
  op: string | undefined,
): Promise<OperandGradient[]> {
  const graph = new GraphBuilder('gradient');
  const feeds = feedsOf(batch);
  const pending: (Omit<OperandGradient, 'gradient'> & { name: string })[] = [];
  for (const [position, instance] of batch.entries()) {
    const prefix = prefixOf(position);
    const values = declare(graph, instance, prefix, precision);
    const output = buildInstance(graph, instance, values, op);
    const { shape } = instance.reference(instance.operands.map(({ tensor }) => tensor));
    const cotangent = tabulate(shape, (index) => 0.5 + ((index.reduce((sum, at) => 5 * sum + at, 1) * 37) % 11) / 8);
    feeds[`${prefix}cotangent`] = cotangent;
    const loss = reduceSum(mul(output, graph.input(`${prefix}cotangent`, output.dtype, output.shape)));
    const operands = [...instance.operands.keys()].filter((index) => instance.operands[index]?.dtype === 'float');
    const parameters = operands.map((index) => values[index] as Value);
    for (const [at, gradient] of gradients(graph, loss, parameters).entries()) {
      expect(gradient.shape).toEqual(parameters[at]?.shape);
      expect(gradient.dtype).toBe(parameters[at]?.dtype);
      const name = `${prefix}g${at}`;
      graph.output(name, gradient);
      pending.push({ instance, operand: operands[at] as number, cotangent, name });
    }
  }
  const results = await runGraph(graph, feeds);
  return pending.map(({ name, ...rest }) => ({ ...rest, gradient: results[name] as Tensor }));
}

/** The same gradient from the plain TypeScript operator, by moving one element at a time. */
function centralDifferences(instance: Instance, operand: number, cotangent: Tensor): Tensor {
  const tensors = instance.operands.map(({ tensor }) => tensor);
  const { shape, data } = tensors[operand] as Tensor;
  const step = 1e-5;
  const loss = (position: number, moved: number): number => {
    const changed = tensors.with(operand, { shape, data: data.with(position, (data[position] as number) + moved) });
    const output = instance.reference(changed).data;
    return output.reduce((sum, element, index) => sum + element * (cotangent.data[index] as number), 0);
  };
  return { shape, data: data.map((_, position) => (loss(position, step) - loss(position, -step)) / (2 * step)) };
}
