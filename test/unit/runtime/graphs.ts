import { add, GraphBuilder, matmul, mul, serializeModel, sub } from '../../../src/onnx/index.js';
import type { Tensor } from '../../../src/runtime/index.js';

/** s = a + b, d = a - b over float32 vectors. */
export function addSubGraph(): Uint8Array {
  const graph = new GraphBuilder('add-sub');
  const a = graph.input('a', 'float32', ['n']);
  const b = graph.input('b', 'float32', ['n']);
  graph.output('s', add(a, b));
  graph.output('d', sub(a, b));
  return serializeModel(graph);
}

/** y = x * x. */
export function squareGraph(): Uint8Array {
  const graph = new GraphBuilder('square');
  const x = graph.input('x', 'float32', ['n']);
  graph.output('y', mul(x, x));
  return serializeModel(graph);
}

/** y = x^(steps + 1) for a square matrix: as much work as one asks for. */
export function powerGraph(size: number, steps: number): Uint8Array {
  const graph = new GraphBuilder('power');
  const x = graph.input('x', 'float32', [size, size]);
  let y = x;
  for (let step = 0; step < steps; step++) y = matmul(y, x);
  graph.output('y', y);
  return serializeModel(graph);
}

/** The identity matrix: powers of it neither grow nor turn into denormal numbers, which are slow. */
export function identity(size: number): Tensor {
  const data = new Float32Array(size * size);
  for (let row = 0; row < size; row++) data[row * size + row] = 1;
  return { type: 'float32', data, dims: [size, size] };
}

export function vector(...numbers: number[]): Tensor {
  return { type: 'float32', data: Float32Array.from(numbers), dims: [numbers.length] };
}
