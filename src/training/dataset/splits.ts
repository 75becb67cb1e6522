import { hash32 } from '../../core/random.js';
import { contentWords } from '../../encoding/index.js';
import type { Split } from './example.js';

/** The alert names that must always be answered right; they and names close to them are always in training. */
export const RUNBOOK_ALERTS = [
  'FluxReconciliationFailure',
  'FluxGitRepositoryOutOfSync',
  'FluxHelmReleaseFailing',
  'PodCrashLoopBackOff',
  'PrometheusServiceDown',
  'PersistentVolumeFillingUpCritical',
  'PodCPUHigh',
] as const;

/** The words of an alert's name that carry its meaning, stemmed, in their order. */
export function contentStems(alertName: string): string[] {
  return contentWords(alertName).map(stem);
}

/** Crude English stem: plural, -ing, -ed and -ion endings fall away. */
function stem(word: string): string {
  const cut = word
    .replace(/(?:ies)$/, 'y')
    .replace(/(?<=[^su])s$/, '')
    .replace(/(?<=\w{3})(?:ing|ed|ion|er)$/, '');
  return cut.replace(/(.)\1$/, '$1').replace(/e$/, '');
}

/** Split key of an alert name: its distinct stems, sorted, so that rewordings in another order or style share it. */
export function groupOf(alertName: string): string {
  return [...new Set(contentStems(alertName))].sort().join(' ');
}

const runbookStems = RUNBOOK_ALERTS.map((name) => new Set(contentStems(name)));

/** True for the runbook alerts and for names that share at least 60 % of their stems (Jaccard) with one of them. */
export function isNearRunbook(group: string): boolean {
  const stems = new Set(group.split(' '));
  return runbookStems.some((runbook) => {
    const shared = [...stems].filter((word) => runbook.has(word)).length;
    return shared / (stems.size + runbook.size - shared) >= 0.6;
  });
}

/** Vendors whose rules are in no training: what is measured on them is how alerts of another house fare. */
export const HELD_OUT_VENDORS: readonly string[] = ['giantswarm', 'gardener', 'strimzi'];

/** Vendor of a source such as `giantswarm/kafka`. */
export function vendorOf(source: string): string {
  return source.split('/', 1)[0] as string;
}

/** Split of a group: train 80 %, validation 5 %, calibration 7 %, test 8 % by hash; runbook names always train. */
export function splitOfGroup(group: string): Split {
  if (isNearRunbook(group)) return 'train';
  const share = hash32(`split/${group}`) % 100;
  if (share < 80) return 'train';
  if (share < 85) return 'validation';
  return share < 92 ? 'calibration' : 'test';
}
