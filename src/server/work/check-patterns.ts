import { InvalidInputError } from '../../core/errors.js';
import { formatPath } from '../../domain/describe.js';
import type { Catalog } from '../../domain/index.js';

/** More open ends than this can take a regular expression minutes on a text of a few thousand characters. */
const MOST_OPEN_ENDS = 2;

/**
 * Refuses regular expressions of a catalog that came over the wire and that could hold up the process: those with a
 * repeated group, with a reference back to a group, or with more than two repetitions without a near end. What is left takes
 * at most the square of the text's length. Formats such as `dns-1123-subdomain` say the same without a pattern.
 *
 * @throws InvalidInputError that names the pattern's place
 */
export function checkPatterns(catalog: Catalog): void {
  for (const [index, { parameters }] of catalog.entries()) visit(parameters, [index, 'parameters']);
}

function visit(value: unknown, path: readonly PropertyKey[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, entry] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === 'pattern' && typeof entry === 'string') check(entry, at);
    if (key === 'patternProperties' && typeof entry === 'object' && entry !== null) {
      for (const pattern of Object.keys(entry)) check(pattern, at);
    }
    visit(entry, at);
  }
}

function check(pattern: string, path: readonly PropertyKey[]): void {
  const why = whySlow(pattern);
  if (why !== undefined) {
    throw new InvalidInputError(formatPath(path), `expected a pattern that is quick to check; this one has ${why}`);
  }
}

/** Why a regular expression may be slow; undefined for one that is not. */
export function whySlow(pattern: string): string | undefined {
  // Escaped characters and the inside of character classes repeat nothing by themselves.
  const plain = pattern.replace(/\\[\s\S]/g, (escaped) => (/\\[1-9k]/.test(escaped) ? '\u0000' : 'x'));
  if (plain.includes('\u0000')) return 'a reference back to a group';
  const bare = plain.replace(/\[[^\]]*\]/g, 'x');
  if (/\)(?:[*+]|\{\d+(?:,\d*)?\})/.test(bare)) return 'a repeated group';
  const openEnds = bare.match(/[*+]|\{\d+,(?:\d\d+)?\}/g)?.length ?? 0;
  return openEnds > MOST_OPEN_ENDS ? `more than ${MOST_OPEN_ENDS} repetitions without a near end` : undefined;
}
