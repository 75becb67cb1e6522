import { fromBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  type ModelProto,
  ModelProtoSchema,
  TensorProto_DataType,
} from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../src/core/errors.js';
import {
  add,
  addRmsNorm,
  concat,
  GraphBuilder,
  matmul,
  mul,
  reduceSum,
  scatterAddRows,
  serializeModel,
  slice,
  transpose,
} from '../../../src/onnx/index.js';

const decode = (graph: GraphBuilder, metadata?: Record<string, string>): ModelProto =>
  fromBinary(ModelProtoSchema, serializeModel(graph, metadata));

const floatsOf = (bytes: Uint8Array = new Uint8Array()): number[] => [...new Float32Array(bytes.slice().buffer)];

/** A small graph with named axes, constants of both kinds, attributes of every kind and a node that nobody uses. */
function sample(): GraphBuilder {
  const graph = new GraphBuilder('sample');
  const x = graph.input('x', 'float32', ['batch', 2]);
  const rows = graph.input('rows', 'int64', ['batch']);
  const weight = graph.constant('weight', [2, 2], Float32Array.from([1, 2, 3, 4]));
  graph.constant('unused', [1], Float32Array.from([9]));
  const scores = matmul(x, weight, { transposeRight: true, alpha: 0.5 });
  mul(scores, 3);
  const normed = addRmsNorm(scores, x, 0.25);
  graph.output('turned', transpose(normed, [1, 0]));
  graph.output('added', scatterAddRows(graph.input('target', 'float32', [4, 2]), rows, add(normed, 1)));
  return graph;
}

