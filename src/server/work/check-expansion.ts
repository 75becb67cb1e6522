import { InvalidInputError } from '../../core/errors.js';

/** Values of a schema with every reference written out; twice what a schema may have without references. */
export const MOST_EXPANDED = 8_192;

type Json = Readonly<Record<string, unknown>>;

/**
 * Refuses a schema that becomes too large when its references are written out, or never ends. Checking a value takes
 * that many steps, and a few alternatives that refer to a few alternatives, and so on, would take hours.
 *
 * @param root the schema, which is not deeper than its reader takes
 * @param path of the schema, for the error
 * @throws InvalidInputError
 */
export function checkExpansion(root: object, path = ''): void {
  const open = new Set<string>(['#']);
  let count = 0;
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    count += 1;
    if (count > MOST_EXPANDED) {
      throw new InvalidInputError(
        path,
        `expected a schema of at most ${MOST_EXPANDED} values with its references in place`,
      );
    }
    for (const [key, entry] of Object.entries(value)) {
      if (typeof entry !== 'string') visit(entry);
      else if (key === '$ref') follow(entry);
      else if (key === '$dynamicRef' || key === '$recursiveRef') {
        // Where it leads depends on the way there, and is the schema itself where nothing is found.
        throw new InvalidInputError(path, `expected a $ref ("#/$defs/...") in place of ${key}`);
      }
    }
  };
  const follow = (reference: string): void => {
    if (reference !== '#' && !reference.startsWith('#/')) {
      throw new InvalidInputError(path, 'expected references as paths within the schema ("#/$defs/...")');
    }
    if (open.has(reference))
      throw new InvalidInputError(path, 'expected a schema whose references do not go in circles');
    open.add(reference);
    visit(pointTo(root as Json, reference));
    open.delete(reference);
  };
  visit(root);
}

/** What a JSON pointer within a schema, such as `#/$defs/Answer%20A`, leads to; undefined for nothing. */
export function pointTo(root: Json, reference: string): unknown {
  let value: unknown = root;
  for (const part of reference.split('/').slice(1)) {
    const key = decoded(part)?.replaceAll('~1', '/').replaceAll('~0', '~');
    if (key === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
      return undefined;
    value = (value as Json)[key];
  }
  return value;
}

/** Undefined for what is encoded as no URI is. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
