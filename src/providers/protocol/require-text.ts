import { ConfigurationError } from '../../core/errors.js';

/** An option's text without the space around it. Throws ConfigurationError that names the option when it is empty. */
export function requireText(option: string, value: unknown, remedy: string): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') throw new ConfigurationError(`${option}: expected a text that is not empty; ${remedy}`);
  return text;
}
