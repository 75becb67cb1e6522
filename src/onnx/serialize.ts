import { GraphError } from '../core/errors.js';
import { TENSOR_TYPE } from './data-type.js';
import type { GraphBuilder, Initializer } from './graph.js';
import { ProtobufWriter } from './protobuf.js';
import type { Attribute, DataType, GraphNode, Shape, TensorData } from './types.js';

/** ONNX operator set: 18 is the first with `axes` as an input of ReduceMean and with ScatterND `add`. */
const OPSET = 18;
/** IR version that goes with it (onnx.proto `Version`). */
const IR_VERSION = 8;

/**
 * Serialises a graph as a standard ONNX ModelProto, readable by onnxruntime, Netron and the onnx tools.
 * Throws GraphError when the graph has no output.
 */
export function serializeModel(graph: GraphBuilder, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  if (graph.outputs.length === 0)
    throw new GraphError(`graph "${graph.name}" has no output; call output() before serialising`);
  const nodes = liveNodes(graph);
  const used = new Set(nodes.flatMap((node) => node.inputs.flatMap((value) => (value ? [value.name] : []))));
  for (const output of graph.outputs) used.add(output.value.name);
  const model = new ProtobufWriter();
  model.varint(1, IR_VERSION).string(2, 'agent-trm');
  model.message(7, (proto) => {
    for (const node of nodes) proto.message(1, (writer) => writeNode(writer, node));
    for (const { name, value } of graph.outputs) {
      // ONNX outputs carry the name of the value itself; an Identity gives the value the name that was asked for.
      proto.message(1, (writer) => writer.string(1, value.name).string(2, name).string(4, 'Identity'));
    }
    proto.string(2, graph.name);
    for (const initializer of graph.initializers.values()) {
      if (used.has(initializer.value.name)) proto.message(5, (writer) => writeTensor(writer, initializer));
    }
    for (const input of graph.inputs)
      proto.message(11, (writer) => writeValueInfo(writer, input.name, input.dtype, input.shape));
    for (const { name, value } of graph.outputs) {
      proto.message(12, (writer) => writeValueInfo(writer, name, value.dtype, value.shape));
    }
  });
  model.message(8, (opset) => opset.string(1, '').varint(2, OPSET));
  model.message(8, (opset) => opset.string(1, 'com.microsoft').varint(2, 1));
  for (const [key, value] of Object.entries(metadata))
    model.message(14, (entry) => entry.string(1, key).string(2, value));
  return model.finish();
}

/** Nodes that some output depends on: a graph may hold pieces that one of its uses does not need. */
function liveNodes(graph: GraphBuilder): GraphNode[] {
  const wanted = new Set(graph.outputs.map((output) => output.value.name));
  const live: GraphNode[] = [];
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index] as GraphNode;
    if (!node.outputs.some((output) => wanted.has(output.name))) continue;
    for (const input of node.inputs) if (input) wanted.add(input.name);
    live.push(node);
  }
  return live.reverse();
}

function writeNode(writer: ProtobufWriter, node: GraphNode): void {
  for (const input of node.inputs) writer.string(1, input?.name ?? '');
  for (const output of node.outputs) writer.string(2, output.name);
  writer.string(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (proto) => writeAttribute(proto.string(1, name), attribute));
  }
  if (node.domain !== '') writer.string(7, node.domain);
}

function writeAttribute(writer: ProtobufWriter, attribute: Attribute): void {
  switch (attribute.kind) {
    case 'float':
      writer.float(2, attribute.value).varint(20, 1);
      break;
    case 'int':
      writer.varint(3, attribute.value).varint(20, 2);
      break;
    case 'string':
      writer.string(4, attribute.value).varint(20, 3);
      break;
    case 'ints':
      for (const value of attribute.value) writer.varint(8, value);
      writer.varint(20, 7);
      break;
  }
}

function writeTensor(writer: ProtobufWriter, { value, data }: Initializer): void {
  for (const dimension of value.shape) writer.varint(1, Number(dimension));
  writer.varint(2, TENSOR_TYPE[value.dtype]).string(8, value.name).bytes(9, rawBytes(data));
}

function rawBytes(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function writeValueInfo(writer: ProtobufWriter, name: string, dtype: DataType, shape: Shape): void {
  writer.string(1, name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.varint(1, TENSOR_TYPE[dtype]).message(2, (proto) => {
        for (const dimension of shape) {
          proto.message(1, (writerOfDimension) => {
            if (typeof dimension === 'number') writerOfDimension.varint(1, dimension);
            else writerOfDimension.string(2, dimension);
          });
        }
      });
    }),
  );
}
