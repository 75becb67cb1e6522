import { createHash } from 'node:crypto';
import { quote } from '../../../../domain/describe.js';
import type { Alert } from '../../../../domain/index.js';
import { cleanText } from '../../../../encoding/index.js';
import type { Example, Split } from '../../example.js';
import { SPLITS } from '../../plan.js';
import { groupOf } from '../../splits.js';

/** Something that stands in more than one split. */
export interface Leak {
  /** Which name or alert, for people. */
  readonly what: string;
  readonly splits: readonly [Split, Split];
}

/** Counts what examples of different splits share; holds one number a distinct name and alert. */
export interface LeakageCounter {
  add(example: Example): void;
  /** Alert-name groups and alert texts that stand in more than one split; must be 0. */
  count(): number;
  /** The first of them. */
  leaks(): readonly Leak[];
}

const SHOWN = 20;

export function createLeakageCounter(): LeakageCounter {
  /** Key -> bit of each split that it stands in. */
  const seen = new Map<string, number>();
  const leaks: Leak[] = [];
  let count = 0;
  const claim = (key: string, split: Split, what: () => string): void => {
    const before = seen.get(key) ?? 0;
    const bit = 1 << SPLITS.indexOf(split);
    if ((before & bit) !== 0) return;
    seen.set(key, before | bit);
    // A key counts once, when it comes into its second split.
    if (before === 0 || (before & (before - 1)) !== 0) return;
    count += 1;
    const first = SPLITS.find((_, index) => (before & (1 << index)) !== 0) ?? split;
    if (leaks.length < SHOWN) leaks.push({ what: what(), splits: [first, split] });
  };
  return {
    add({ alert, group, split }) {
      const name = alert.labels.alertname ?? '';
      // A label file may give groups of its own, which do not hide that two alerts have one name.
      for (const key of new Set([group, groupOf(name)])) {
        claim(`group ${key}`, split, () => `the alert name ${quote(name)} (group ${quote(key)})`);
      }
      claim(`text ${textHash(alert)}`, split, () => `an alert ${quote(name)} with the same labels and annotations`);
    },
    count: () => count,
    leaks: () => leaks,
  };
}

/** Equal for alerts of equal labels and annotations, whatever their order, case and spaces. */
function textHash({ labels, annotations }: Alert): string {
  const normal = (text: string): string => cleanText(text).toLowerCase().replaceAll(/\s+/g, ' ').trim();
  const entries = (record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
    Object.keys(record)
      .map((key) => [normal(key), normal(record[key] ?? '')] as const)
      .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  const text = JSON.stringify([entries(labels), entries(annotations)]);
  return createHash('sha256').update(text).digest('base64').slice(0, 22);
}