describe('serializeModel, read by onnx-buf', () => {
  test('header: versions, producer, operator sets, metadata', () => {
    const model = decode(sample(), { architecture: 'trm', note: 'ÄÖ' });
    expect(model.irVersion).toBe(8n);
    expect(model.producerName).toBe('agent-trm');
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ['', 18n],
      ['com.microsoft', 1n],
    ]);
    expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([
      ['architecture', 'trm'],
      ['note', 'ÄÖ'],
    ]);
    expect(model.graph?.name).toBe('sample');
  });

  test('nodes: order, domains, and an Identity for each output name; what nobody uses is left out', () => {
    const nodes = decode(sample()).graph?.node ?? [];
    expect(nodes.map(({ opType, domain }) => `${domain}:${opType}`)).toEqual([
      'com.microsoft:FusedMatMul',
      'com.microsoft:SkipSimplifiedLayerNormalization',
      ':Transpose',
      ':Add',
      ':Unsqueeze',
      ':ScatterND',
      ':Identity',
      ':Identity',
    ]);
    const produced = new Set([
      'x',
      'rows',
      'target',
      ...(decode(sample()).graph?.initializer ?? []).map(({ name }) => name),
    ]);
    for (const node of nodes) {
      for (const input of node.input) expect(produced).toContain(input);
      for (const output of node.output) produced.add(output);
    }
    expect(nodes.slice(-2).map(({ output }) => output)).toEqual([['turned'], ['added']]);
  });

  test('attributes carry their kinds', () => {
    const nodes = decode(sample()).graph?.node ?? [];
    const attribute = (op: string, name: string) =>
      nodes.find(({ opType }) => opType === op)?.attribute.find((candidate) => candidate.name === name);
    expect(attribute('FusedMatMul', 'transB')).toMatchObject({ type: AttributeType.INT, i: 1n });
    expect(attribute('FusedMatMul', 'transA')).toMatchObject({ type: AttributeType.INT, i: 0n });
    expect(attribute('FusedMatMul', 'alpha')).toMatchObject({ type: AttributeType.FLOAT, f: 0.5 });
    expect(attribute('Transpose', 'perm')).toMatchObject({ type: AttributeType.INTS, ints: [1n, 0n] });
    const reduction = attribute('ScatterND', 'reduction');
    expect(reduction?.type).toBe(AttributeType.STRING);
    expect(new TextDecoder().decode(reduction?.s)).toBe('add');
  });

  test('a negative integer attribute survives', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2, 2]);
    graph.output('y', concat([x, x], -1));
    const axis = decode(graph).graph?.node[0]?.attribute[0];
    expect(axis).toMatchObject({ name: 'axis', type: AttributeType.INT, i: -1n });
  });

  test('inputs and outputs have types, lengths and names of lengths', () => {
    const describeInfo = (list: NonNullable<ModelProto['graph']>['input']): unknown[] =>
      list.map(({ name, type }) => {
        if (type?.value.case !== 'tensorType') return [name];
        const { elemType, shape } = type.value.value;
        return [name, elemType, shape?.dim.map(({ value }) => value.value)];
      });
    const graph = decode(sample()).graph;
    expect(describeInfo(graph?.input ?? [])).toEqual([
      ['x', TensorProto_DataType.FLOAT, ['batch', 2n]],
      ['rows', TensorProto_DataType.INT64, ['batch']],
      ['target', TensorProto_DataType.FLOAT, [4n, 2n]],
    ]);
    expect(describeInfo(graph?.output ?? [])).toEqual([
      ['turned', TensorProto_DataType.FLOAT, [2n, 'batch']],
      ['added', TensorProto_DataType.FLOAT, [4n, 2n]],
    ]);
  });

  test('constants: shapes, types, raw data; unused ones are left out', () => {
    const initializers = decode(sample()).graph?.initializer ?? [];
    expect(initializers.map(({ name }) => name)).not.toContain('unused');
    const weight = initializers.find(({ name }) => name === 'weight');
    expect(weight).toMatchObject({ dims: [2n, 2n], dataType: TensorProto_DataType.FLOAT });
    expect(floatsOf(weight?.rawData)).toEqual([1, 2, 3, 4]);
  });

  test('a constant that is a window on a larger buffer is written alone', () => {
    const graph = new GraphBuilder();
    const whole = Float32Array.from([1, 2, 3, 4]);
    graph.output('y', graph.constant('window', [2], whole.subarray(1, 3)));
    expect(floatsOf(decode(graph).graph?.initializer[0]?.rawData)).toEqual([2, 3]);
  });

  test('every element type has the code of onnx.proto', () => {
    const graph = new GraphBuilder();
    const codes = {
      float32: TensorProto_DataType.FLOAT,
      float64: TensorProto_DataType.DOUBLE,
      float16: TensorProto_DataType.FLOAT16,
      int64: TensorProto_DataType.INT64,
      int32: TensorProto_DataType.INT32,
      int8: TensorProto_DataType.INT8,
      uint8: TensorProto_DataType.UINT8,
      bool: TensorProto_DataType.BOOL,
    } as const;
    const names = Object.keys(codes) as (keyof typeof codes)[];
    for (const dtype of names) graph.output(`${dtype}.out`, graph.input(dtype, dtype, []));
    const found = decode(graph).graph?.input.map(({ name, type }) => [
      name,
      type?.value.case === 'tensorType' ? type.value.value.elemType : undefined,
    ]);
    expect(found).toEqual(names.map((dtype) => [dtype, codes[dtype]]));
  });

  test('equal literals are stored once', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2, 3]);
    graph.output('y', add(slice(mul(x, 2), 1, 0, 2), mul(slice(x, 1, 0, 2), 2)));
    graph.output('z', reduceSum(mul(x, 2)));
    const values = decode(graph).graph?.initializer.map(
      ({ dataType, dims, rawData }) => `${dataType}|${dims}|${rawData}`,
    );
    expect(new Set(values).size).toBe(values?.length);
  });

  test('a graph without outputs is refused', () => {
    const graph = new GraphBuilder('empty');
    graph.input('x', 'float32', [1]);
    expect(() => serializeModel(graph)).toThrow(GraphError);
    expect(() => serializeModel(graph)).toThrow('graph "empty" has no output');
  });
});
