import { InvalidArgumentError } from 'commander';
import { EXECUTION_PROVIDER_NAMES, type ExecutionProviderPreference } from '../core/execution-provider.js';

/** `--ep cuda,cpu` */
export function executionProviders(value: string): ExecutionProviderPreference[] {
  const allowed: readonly string[] = ['auto', ...EXECUTION_PROVIDER_NAMES];
  const names = value.split(',').map((name) => name.trim());
  if (names.some((name) => !allowed.includes(name)))
    throw new InvalidArgumentError(`expected names out of ${allowed.join(', ')}`);
  return names as ExecutionProviderPreference[];
}

export function probability(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError('expected a number from 0 to 1');
  return number;
}

export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1) throw new InvalidArgumentError('expected a whole number of 1 or more');
  return number;
}

export function oneOf<T extends string>(...allowed: readonly T[]): (value: string) => T {
  return (value) => {
    if (!(allowed as readonly string[]).includes(value))
      throw new InvalidArgumentError(`expected ${allowed.join(', ')}`);
    return value as T;
  };
}
