import type { Random } from '../../core/random.js';
import { type FunctionPool, functionPools } from './catalog/function-pools.js';
import type { Split } from './example.js';
import type { AlertRule, Facts, FailureMode } from './facts/schema.js';
import { capitalise } from './situation/alert-name-style.js';
import type { ModeEntry } from './situation/mode-situation.js';
import type { RuleEntry } from './situation/rule-situation.js';
import { groupOf, HELD_OUT_VENDORS, RUNBOOK_ALERTS, splitOfGroup, vendorOf } from './splits.js';

export type Entry = ModeEntry | RuleEntry;

/** What one split draws its examples from. */
export interface SplitPlan {
  readonly entries: readonly Entry[];
  readonly functions: FunctionPool;
  /** Of the split's own families and rules only. */
  readonly unseenFunctions: FunctionPool;
  drawMode(random: Random): Entry;
  drawRule(random: Random): Entry;
  /** As `functions`, with those that rules of training call for among them. */
  readonly allFunctions: FunctionPool;
  /** Rules that call for a function of their own. */
  readonly drawOwned?: (random: Random) => Entry;
  /** Rules of the held-out vendors whose names nobody else uses; only in the test split. */
  readonly drawVendorRule?: (random: Random) => Entry;
  /** Undefined outside training: the runbook's alerts are always in training. */
  readonly drawRunbook?: (random: Random) => Entry;
}

export const SPLITS: readonly Split[] = ['train', 'validation', 'calibration', 'test'];

const plans = new WeakMap<Facts, Readonly<Record<Split, SplitPlan>>>();

/** The plan of every split, made once for given facts. */
export function planOf(facts: Facts): Readonly<Record<Split, SplitPlan>> {
  let plan = plans.get(facts);
  if (plan === undefined) {
    plan = makePlan(facts);
    plans.set(facts, plan);
  }
  return plan;
}

function makePlan(facts: Facts): Readonly<Record<Split, SplitPlan>> {
  const modes = facts.modes.flatMap(modeNames);
  const isHeldOut = ({ source }: AlertRule): boolean => HELD_OUT_VENDORS.includes(vendorOf(source));
  const named = facts.rules.map((rule) => ({ rule, group: groupOf(rule.alert) }));
  const rules = named.filter(({ rule }) => !isHeldOut(rule));
  const known = new Set([...rules.map(({ group }) => group), ...modes.map(({ alertName }) => groupOf(alertName))]);
  const vendorRules = named.filter(({ rule, group }) => isHeldOut(rule) && !known.has(group));
  // A sentence that training uses is used by no other split, even where two facts happen to share it.
  const trained = new Set<string>();
  for (const { mode } of modes) for (const sentence of mode.summaries.slice(0, -1)) trained.add(sentence);
  for (const { rule, group } of rules) {
    if (splitOfGroup(group) === 'train') for (const sentence of ruleSentences(rule)) trained.add(sentence);
  }
  const entries: Entry[] = [
    ...modes.map(({ mode, alertName, component }): ModeEntry => {
      const group = groupOf(alertName);
      const split = splitOfGroup(group);
      const reserved = mode.summaries.slice(-1).filter((sentence) => !trained.has(sentence));
      const sentences = split === 'train' ? mode.summaries.slice(0, -1) : reserved;
      return { kind: 'mode', mode, alertName, ...(component !== undefined && { component }), group, split, sentences };
    }),
    ...rules.map(({ rule, group }): RuleEntry => {
      const split = splitOfGroup(group);
      const sentences = ruleSentences(rule).filter((sentence) => split === 'train' || !trained.has(sentence));
      return { kind: 'rule', rule, group, split, sentences };
    }),
  ];
  const vendorEntries = vendorRules.map(({ rule, group }): RuleEntry => {
    const sentences = ruleSentences(rule).filter((sentence) => !trained.has(sentence));
    return { kind: 'rule', rule, group, split: 'test', sentences };
  });
  const perSource = new Map<string, number>();
  for (const { source } of facts.rules) perSource.set(source, (perSource.get(source) ?? 0) + 1);
  return Object.fromEntries(
    SPLITS.map((split) => [
      split,
      planSplit(
        entries.filter((entry) => entry.split === split),
        split,
        facts,
        perSource,
        split === 'test' ? vendorEntries : [],
      ),
    ]),
  ) as Record<Split, SplitPlan>;
}

