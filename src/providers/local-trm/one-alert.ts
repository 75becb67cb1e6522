import { InvalidInputError } from '../../core/errors.js';
import { quote } from '../../domain/describe.js';

const MOST_NAMED = 3;
/** What stands for a name in the example of a prompt: `<name>`, `{name}`, `[name]` or an ellipsis. */
const PLACEHOLDER = /^(?:<.*>|\{.*\}|\[.*\]|\.{3}|…)$/su;

/** The refusal of a request that holds more than one alert, of which nothing says which one it asks about. */
export function moreThanOneAlert(received: string): InvalidInputError {
  return new InvalidInputError(
    'alerts',
    `expected one alert a request, received ${received}; ask about each in a request of its own`,
  );
}

/** Says how many alerts there are and how they differ. */
export function describeAlerts(names: readonly string[]): string {
  const different = [...new Set(names)].map(quote);
  if (different.length === 1) return `${names.length} of the name ${different[0]} with different labels`;
  const shown = different.slice(0, MOST_NAMED).join(', ');
  return `${names.length} (${shown}${different.length > MOST_NAMED ? ', ...' : ''})`;
}

export function isPlaceholder(name: string): boolean {
  return PLACEHOLDER.test(name);
}

/** The same text for the same labels, in whatever order they came. */
export function labelKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)));
}
