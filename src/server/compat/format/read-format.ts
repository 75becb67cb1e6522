import { boundedMemo } from '../../../core/bounded-memo.js';
import { InvalidInputError } from '../../../core/errors.js';
import { isObject } from '../../../core/is-object.js';
import { createSchemaCompiler, findSchemaFault, whyNotCompiled } from '../../../domain/catalog/json-schema.js';
import { withoutIdleNullable } from '../../../domain/catalog/keywords.js';
import { describeValue, formatPath } from '../../../domain/describe.js';
import { checkExpansion } from '../../work/check-expansion.js';
import { whySlow } from '../../work/check-patterns.js';
import type { Schema } from './places.js';

/** A JSON Schema that an answer is held to. */
export interface Format {
  readonly schema: Schema;
  /** Whether a value follows it. */
  readonly accepts: (value: unknown) => boolean;
}

/** Characters of a schema; a longer one is no description of an answer. */
const LONGEST_SCHEMA = 65_536;
/** Schemas whose checks are kept. Agents send the same few over and over. */
const MAX_KEPT = 64;

type Check = ((value: unknown) => boolean) | InvalidInputError;

const checkOf = boundedMemo<Check>(MAX_KEPT, (text) => {
  try {
    // A compiler of its own, since it keeps what it compiled.
    const validate = createSchemaCompiler().compile(withoutIdleNullable(JSON.parse(text) as object));
    return (value) => validate(value) === true;
  } catch (error) {
    return new InvalidInputError('', `expected a valid JSON Schema: ${whyNotCompiled(error)}`);
  }
});

/**
 * Reads the JSON Schema of an answer as it came over the wire.
 *
 * @throws InvalidInputError for one that is too large, invalid, or slow to check; its path is that within the schema
 */
export function readFormat(value: unknown): Format {
  if (!isObject(value)) throw new InvalidInputError('', `expected a JSON Schema, received ${describeValue(value)}`);
  const { $schema: _dialect, ...schema } = value;
  const fault = findSchemaFault(schema);
  if (fault) throw new InvalidInputError(formatPath(fault.path), fault.message);
  checkPatternsIn(schema, []);
  checkExpansion(schema);
  const text = JSON.stringify(schema);
  if (text.length > LONGEST_SCHEMA) {
    throw new InvalidInputError('', `expected a schema of at most ${LONGEST_SCHEMA} characters, not ${text.length}`);
  }
  const accepts = checkOf(text);
  // A new one each time, since an error keeps the place where it was made.
  if (typeof accepts !== 'function') throw new InvalidInputError('', accepts.message);
  return { schema, accepts };
}

/** Goes as deep as the schema, which has a limit. */
function checkPatternsIn(value: unknown, path: readonly PropertyKey[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, entry] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const patterns =
      key === 'pattern' && typeof entry === 'string'
        ? [entry]
        : key === 'patternProperties' && isObject(entry)
          ? Object.keys(entry)
          : [];
    for (const pattern of patterns) {
      const why = whySlow(pattern);
      if (why === undefined) continue;
      throw new InvalidInputError(formatPath(at), `expected a pattern that is quick to check; this one has ${why}`);
    }
    checkPatternsIn(entry, at);
  }
}