function planSplit(
  entries: readonly Entry[],
  split: Split,
  facts: Facts,
  perSource: ReadonlyMap<string, number>,
  vendorRules: readonly RuleEntry[],
): SplitPlan {
  const names = new Map<string, number>();
  for (const entry of entries) if (entry.kind === 'mode') names.set(entry.mode.id, (names.get(entry.mode.id) ?? 0) + 1);
  const modes = entries.filter((entry) => entry.kind === 'mode');
  const rules = entries.filter((entry) => entry.kind === 'rule');
  const runbook = modes.filter((entry) => entry.mode.runbook !== undefined);
  const row = (entry: ModeEntry): boolean => (RUNBOOK_ALERTS as readonly string[]).includes(entry.alertName);
  const others = new Map<string, number>();
  for (const entry of runbook) if (!row(entry)) others.set(entry.mode.id, (others.get(entry.mode.id) ?? 0) + 1);
  const pools = functionPools(
    facts,
    split,
    rules.map(({ rule }) => rule),
  );
  const owned = rules.filter(({ rule }) => facts.ruleFunctions[rule.id] !== undefined);
  return {
    entries: [...entries, ...vendorRules],
    functions: pools.usual,
    unseenFunctions: pools.unseen,
    allFunctions: pools.all,
    drawMode: weighted(modes, (entry) => (entry.mode.weight * modeShare(entry.mode)) / (names.get(entry.mode.id) ?? 1)),
    drawRule: weighted(rules, ({ rule }) => ruleWeight(rule) / Math.sqrt(perSource.get(rule.source) ?? 1)),
    ...(owned.length > 0 && { drawOwned: weighted(owned, () => 1) }),
    ...(vendorRules.length > 0 && { drawVendorRule: weighted(vendorRules, ({ rule }) => ruleWeight(rule)) }),
    ...(split === 'train' && {
      // Six tenths under the runbook's own names, the rest under other names of the same modes.
      drawRunbook: weighted(runbook, (entry) => (row(entry) ? 0.6 : 0.4 / (others.get(entry.mode.id) ?? 1))),
    }),
  };
}

/** Modes that call for a function are rarer than those that do not; together they should weigh about the same. */
function modeShare(mode: FailureMode): number {
  return mode.defaultFunctions.length > 0 ? 5 : 1;
}

function ruleWeight(rule: AlertRule): number {
  if (rule.functions.length > 0) return 4;
  return rule.functionsIfIdentified.length > 0 ? 2 : 1;
}

/** All alert names of a mode, with its components put in. */
export function modeNames(mode: FailureMode): { mode: FailureMode; alertName: string; component?: string }[] {
  if (mode.components === undefined) return mode.alertNames.map((alertName) => ({ mode, alertName }));
  return mode.components.flatMap((component) =>
    mode.alertNames.map((template) => ({
      mode,
      alertName: template.replace('{Component}', capitalise(component)).replace('{component}', component),
      component,
    })),
  );
}

function ruleSentences(rule: AlertRule): string[] {
  return [rule.summary, rule.hint];
}

function weighted<T extends Entry>(items: readonly T[], weight: (item: T) => number): (random: Random) => Entry {
  const sums: number[] = [];
  let total = 0;
  for (const item of items) {
    total += weight(item);
    sums.push(total);
  }
  return (random) => {
    const at = random.next() * total;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return items[low] as T;
  };
}
