import { add, GraphBuilder, serializeModel } from '../onnx/index.js';

/** The smallest graph that makes a provider start: y = x + x. */
export function probeModel(): Uint8Array {
  const graph = new GraphBuilder('probe');
  const x = graph.input('x', 'float32', [1]);
  graph.output('y', add(x, x));
  return serializeModel(graph);
}
