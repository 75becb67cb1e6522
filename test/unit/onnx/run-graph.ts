import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { type DataType, type GraphBuilder, serializeModel } from '../../../src/onnx/index.js';
import type { Tensor } from './reference/tensor.js';

export interface TypedTensor extends Tensor {
  readonly dtype: DataType;
}

/** A session on a graph; values go in and come out as plain numbers. */
export interface OpenGraph {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, TypedTensor>>;
  close(): Promise<void>;
}

const ELEMENTS: Partial<Record<DataType, (numbers: readonly number[]) => OrtTensor['data']>> = {
  float32: (numbers) => Float32Array.from(numbers),
  float64: (numbers) => Float64Array.from(numbers),
  int64: (numbers) => BigInt64Array.from(numbers, BigInt),
  int32: (numbers) => Int32Array.from(numbers),
  int8: (numbers) => Int8Array.from(numbers),
  uint8: (numbers) => Uint8Array.from(numbers),
  bool: (numbers) => Uint8Array.from(numbers),
};

export async function openGraph(graph: GraphBuilder): Promise<OpenGraph> {
  // Some fusions of the higher levels make float64 graphs into ones for which onnxruntime has no kernel.
  const wide = graph.inputs.some(({ dtype }) => dtype === 'float64');
  const session = await InferenceSession.create(serializeModel(graph), {
    graphOptimizationLevel: wide ? 'basic' : 'all',
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  return {
    run: async (feeds) => {
      const tensors: Record<string, OrtTensor> = {};
      for (const { name, dtype } of graph.inputs) {
        const feed = feeds[name];
        const make = ELEMENTS[dtype];
        if (!feed || !make) throw new Error(`no ${dtype} feed for input "${name}"`);
        tensors[name] = new OrtTensor(dtype, make(feed.data) as Float32Array, feed.shape);
      }
      const results: Record<string, TypedTensor> = {};
      for (const [name, { type, dims, data }] of Object.entries(await session.run(tensors))) {
        const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
        results[name] = { dtype: type as DataType, shape: dims, data: numbers };
      }
      return results;
    },
    close: () => session.release(),
  };
}

/** Runs a graph once. */
export async function runGraph(
  graph: GraphBuilder,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Record<string, TypedTensor>> {
  const open = await openGraph(graph);
  try {
    return await open.run(feeds);
  } finally {
    await open.close();
  }
}
