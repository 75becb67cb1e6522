import { ConfigurationError } from '../../../core/errors.js';
import { describeValue } from '../../../domain/describe.js';

/** Returns the number of an option. Throws ConfigurationError for what is not a number in its range. */
export function checkNumber(
  name: string,
  value: unknown,
  range: { readonly minimum: number; readonly maximum: number; readonly whole?: boolean },
): number {
  const { minimum, maximum, whole = true } = range;
  const fits = typeof value === 'number' && value >= minimum && value <= maximum;
  if (fits && (!whole || Number.isSafeInteger(value))) return value;
  throw new ConfigurationError(
    `${name}: expected a ${whole ? 'whole ' : ''}number from ${minimum} to ${maximum}, got ${describeValue(value)}`,
  );
}
