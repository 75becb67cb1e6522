/**
 * Remembers what `make` gave for a text. When `limit` texts are kept, all are forgotten: simpler and cheaper than
 * tracking use, and in the steady state of a few thousand recurring texts it never happens.
 */
export function boundedMemo<T>(limit: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (known.size >= limit) known.clear();
    known.set(text, made);
    return made;
  };
}
