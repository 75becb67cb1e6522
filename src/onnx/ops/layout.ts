import { GraphError } from '../../core/errors.js';
import { isStatic, normalizeAxis } from '../shape.js';
import { int, ints, type Shape, type Value } from '../types.js';

/** The shape of a value as an int64 tensor: a constant when it is known now, a Shape node when it is not. */
export function shapeOf(value: Value): Value {
  if (isStatic(value.shape)) return value.graph.literal(value.shape, 'int64');
  return value.graph.node('Shape', [value])[0] as Value;
}

/**
 * Reshapes. In `target`, 0 keeps the length of the same axis of the input and one -1 takes what is left, as in
 * ONNX; names are worked out from the input's names.
 */
export function reshape(value: Value, target: readonly number[]): Value {
  return value.graph.node('Reshape', [value, value.graph.literal(target, 'int64')])[0] as Value;
}

/** Reshapes to the shape of `like`: as constants and at most one -1 where that says it all, else taken at run time. */
export function reshapeLike(value: Value, like: Value): Value {
  const unknown = like.shape.filter((dimension) => typeof dimension === 'string').length;
  if (unknown <= 1 && !like.shape.includes(0)) {
    return reshape(
      value,
      like.shape.map((dimension) => (typeof dimension === 'string' ? -1 : dimension)),
    );
  }
  return value.graph.node('Reshape', [value, shapeOf(like)], { allowzero: int(1) }, { shape: like.shape })[0] as Value;
}

export function transpose(value: Value, permutation: readonly number[]): Value {
  return value.graph.node('Transpose', [value], { perm: ints(permutation) })[0] as Value;
}

export function concat(values: readonly Value[], axis: number): Value {
  const first = values[0];
  if (!first) throw new GraphError('Concat: expected at least one tensor, received none');
  return values.length === 1 ? first : (first.graph.node('Concat', values, { axis: int(axis) })[0] as Value);
}

/** Elements [start, end) along one axis; negative positions count from the end, as in Python. */
export function slice(value: Value, axis: number, start: number, end: number): Value {
  const list = (number: number): Value => value.graph.literal([number], 'int64');
  return value.graph.node('Slice', [value, list(start), list(end), list(axis)])[0] as Value;
}

/** Inserts axes of length 1; `axes` are positions in the result. */
export function unsqueeze(value: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return value;
  return value.graph.node('Unsqueeze', [value, value.graph.literal(axes, 'int64')])[0] as Value;
}

/** Drops axes of length 1. */
export function squeeze(value: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return value;
  return value.graph.node('Squeeze', [value, value.graph.literal(axes, 'int64')])[0] as Value;
}

/** Repeats along axes of length 1 until the value has the given shape, which `target` holds as an int64 tensor. */
export function expand(value: Value, target: Value, shape: Shape): Value {
  return value.graph.node('Expand', [value, target], {}, { shape })[0] as Value;
}

/** Pads one axis with that many zeros before and after. */
export function padAxis(value: Value, axis: number, before: number, after: number): Value {
  const rank = value.shape.length;
  const at = normalizeAxis(axis, rank);
  if (at === undefined) throw new GraphError(`Pad(${value.name}): axis ${axis} lies outside rank ${rank}`);
  const pads = Array.from({ length: 2 * rank }, (_, index) =>
    index === at ? before : index === at + rank ? after : 0,
  );
  return value.graph.node('Pad', [value, value.graph.literal(pads, 'int64')])[0] as Value;
}
