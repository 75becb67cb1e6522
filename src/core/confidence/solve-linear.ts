/** Solves a small linear system with a positive definite matrix, by Gaussian elimination with row pivoting. */
export function solveLinear(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, vector[index] as number]);
  const size = rows.length;
  const at = (row: number, column: number): number => (rows[row] as number[])[column] as number;
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(at(row, pivot)) > Math.abs(at(best, pivot))) best = row;
    }
    [rows[pivot], rows[best]] = [rows[best] as number[], rows[pivot] as number[]];
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = at(row, pivot) / at(pivot, pivot);
      for (let column = pivot; column <= size; column++) {
        (rows[row] as number[])[column] = at(row, column) - factor * at(pivot, column);
      }
    }
  }
  return rows.map((_, index) => at(index, size) / at(index, index));
}
