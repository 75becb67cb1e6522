import { createRandom } from '../../../src/core/random.js';
import {
  addRmsNorm,
  GraphBuilder,
  matmul,
  mul,
  serializeModel,
  sigmoid,
  softmax,
  type Value,
} from '../../../src/onnx/index.js';
import type { Tensor } from '../../../src/runtime/index.js';

const ROWS = 16;
const WIDTH = 32;

/** The graph that is compared between providers, and its feeds: a recursion of attention and a gated MLP. */
export function deviceCase(): { readonly model: Uint8Array; readonly feeds: Record<string, Tensor> } {
  const random = createRandom('device');
  const normal = (length: number, scale: number): Float32Array =>
    Float32Array.from({ length }, () => scale * random.normal());
  const graph = new GraphBuilder('device');
  const weight = (name: string): Value => graph.constant(name, [WIDTH, WIDTH], normal(WIDTH * WIDTH, WIDTH ** -0.5));
  const x = graph.input('x', 'float32', ['batch', ROWS, WIDTH]);
  const [query, key, value, gate, up, down] = ['query', 'key', 'value', 'gate', 'up', 'down'].map(weight) as Six;
  let state: Value = x;
  for (let cycle = 0; cycle < 3; cycle++) {
    const scores = matmul(matmul(state, query), matmul(state, key), { transposeRight: true, alpha: WIDTH ** -0.5 });
    state = addRmsNorm(state, matmul(softmax(scores), matmul(state, value)), 1e-5);
    const gated = matmul(state, gate);
    state = addRmsNorm(state, matmul(mul(mul(gated, sigmoid(gated)), matmul(state, up)), down), 1e-5);
  }
  graph.output('y', state);
  const data = normal(2 * ROWS * WIDTH, 1);
  return { model: serializeModel(graph), feeds: { x: { type: 'float32', data, dims: [2, ROWS, WIDTH] } } };
}

type Six = [Value, Value, Value, Value, Value, Value];
