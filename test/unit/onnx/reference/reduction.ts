import { at, type Index, lengthOf, positive, type Tensor, tabulate, withAxis } from './tensor.js';

function reduceWith(fold: (elements: number[]) => number) {
  return (x: Tensor, axes: readonly number[], keepDimensions: boolean): Tensor => {
    const reduced = new Set(axes.map((axis) => positive(axis, x.shape.length)));
    const kept = x.shape.map((length, axis) => (reduced.has(axis) ? 1 : length));
    const window = x.shape.map((length, axis) => (reduced.has(axis) ? length : 1));
    const result = tabulate(kept, (index) => {
      const elements: number[] = [];
      if (lengthOf(window) > 0) {
        tabulate(window, (offset) => elements.push(at(x, addIndex(index, offset))));
      }
      return fold(elements);
    });
    return { data: result.data, shape: keepDimensions ? kept : kept.filter((_, axis) => !reduced.has(axis)) };
  };
}

const addIndex = (left: Index, right: Index): number[] => left.map((value, axis) => value + (right[axis] as number));
const total = (elements: number[]): number => elements.reduce((sum, element) => sum + element, 0);

export const reduceSum = reduceWith(total);
export const reduceMean = reduceWith((elements) => total(elements) / elements.length);
export const reduceMax = reduceWith((elements) => Math.max(...elements));
export const argMax = (x: Tensor, axis: number, keepDimensions: boolean): Tensor =>
  reduceWith((elements) => elements.indexOf(Math.max(...elements)))(x, [axis], keepDimensions);

export function softmax(x: Tensor, axis: number): Tensor {
  const along = positive(axis, x.shape.length);
  const line = (index: Index): number[] =>
    Array.from({ length: x.shape[along] as number }, (_, position) => at(x, withAxis(index, along, position)));
  return tabulate(x.shape, (index) => {
    const elements = line(index);
    const peak = Math.max(...elements);
    return Math.exp(at(x, index) - peak) / total(elements.map((element) => Math.exp(element - peak)));
  });
}
