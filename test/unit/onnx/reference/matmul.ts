import { at, broadcastShapes, type Tensor, tabulate } from './tensor.js';

/** alpha * op(a) op(b) over the last two axes, the others broadcast. */
export function matmul(a: Tensor, b: Tensor, transposeA = false, transposeB = false, alpha = 1): Tensor {
  const [rows, inner] = lastTwo(a, transposeA);
  const [, columns] = lastTwo(b, transposeB);
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return tabulate([...batch, rows, columns], (index) => {
    const [row, column] = index.slice(-2) as [number, number];
    const lead = index.slice(0, -2);
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum +=
        at(a, [...lead, ...(transposeA ? [k, row] : [row, k])]) *
        at(b, [...lead, ...(transposeB ? [column, k] : [k, column])]);
    }
    return alpha * sum;
  });
}

function lastTwo({ shape }: Tensor, transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

/** The int8 weight [K, N] as the numbers that it stands for. */
export const dequantize = (weight: Tensor, scale: Tensor): Tensor =>
  tabulate(weight.shape, (index) => at(weight, index) * at(scale, index));
