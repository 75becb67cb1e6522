import { at, lengthOf, type Tensor, tabulate } from './tensor.js';

const wrap = (row: number, rows: number): number => (row < 0 ? row + rows : row);

/** Rows of a table; negative indices count from the end. */
export const gather = (table: Tensor, indices: Tensor): Tensor =>
  tabulate([...indices.shape, ...table.shape.slice(1)], (index) => {
    const row = at(indices, index.slice(0, indices.shape.length));
    return at(table, [wrap(row, table.shape[0] as number), ...index.slice(indices.shape.length)]);
  });

/** `target` with `updates` [K, ...] added to the rows `indices` [K]. */
export function scatterAddRows(target: Tensor, indices: Tensor, updates: Tensor): Tensor {
  const data = [...target.data];
  const width = lengthOf(target.shape.slice(1));
  for (const [position, row] of indices.data.entries()) {
    for (let column = 0; column < width; column++) {
      const to = wrap(row, target.shape[0] as number) * width + column;
      data[to] = (data[to] as number) + (updates.data[position * width + column] as number);
    }
  }
  return { shape: target.shape, data };
}
