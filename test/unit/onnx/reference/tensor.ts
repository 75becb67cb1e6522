/** A tensor of plain numbers in row-major order; bool is 0 and 1. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type Index = readonly number[];

export const lengthOf = (shape: readonly number[]): number => shape.reduce((total, length) => total * length, 1);

/** The tensor whose element at each index is what `element` says. */
export function tabulate(shape: readonly number[], element: (index: Index) => number): Tensor {
  const index = shape.map(() => 0);
  const data: number[] = [];
  for (let position = 0; position < lengthOf(shape); position++) {
    data.push(element(index));
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return { shape: [...shape], data };
}

/** Element at an index, which may have more axes than the tensor: axes of length 1 and missing ones are repeated. */
export function at({ shape, data }: Tensor, index: Index): number {
  const extra = index.length - shape.length;
  let position = 0;
  for (const [axis, length] of shape.entries()) {
    position = position * length + (length === 1 ? 0 : (index[axis + extra] as number));
  }
  const element = data[position];
  if (element === undefined) throw new RangeError(`[${index}] lies outside [${shape}]`);
  return element;
}

export function broadcastShapes(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return lengths.find((length) => length !== 1) ?? 1;
  });
}

export const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** `index` with one position replaced. */
export const withAxis = (index: Index, axis: number, position: number): number[] =>
  index.map((value, current) => (current === axis ? position : value));
