/** Where a JSON text names the same key twice in one object. */
export interface DuplicateKey {
  readonly key: string;
  /** Position in the text, in UTF-16 units, of the second occurrence. */
  readonly position: number;
}

/**
 * Finds the first key that occurs twice in one object of a JSON text, which `JSON.parse` would silently resolve to
 * the last one. The text must already have been accepted by `JSON.parse`.
 */
export function findDuplicateKey(json: string): DuplicateKey | undefined {
  // One entry per open bracket: the keys seen so far in an object, undefined in an array.
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < json.length; i += 1) {
    const char = json[i];
    if (char === '{') open.push(new Set());
    else if (char === '[') open.push(undefined);
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfString(json, i);
      const keys = open.at(-1);
      if (keys !== undefined && isFollowedByColon(json, end)) {
        const key = JSON.parse(json.slice(i, end)) as string;
        if (keys.has(key)) return { key, position: i };
        keys.add(key);
      }
      i = end - 1;
    }
  }
  return undefined;
}

/** Index just past the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
  return i + 1;
}

function isFollowedByColon(json: string, from: number): boolean {
  let i = from;
  while (json[i] === ' ' || json[i] === '\n' || json[i] === '\r' || json[i] === '\t') i += 1;
  return json[i] === ':';
}
