import { expect } from 'vitest';
import { type DataType, GraphBuilder, gradients, type Shape, type Value } from '../../../src/onnx/index.js';
import { expectClose } from './expect-close.js';
import { lengthOf, type Tensor } from './reference/tensor.js';
import { openGraph } from './run-graph.js';

export interface Declared {
  readonly shape: Shape;
  readonly data: readonly number[];
  /** Lengths behind the names of `shape`; not needed where it holds numbers only. */
  readonly dims?: readonly number[];
  /** Integer inputs are fed as they are and get no gradient. */
  readonly dtype?: DataType;
}

/** Smooth, well scattered numbers in about [-1, 1] for a tensor of that shape. */
export function scattered(shape: readonly number[], seed = 1): number[] {
  return Array.from({ length: lengthOf(shape) }, (_, index) => Math.sin(1.7 * index + 3.1 * seed) * 0.9);
}

/** A floating-point input of that shape, with scattered numbers. */
export const filled = (shape: readonly number[], seed = 1, names: Shape = shape): Declared => ({
  shape: names,
  dims: shape,
  data: scattered(shape, seed),
});

/**
 * Gradients of a scalar by every floating-point input, from one float64 graph; both the loss that the central
 * differences move and the gradients are computed by onnxruntime. Returns the gradients.
 */
export async function checkGradients(
  inputs: Readonly<Record<string, Declared>>,
  loss: (values: Readonly<Record<string, Value>>) => Value,
): Promise<Record<string, Tensor>> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dims, data }]) => [
      name,
      { shape: dims ?? (shape as readonly number[]), data },
    ]),
  );
  const forward = await openGraph(build(inputs, (graph, values) => graph.output('loss', loss(values))));
  const trained = Object.keys(inputs).filter((name) => !inputs[name]?.dtype);
  const backward = await openGraph(
    build(inputs, (graph, values) => {
      const parameters = trained.map((name) => values[name] as Value);
      for (const [index, gradient] of gradients(graph, loss(values), parameters).entries()) {
        expect(gradient.shape).toEqual(parameters[index]?.shape);
        graph.output(`d.${trained[index]}`, gradient);
      }
    }),
  );
  try {
    const found = await backward.run(feeds);
    const result: Record<string, Tensor> = {};
    for (const name of trained) {
      const { shape, data } = feeds[name] as Tensor;
      const moved = async (position: number, step: number): Promise<number> => {
        const changed = data.with(position, (data[position] as number) + step);
        return (await forward.run({ ...feeds, [name]: { shape, data: changed } })).loss?.data[0] as number;
      };
      const step = 1e-5;
      const slopes: number[] = [];
      for (const position of data.keys()) {
        slopes.push(((await moved(position, step)) - (await moved(position, -step))) / (2 * step));
      }
      result[name] = found[`d.${name}`] as Tensor;
      expectClose(result[name], { shape, data: slopes }, 2e-6);
    }
    return result;
  } finally {
    await forward.close();
    await backward.close();
  }
}

function build(
  inputs: Readonly<Record<string, Declared>>,
  finish: (graph: GraphBuilder, values: Record<string, Value>) => void,
): GraphBuilder {
  const graph = new GraphBuilder('composed');
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]) => [name, graph.input(name, dtype ?? 'float64', shape)]),
  );
  finish(graph, values);
  return graph;
}
