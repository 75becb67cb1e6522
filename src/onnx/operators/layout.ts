import { GraphError } from '../../core/errors.js';
import { add } from '../ops/elementwise.js';
import { padAxis, reshapeLike, shapeOf, slice, squeeze, transpose, unsqueeze } from '../ops/layout.js';
import { broadcast, divide, formatShape, isStatic, normalizeAxis, product } from '../shape.js';
import type { Dimension, OperatorTable, Shape, Value } from '../types.js';
import { unbroadcast } from './unbroadcast.js';

function resolveReshape(from: Shape, target: readonly number[], fail: (reason: string) => Error): Shape {
  const known: Dimension[] = target.map((length, axis) => {
    if (length !== 0) return length;
    const kept = from[axis];
    if (kept === undefined) throw fail(`0 at axis ${axis} keeps an axis that the input does not have`);
    return kept;
  });
  const open = target.indexOf(-1);
  const total = product(from);
  if (open < 0) {
    if (product(known) !== total) throw fail(`cannot reshape ${formatShape(from)} to ${formatShape(known)}`);
    return known;
  }
  if (target.lastIndexOf(-1) !== open) throw fail('only one axis may be -1');
  const rest = divide(total, product(known.filter((_, axis) => axis !== open)));
  if (rest === undefined) throw fail(`cannot divide ${formatShape(from)} into ${formatShape(known)}`);
  return known.map((dimension, axis) => (axis === open ? rest : dimension));
}

/** [start, end) as positions in [0, length]; ends beyond a named length stay as they are. */
function sliceLength(length: Dimension, start: number, end: number): number | undefined {
  if (typeof length === 'string') return start >= 0 && end > start ? end - start : undefined;
  const clamp = (position: number): number => Math.min(Math.max(position < 0 ? position + length : position, 0), length);
  return Math.max(clamp(end) - clamp(start), 0);
}

