import type { Random } from '../../../core/random.js';
import type { Example } from '../example.js';

/** Labels that say where an alert comes from or who looks after it, never what is wrong. */
const KEYS = ['environment', 'env', 'stage', 'team', 'tier', 'track', 'owner_group'] as const;
/** Share of the objects to act on whose names are changed too. */
const RENAMED = 0.5;
/** A name that begins with a word. */
const NAME = /^[a-z]+(?=-|$)/;

/**
 * The same case with names that are words which mean something elsewhere: one or two labels of its surroundings
 * (`environment: canary`), and now and then the object itself (`prometheus-db-0` for a claim). Such a value is a name,
 * and says nothing about the fault.
 */
export function withWordLabels(example: Example, words: readonly string[], random: Random): Example {
  const used = new Set(
    Object.values(example.parameters).flatMap((parameters) =>
      Object.values(parameters).flatMap((origins) =>
        origins.flatMap((origin) => ('key' in origin ? [origin.key] : [])),
      ),
    ),
  );
  const { alert } = renamed(example, used, words, random);
  const labels = { ...alert.labels };
  for (const key of random.shuffle(KEYS.filter((name) => !used.has(name))).slice(0, 1 + random.integer(2))) {
    labels[key] = random.pick(words);
  }
  return { ...example, id: `${example.id}-words`, alert: { ...alert, labels } };
}

/** Objects under other names, wherever the alert speaks of them. */
function renamed(example: Example, keys: ReadonlySet<string>, words: readonly string[], random: Random): Example {
  // By their first words, so that a pod keeps the name of its workload.
  const names = new Map<string, string>();
  for (const key of keys) {
    const [first] = NAME.exec(example.alert.labels[key] ?? '') ?? [];
    if (first !== undefined && random.chance(RENAMED)) names.set(first, random.pick(words));
  }
  if (names.size === 0) return example;
  const named = new Set([...keys].map((key) => example.alert.labels[key] ?? ''));
  const isNamed = (text: string): boolean =>
    [...named].some((name) => name.startsWith(`${text}-`) || text === name || text.startsWith(`${name}-`));
  const rename = (text: string): string =>
    isNamed(text) ? text.replace(NAME, (first) => names.get(first) ?? first) : text;
  // A name of one word may be part of the sentence.
  const inText = (text: string): string => text.replaceAll(/[a-z0-9]+(?:-[a-z0-9.]*[a-z0-9])+/g, rename);
  const each = (texts: Readonly<Record<string, string>>, change: (text: string) => string): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, key === 'alertname' ? text : change(text)]));
  const { alert } = example;
  return {
    ...example,
    alert: { ...alert, labels: each(alert.labels, rename), annotations: each(alert.annotations, inText) },
  };
}
