import { DEFAULT_CATALOG } from '../../domain/index.js';
import type { Example, Split } from './example.js';
import type { Facts } from './facts/schema.js';
import { planOf, SPLITS } from './plan.js';
import { contentStems } from './splits.js';

/** Counts of what a set of examples holds. */
export interface ExampleStatistics {
  readonly examples: number;
  readonly groups: number;
  readonly withDefaultCatalog: number;
  /** Best function of examples with the default catalog; `none` where nothing applies. */
  readonly defaultFunctions: Readonly<Record<string, number>>;
  /** Share of examples in which no function applies, in [0, 1]. */
  readonly noneShare: { readonly default: number; readonly random: number };
  readonly causes: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<string, number>>;
}

/** Counts examples by class, cause and source. */
export function describeExamples(examples: readonly Example[]): ExampleStatistics {
  const withDefault = examples.filter((example) => example.catalog === DEFAULT_CATALOG);
  const withRandom = examples.filter((example) => example.catalog !== DEFAULT_CATALOG);
  const noneShare = (some: readonly Example[]): number =>
    some.length === 0 ? 0 : some.filter((example) => example.functions.length === 0).length / some.length;
  return {
    examples: examples.length,
    groups: new Set(examples.map((example) => example.group)).size,
    withDefaultCatalog: withDefault.length,
    defaultFunctions: count(withDefault.map((example) => example.functions[0] ?? 'none')),
    noneShare: { default: noneShare(withDefault), random: noneShare(withRandom) },
    causes: count(examples.map((example) => example.cause)),
    sources: count(examples.map((example) => example.source)),
  };
}

/** How many facts each split draws from. */
export function describeSplits(
  facts: Facts,
): Readonly<Record<Split, { entries: number; groups: number; functions: number }>> {
  const plans = planOf(facts);
  const describe = (split: Split) => ({
    entries: plans[split].entries.length,
    groups: new Set(plans[split].entries.map((entry) => entry.group)).size,
    functions: plans[split].functions.allowed.length,
  });
  return Object.fromEntries(SPLITS.map((split) => [split, describe(split)])) as ReturnType<typeof describeSplits>;
}

/**
 * Alert names and sentences that stand in more than one split; must be 0. A name is compared without regard to
 * spelling, word order and endings; a sentence word for word.
 */
export function leakageCount(facts: Facts): number {
  const plans = planOf(facts);
  const owners = new Map<string, Set<Split>>();
  const claim = (key: string, split: Split): void => {
    const splits = owners.get(key) ?? new Set();
    owners.set(key, splits.add(split));
  };
  for (const split of SPLITS) {
    for (const entry of plans[split].entries) {
      const name = entry.kind === 'mode' ? entry.alertName : entry.rule.alert;
      claim(`name ${[...new Set(contentStems(name))].sort().join(' ')}`, split);
      claim(`spelling ${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`, split);
      for (const sentence of entry.sentences) if (split !== 'train') claim(`sentence ${sentence}`, 'test');
    }
  }
  for (const entry of plans.train.entries)
    for (const sentence of entry.sentences) claim(`sentence ${sentence}`, 'train');
  return [...owners.values()].filter((splits) => splits.size > 1).length;
}

function count(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1)));
}