export const LAYOUT: OperatorTable = {
  Reshape: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const target = context.constantInts(1);
      if (!target) {
        if (!context.declaredShape) throw context.fail('a computed target needs a declared shape');
        return [{ dtype, shape: context.declaredShape }];
      }
      return [{ dtype, shape: resolveReshape(shape, target, context.fail) }];
    },
    gradient: ({ inputs, gradient }) => [reshapeLike(gradient, inputs[0] as Value), undefined],
  },
  Transpose: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const permutation = context.ints('perm') ?? [];
      const isPermutation = [...permutation].sort((a, b) => a - b).every((axis, index) => axis === index);
      if (permutation.length !== shape.length || !isPermutation) {
        throw context.fail(`perm [${permutation.join(', ')}] is not a permutation of ${shape.length} axes`);
      }
      return [{ dtype, shape: permutation.map((axis) => shape[axis] as Dimension) }];
    },
    gradient: ({ node, gradient }) => {
      const permutation = node.attributes.perm?.kind === 'ints' ? node.attributes.perm.value : [];
      const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
      return [transpose(gradient, inverse)];
    },
  },
  Concat: {
    infer: (context) => {
      const first = context.input(0);
      const axis = normalizeAxis(context.int('axis', 0), first.shape.length);
      if (axis === undefined) throw context.fail('the axis lies outside');
      let length: Dimension | undefined;
      for (let index = 0; index < context.inputs.length; index++) {
        const { dtype, shape } = context.input(index);
        const fits = shape.length === first.shape.length && shape.every((d, at) => at === axis || d === first.shape[at]);
        if (dtype !== first.dtype || !fits) throw context.fail(`input ${index} differs from the first beside axis ${axis}`);
        const part = shape[axis] as Dimension;
        // Lengths known only at run time get a name of their own: a sum is not a product of names.
        if (length === undefined) length = part;
        else length = typeof length === 'number' && typeof part === 'number' ? length + part : `(${length}+${part})`;
      }
      return [{ dtype: first.dtype, shape: first.shape.map((dimension, at) => (at === axis ? (length ?? 0) : dimension)) }];
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
      const [start, end, rawAxis] = [1, 2, 3].map((index) => context.constantInts(index)?.[0]);
      if (start === undefined || end === undefined || rawAxis === undefined) {
        if (!context.declaredShape) throw context.fail('computed bounds need a declared shape');
        return [{ dtype, shape: context.declaredShape }];
      }
      const axis = normalizeAxis(rawAxis, shape.length);
      if (axis === undefined) throw context.fail(`axis ${rawAxis} lies outside rank ${shape.length}`);
      const length = sliceLength(shape[axis] as Dimension, start, end);
      if (length === undefined) throw context.fail(`[${start}, ${end}) of a length known only at run time is not supported`);
      return [{ dtype, shape: shape.map((dimension, at) => (at === axis ? length : dimension)) }];
    },
    gradient: ({ inputs, gradient }) => {
      const input = inputs[0] as Value;
      const [start, end, axis] = inputs.slice(1).map((bound) => input.graph.constantInts(bound)?.[0] as number) as [
        number,
        number,
        number,
      ];
      const at = normalizeAxis(axis, input.shape.length) as number;
      const length = input.shape[at];
      if (typeof length !== 'number') {
        throw new GraphError(`Slice: the gradient needs axis ${at} of ${formatShape(input.shape)} to be a known length`);
      }
      const clamp = (position: number): number => Math.min(Math.max(position < 0 ? position + length : position, 0), length);
      return [padAxis(gradient, at, clamp(start), length - clamp(end))];
    },
  },
  Unsqueeze: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const axes = context.constantInts(1);
      if (!axes) throw context.fail('the axes must be constant');
      const rank = shape.length + axes.length;
      const inserted = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
      if (inserted.size !== axes.length || [...inserted].some((axis) => axis < 0 || axis >= rank)) {
        throw context.fail(`axes [${axes.join(', ')}] do not fit a result of rank ${rank}`);
      }
      const rest = [...shape];
      return [{ dtype, shape: Array.from({ length: rank }, (_, axis) => (inserted.has(axis) ? 1 : (rest.shift() as Dimension))) }];
    },
    gradient: ({ inputs, gradient }) => {
      const axes = gradient.graph.constantInts(inputs[1] as Value) ?? [];
      return [squeeze(gradient, axes), undefined];
    },
  },
  Squeeze: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const axes = (context.constantInts(1) ?? []).map((axis) => normalizeAxis(axis, shape.length));
      for (const axis of axes) {
        if (axis === undefined || shape[axis] !== 1) throw context.fail('every squeezed axis must exist and have length 1');
      }
      return [{ dtype, shape: shape.filter((_, axis) => !axes.includes(axis)) }];
    },
    gradient: ({ inputs, gradient }) => {
      const axes = gradient.graph.constantInts(inputs[1] as Value) ?? [];
      const rank = (inputs[0] as Value).shape.length;
      return [unsqueeze(gradient, axes.map((axis) => normalizeAxis(axis, rank) as number)), undefined];
    },
  },
  Expand: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const target = context.declaredShape ?? context.constantInts(1);
      if (!target) throw context.fail('a computed target needs a declared shape');
      const result = broadcast(shape, target);
      if (!result) throw context.fail(`cannot be expanded to ${formatShape(target)}`);
      return [{ dtype, shape: result }];
    },
    gradient: ({ inputs, gradient }) => [unbroadcast(gradient, inputs[0] as Value), undefined],
  },
  Pad: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const pads = context.constantInts(1);
      if (!pads || pads.length !== 2 * shape.length) throw context.fail('pads must be constant, two numbers an axis');
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
  Shape: { infer: (context) => [{ dtype: 'int64', shape: [context.input(0).shape.length] }] },
  Size: { infer: () => [{ dtype: 'int64', shape: [] }] },
};

/** Cuts a gradient back into the parts of a Concat whose lengths are known only when the graph runs. */
function splitAtRuntime(inputs: readonly Value[], axis: number, gradient: Value): Value[] {
  const { graph } = gradient;
  let start = graph.literal([0], 'int64');
  return inputs.map((input) => {
    const end = add(start, slice(shapeOf(input), 0, axis, axis + 1));
    const part = graph.node('Slice', [gradient, start, end, graph.literal([axis], 'int64')], {}, { shape: input.shape });
    start = end;
    return part[0] as Value;
  });
}
