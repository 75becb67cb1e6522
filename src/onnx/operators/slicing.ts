import { GraphError } from '../../core/errors.js';
import { add } from '../ops/elementwise.js';
import { padAxis, shapeOf, slice } from '../ops/layout.js';
import { formatShape, isStatic, normalizeAxis, sum } from '../shape.js';
import type { Dimension, InferContext, OperatorTable, Value } from '../types.js';

/** [start, end) as positions in [0, length], start <= end: negative ones count from the end, outer ones are cut off. */
function clampRange(length: number, start: number, end: number): [number, number] {
  const clamp = (position: number): number =>
    Math.min(Math.max(position < 0 ? position + length : position, 0), length);
  return [clamp(start), Math.max(clamp(start), clamp(end))];
}

/** Length of [start, end); a named length is taken to reach to `end`. */
function sliceLength(length: Dimension, start: number, end: number): number | undefined {
  if (typeof length === 'string') return start >= 0 && end > start ? end - start : undefined;
  const [from, to] = clampRange(length, start, end);
  return to - from;
}

/** The one number of each bound of a Slice along one axis; undefined when it is computed. */
function sliceBounds(context: InferContext): (number | undefined)[] {
  return [1, 2, 3].map((index) => {
    const list = context.constantInts(index);
    if (list && list.length !== 1) throw context.fail('expected start, end and axis as lists of one number each');
    return list?.[0];
  });
}

export const SLICING: OperatorTable = {
  Concat: {
    infer: (context) => {
      const first = context.input(0);
      const rawAxis = context.int('axis', 0);
      const axis = normalizeAxis(rawAxis, first.shape.length);
      if (axis === undefined) throw context.fail(`axis ${rawAxis} lies outside rank ${first.shape.length}`);
      let length: Dimension | undefined;
      for (let index = 0; index < context.inputs.length; index++) {
        const { dtype, shape } = context.input(index);
        const fits =
          shape.length === first.shape.length && shape.every((d, at) => at === axis || d === first.shape[at]);
        if (dtype !== first.dtype || !fits) {
          throw context.fail(`input ${index} differs from the first in type or beside axis ${axis}`);
        }
        const part = shape[axis] as Dimension;
        length = length === undefined ? part : sum(length, part);
      }
      return [
        { dtype: first.dtype, shape: first.shape.map((dimension, at) => (at === axis ? (length ?? 0) : dimension)) },
      ];
    },
    gradient: ({ node, inputs, gradient, needs }) => {
      const rawAxis = node.attributes.axis?.kind === 'int' ? node.attributes.axis.value : 0;
      const axis = normalizeAxis(rawAxis, gradient.shape.length) as number;
      const lengths = inputs.map((input) => input.shape[axis] as Dimension);
      if (!isStatic(lengths)) return splitAtRuntime(inputs, axis, gradient);
      let start = 0;
      return inputs.map((_, index) => {
        const end = start + (lengths[index] as number);
        const part = needs(index) ? slice(gradient, axis, start, end) : undefined;
        start = end;
        return part;
      });
    },
  },
  Slice: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const [start, end, rawAxis] = sliceBounds(context);
      if (start === undefined || end === undefined || rawAxis === undefined) {
        if (!context.declaredShape) throw context.fail('computed bounds need a declared shape');
        return [{ dtype, shape: context.declaredShape }];
      }
      const axis = normalizeAxis(rawAxis, shape.length);
      if (axis === undefined) throw context.fail(`axis ${rawAxis} lies outside rank ${shape.length}`);
      const length = sliceLength(shape[axis] as Dimension, start, end);
      if (length === undefined) {
        throw context.fail(`[${start}, ${end}) of "${shape[axis]}", known only at run time, needs 0 <= start < end`);
      }
      return [{ dtype, shape: shape.map((dimension, at) => (at === axis ? length : dimension)) }];
    },
    gradient: ({ inputs, gradient }) => {
      const input = inputs[0] as Value;
      const [start, end, axis] = inputs.slice(1).map((bound) => input.graph.constantInts(bound)?.[0]);
      const at = axis === undefined ? undefined : normalizeAxis(axis, input.shape.length);
      const length = at === undefined ? undefined : input.shape[at];
      if (start === undefined || end === undefined || at === undefined || typeof length !== 'number') {
        const described = `Slice(${input.name}: ${formatShape(input.shape)})`;
        throw new GraphError(`${described}: the gradient needs constant bounds and an axis of known length`);
      }
      const [from, to] = clampRange(length, start, end);
      return [padAxis(gradient, at, from, length - to)];
    },
  },
  Pad: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const pads = context.constantInts(1);
      if (!pads || pads.length !== 2 * shape.length || pads.some((length) => length < 0)) {
        throw context.fail('pads must be constant, two numbers >= 0 an axis');
      }
      return [
        {
          dtype,
          shape: shape.map((dimension, axis) => {
            const extra = (pads[axis] as number) + (pads[axis + shape.length] as number);
            if (extra === 0) return dimension;
            if (typeof dimension === 'string') throw context.fail('an axis of unknown length cannot be padded');
            return dimension + extra;
          }),
        },
      ];
    },
    gradient: ({ inputs, gradient }) => {
      const input = inputs[0] as Value;
      const pads = input.graph.constantInts(inputs[1] as Value) ?? [];
      const rank = input.shape.length;
      let result = gradient;
      for (let axis = 0; axis < rank; axis++) {
        const before = pads[axis] as number;
        if (before + (pads[axis + rank] as number) === 0) continue;
        result = slice(result, axis, before, before + (input.shape[axis] as number));
      }
      return [result, undefined];
    },
  },
};

/** Cuts a gradient back into the parts of a Concat whose lengths are known only when the graph runs. */
function splitAtRuntime(inputs: readonly Value[], axis: number, gradient: Value): Value[] {
  const { graph } = gradient;
  let start = graph.literal([0], 'int64');
  return inputs.map((input) => {
    const end = add(start, slice(shapeOf(input), 0, axis, axis + 1));
    const part = graph.node(
      'Slice',
      [gradient, start, end, graph.literal([axis], 'int64')],
      {},
      { shape: input.shape },
    );
    start = end;
    return part[0] as Value;
  });
}
