import { reshapeLike, squeeze, transpose, unsqueeze } from '../ops/layout.js';
import { broadcast, divide, formatShape, normalizeAxis, product, sameShape } from '../shape.js';
import type { Dimension, InferContext, OperatorTable, Shape, Value } from '../types.js';
import { unbroadcast } from './unbroadcast.js';

/** The shape that a target of lengths gives, where 0 keeps an axis (unless `allowZero`) and -1 takes what is left. */
function resolveReshape(
  from: Shape,
  target: readonly number[],
  allowZero: boolean,
  fail: (reason: string) => Error,
): Shape {
  if (target.some((length) => length < -1)) throw fail(`${formatShape(target)} is not a target shape`);
  const known: Dimension[] = target.map((length, axis) => {
    if (length !== 0 || allowZero) return length;
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
  if (allowZero && target.includes(0)) throw fail('with allowzero, 0 and -1 exclude one another');
  return known.map((dimension, axis) => (axis === open ? rest : dimension));
}

/** The declared shape of a computed target; where the target is constant, both must say the same. */
function declaredOr(context: InferContext, constant: Shape | undefined): Shape {
  const declared = context.declaredShape;
  if (!constant) {
    if (!declared) throw context.fail('a computed target needs a declared shape');
    return declared;
  }
  if (declared && !sameShape(declared, constant)) {
    throw context.fail(`the declared shape ${formatShape(declared)} is not the result's, ${formatShape(constant)}`);
  }
  return constant;
}

export const LAYOUT: OperatorTable = {
  Reshape: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const target = context.constantInts(1);
      const allowZero = context.int('allowzero', 0) === 1;
      const resolved = target && resolveReshape(shape, target, allowZero, context.fail);
      return [{ dtype, shape: declaredOr(context, resolved) }];
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
      return [
        {
          dtype,
          shape: Array.from({ length: rank }, (_, axis) => (inserted.has(axis) ? 1 : (rest.shift() as Dimension))),
        },
      ];
    },
    gradient: ({ inputs, gradient }) => {
      const axes = gradient.graph.constantInts(inputs[1] as Value) ?? [];
      return [squeeze(gradient, axes), undefined];
    },
  },
  Squeeze: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const axes = context.constantInts(1)?.map((axis) => normalizeAxis(axis, shape.length));
      if (!axes || axes.length === 0) throw context.fail('the axes must be constant, one at least');
      for (const axis of axes) {
        if (axis === undefined || shape[axis] !== 1)
          throw context.fail('every squeezed axis must exist and have length 1');
      }
      return [{ dtype, shape: shape.filter((_, axis) => !axes.includes(axis)) }];
    },
    gradient: ({ inputs, gradient }) => {
      const axes = gradient.graph.constantInts(inputs[1] as Value) ?? [];
      const rank = (inputs[0] as Value).shape.length;
      return [
        unsqueeze(
          gradient,
          axes.map((axis) => normalizeAxis(axis, rank) as number),
        ),
        undefined,
      ];
    },
  },
  Expand: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const target = context.constantInts(1);
      const wanted = target ?? declaredOr(context, undefined);
      const result = broadcast(shape, wanted);
      if (!result) throw context.fail(`cannot be expanded to ${formatShape(wanted)}`);
      return [{ dtype, shape: declaredOr(context, result) }];
    },
    gradient: ({ inputs, gradient }) => [unbroadcast(gradient, inputs[0] as Value), undefined],
  },
  Shape: { infer: (context) => [{ dtype: 'int64', shape: [context.input(0).shape.length] }] },
  Size: {
    infer: (context) => {
      context.input(0);
      return [{ dtype: 'int64', shape: [] }];
    },
  },
};
