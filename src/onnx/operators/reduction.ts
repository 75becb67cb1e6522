import { isFloat } from '../data-type.js';
import { cast, div, mul, sub } from '../ops/elementwise.js';
import { expand, shapeOf, unsqueeze } from '../ops/layout.js';
import { reduceSum } from '../ops/reduction.js';
import { normalizeAxis } from '../shape.js';
import type { Dimension, InferContext, OperatorDefinition, OperatorTable, OutputSpec, Value } from '../types.js';

function reducedAxes(context: InferContext): readonly number[] {
  const axes = context.constantInts(1);
  if (!axes) throw context.fail('the axes must be a constant');
  const rank = context.input(0).shape.length;
  // ONNX reads an empty list as "all axes" and leaves it open what a repeated axis means.
  if (axes.length === 0) throw context.fail('expected at least one axis');
  const normalizedAxes = axes.map((axis) => {
    const normalized = normalizeAxis(axis, rank);
    if (normalized === undefined) throw context.fail(`axis ${axis} lies outside a tensor of rank ${rank}`);
    return normalized;
  });
  if (new Set(normalizedAxes).size < axes.length) throw context.fail(`axes [${axes.join(', ')}] name one axis twice`);
  return normalizedAxes;
}

function inferReduction(context: InferContext): OutputSpec {
  const { dtype, shape } = context.input(0);
  if (dtype === 'bool') throw context.fail('expected numbers, found bool');
  const axes = new Set(reducedAxes(context));
  const keep = context.int('keepdims', 1) === 1;
  const reduced: Dimension[] = shape.flatMap((dimension, axis) => (axes.has(axis) ? (keep ? [1] : []) : [dimension]));
  return { dtype, shape: reduced };
}

/** Brings the gradient of a reduction back to the shape of its input by repeating it along the reduced axes. */
function spread(input: Value, axesInput: Value, keepDimensions: boolean, gradient: Value): Value {
  const axes = input.graph.constantInts(axesInput) ?? [];
  const normalized = axes.map((axis) => normalizeAxis(axis, input.shape.length) ?? axis).sort((a, b) => a - b);
  return expand(keepDimensions ? gradient : unsqueeze(gradient, normalized), shapeOf(input), input.shape);
}

const keeps = (attribute: unknown): boolean => (attribute as { value?: number } | undefined)?.value !== 0;

export const REDUCTION: OperatorTable = {
  ReduceSum: {
    infer: (context) => [inferReduction(context)],
    gradient: ({ node, inputs, gradient }) => [
      spread(inputs[0] as Value, inputs[1] as Value, keeps(node.attributes.keepdims), gradient),
      undefined,
    ],
  },
  ReduceMean: {
    infer: (context) => [inferReduction(context)],
    gradient: ({ node, inputs, outputs, gradient }) => {
      const input = inputs[0] as Value;
      const repeated = spread(input, inputs[1] as Value, keeps(node.attributes.keepdims), gradient);
      return [div(repeated, countRatio(input, outputs[0] as Value)), undefined];
    },
  },
  ReduceMax: { infer: (context) => [inferReduction(context)] },
  ArgMax: {
    infer: (context) => {
      const { shape } = context.input(0);
      const axis = normalizeAxis(context.int('axis', 0), shape.length);
      if (axis === undefined) throw context.fail(`axis ${context.int('axis', 0)} lies outside rank ${shape.length}`);
      const keep = context.int('keepdims', 1) === 1;
      return [
        { dtype: 'int64', shape: shape.flatMap((dimension, at) => (at === axis ? (keep ? [1] : []) : [dimension])) },
      ];
    },
  },
  Softmax: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const axis = context.int('axis', -1);
      if (normalizeAxis(axis, shape.length) === undefined)
        throw context.fail(`axis ${axis} lies outside rank ${shape.length}`);
      if (!isFloat(dtype)) throw context.fail(`expected floating-point numbers, found ${dtype}`);
      return [{ dtype, shape }];
    },
    gradient: ({ node, outputs, gradient }) => {
      const y = outputs[0] as Value;
      const axis = node.attributes.axis?.kind === 'int' ? node.attributes.axis.value : -1;
      const normalized = normalizeAxis(axis, y.shape.length) as number;
      return [mul(y, sub(gradient, reduceSum(mul(gradient, y), [normalized], true)))];
    },
  } satisfies OperatorDefinition,
};

/** How many input elements went into one output element, as a scalar of the input's type. */
function countRatio(input: Value, output: Value): Value {
  const count = (value: Value): Value => {
    const length = value.shape.reduce<number | undefined>(
      (total, dimension) => (total === undefined || typeof dimension === 'string' ? undefined : total * dimension),
      1,
    );
    if (length !== undefined) return input.graph.literal([length], input.dtype, []);
    const size = input.graph.node('Size', [value])[0] as Value;
    return cast(size, input.dtype);
  };
  return div(count(input), count(output));
}
