import type { Random } from '../../../core/random.js';
import type { Example } from '../example.js';

/** Labels that say where an alert comes from or who looks after it, never what is wrong. */
const KEYS = ['environment', 'env', 'stage', 'team', 'tier', 'track', 'owner_group'] as const;

/**
 * The same case with one or two labels of its surroundings set to words that mean something elsewhere (`environment:
 * canary`): such a value is a name, and says nothing about the fault. Labels that fill a parameter stay as they are.
 */
export function withWordLabels(example: Example, words: readonly string[], random: Random): Example {
  const used = new Set(
    Object.values(example.parameters).flatMap((parameters) =>
      Object.values(parameters).flatMap((origins) =>
        origins.flatMap((origin) => ('key' in origin ? [origin.key] : [])),
      ),
    ),
  );
  const labels = { ...example.alert.labels };
  for (const key of random.shuffle(KEYS.filter((name) => !used.has(name))).slice(0, 1 + random.integer(2))) {
    labels[key] = random.pick(words);
  }
  return { ...example, id: `${example.id}-words`, alert: { ...example.alert, labels } };
}
