import { at, lengthOf, positive, type Tensor, tabulate, withAxis } from './tensor.js';

export function reshape(x: Tensor, target: readonly number[]): Tensor {
  const kept = target.map((length, axis) => (length === 0 ? (x.shape[axis] as number) : length));
  const rest = x.data.length / lengthOf(kept.filter((length) => length !== -1));
  return { data: x.data, shape: kept.map((length) => (length === -1 ? rest : length)) };
}

export const transpose = (x: Tensor, permutation: readonly number[]): Tensor =>
  tabulate(
    permutation.map((axis) => x.shape[axis] as number),
    (index) =>
      at(
        x,
        permutation.map((_, axis) => index[permutation.indexOf(axis)] as number),
      ),
  );

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0] as Tensor;
  const along = positive(axis, first.shape.length);
  const lengths = parts.map((part) => part.shape[along] as number);
  const shape = withAxis(
    first.shape,
    along,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  return tabulate(shape, (index) => {
    let position = index[along] as number;
    let part = 0;
    while (position >= (lengths[part] as number)) position -= lengths[part++] as number;
    return at(parts[part] as Tensor, withAxis(index, along, position));
  });
}

export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const along = positive(axis, x.shape.length);
  const positions = Array.from({ length: x.shape[along] as number }, (_, position) => position).slice(start, end);
  return tabulate(withAxis(x.shape, along, positions.length), (index) =>
    at(x, withAxis(index, along, positions[index[along] as number] as number)),
  );
}

export function unsqueeze(x: Tensor, axes: readonly number[]): Tensor {
  const rank = x.shape.length + axes.length;
  const inserted = new Set(axes.map((axis) => positive(axis, rank)));
  const rest = [...x.shape];
  const shape = Array.from({ length: rank }, (_, axis) => (inserted.has(axis) ? 1 : (rest.shift() as number)));
  return { data: x.data, shape };
}

export function squeeze(x: Tensor, axes: readonly number[]): Tensor {
  const dropped = new Set(axes.map((axis) => positive(axis, x.shape.length)));
  return { data: x.data, shape: x.shape.filter((_, axis) => !dropped.has(axis)) };
}

export const expand = (x: Tensor, shape: readonly number[]): Tensor => tabulate(shape, (index) => at(x, index));

export function pad(x: Tensor, pads: readonly number[]): Tensor {
  const rank = x.shape.length;
  const shape = x.shape.map((length, axis) => length + (pads[axis] as number) + (pads[axis + rank] as number));
  return tabulate(shape, (index) => {
    const inner = index.map((position, axis) => position - (pads[axis] as number));
    return inner.every((position, axis) => position >= 0 && position < (x.shape[axis] as number)) ? at(x, inner) : 0;
  });
}
