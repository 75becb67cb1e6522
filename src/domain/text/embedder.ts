/** Texts in, one vector for each out, all of the same length. */
export type Embedder = (texts: readonly string[]) => Promise<readonly Float32Array[]>;

/**
 * Cosine of two vectors; what is negative counts as 0.
 *
 * @returns undefined when there is none: lengths that differ, a zero vector, or numbers that are not finite
 */
export function cosine(a: Float32Array, b: Float32Array): number | undefined {
  if (a.length !== b.length) return undefined;
  let [dot, left, right] = [0, 0, 0];
  for (const [index, x] of a.entries()) {
    const y = b[index] as number;
    dot += x * y;
    left += x * x;
    right += y * y;
  }
  const value = dot / (Math.sqrt(left) * Math.sqrt(right));
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), 1) : undefined;
}
