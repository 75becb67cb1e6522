/** Keys that could reach the prototype of whoever copies the value; no answer of a model needs them. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export interface PlainValue {
  readonly value: unknown;
  /** Reserved keys that were left out, each once. */
  readonly dropped: readonly string[];
}

/** Most values that are copied; it ends what a circle of references would begin. */
const MOST_VALUES = 131_072;

/**
 * A copy of a JSON value without reserved keys; what JSON does not know becomes null.
 *
 * @param maxDepth most levels of objects and arrays
 * @returns undefined for a value that is deeper, or larger than any text within the limits
 */
export function toPlainValue(value: unknown, maxDepth: number): PlainValue | undefined {
  const dropped = new Set<string>();
  let tooLarge = false;
  let count = 0;
  const copy = (source: unknown, depth: number): unknown => {
    count += 1;
    // The bounds of the recursion, so that no input exhausts the stack or never ends.
    if (tooLarge || count > MOST_VALUES) {
      tooLarge = true;
      return null;
    }
    if (typeof source !== 'object' || source === null) return isScalar(source) ? source : null;
    if (depth > maxDepth) {
      tooLarge = true;
      return null;
    }
    if (Array.isArray(source)) return source.map((item) => copy(item, depth + 1));
    const target: Record<string, unknown> = {};
    for (const key of Object.keys(source)) {
      if (RESERVED.has(key)) dropped.add(key);
      else target[key] = copy((source as Record<string, unknown>)[key], depth + 1);
    }
    return target;
  };
  const plain = copy(value, 1);
  return tooLarge ? undefined : { value: plain, dropped: [...dropped] };
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
