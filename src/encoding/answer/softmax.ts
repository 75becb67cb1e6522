/** Log-softmax of the entries for which `allowed` holds; -Infinity for the others. Stable for any finite input. */
export function logSoftmax(logits: ArrayLike<number>, allowed: (index: number) => boolean = () => true): number[] {
  const indices = Array.from({ length: logits.length }, (_, index) => index);
  const top = indices.reduce(
    (most, index) => (allowed(index) ? Math.max(most, logits[index] ?? -Infinity) : most),
    -Infinity,
  );
  const sum = indices.reduce(
    (total, index) => (allowed(index) ? total + Math.exp((logits[index] ?? -Infinity) - top) : total),
    0,
  );
  return indices.map((index) => (allowed(index) ? (logits[index] ?? -Infinity) - top - Math.log(sum) : -Infinity));
}

/** Index of the largest entry, the first of equals; -1 when all are -Infinity or there is none. */
export function argmax(values: ArrayLike<number>): number {
  let best = -1;
  let most = -Infinity;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? -Infinity;
    if (value > most) {
      most = value;
      best = index;
    }
  }
  return best;
}
