/** `npm run bench:rules`: how often each default rule is right, on training and on held-out alert names. */
import { fileURLToPath } from 'node:url';
import { DEFAULT_CATALOG } from '../../src/index.js';
import { createRulesSelector } from '../../src/remediation/selectors/rules/index.js';
import { generateExamples, loadFacts, type Split } from '../../src/training/index.js';

const COUNTS = { train: 6_000, test: 2_000 } as const satisfies Partial<Record<Split, number>>;

interface Tally {
  applied: number;
  right: number;
}

const facts = await loadFacts(fileURLToPath(new URL('../../models/facts/', import.meta.url)));
const rules = createRulesSelector();
const signal = new AbortController().signal;
const tallies = new Map<string, Record<keyof typeof COUNTS, Tally>>();
const answered = { train: 0, test: 0 };
for (const split of ['train', 'test'] as const) {
  // Without the runbook's seven alerts on top: they would lift the rules that were written for them.
  const options = { seed: 41, split, catalogs: 'default', runbookShare: 0, count: COUNTS[split] } as const;
  for (const { alert, functions } of generateExamples(facts, options)) {
    const outcome = await rules.doSelect({ alert, catalog: DEFAULT_CATALOG, signal });
    const rule = outcome.evidence?.[0]?.source;
    if (outcome.kind !== 'selected' || rule === undefined) continue;
    answered[split]++;
    const tally = tallies.get(rule) ?? { train: { applied: 0, right: 0 }, test: { applied: 0, right: 0 } };
    tally[split].applied++;
    if (functions.includes(outcome.lambdaFunction)) tally[split].right++;
    tallies.set(rule, tally);
  }
}
/** Share with one right and one wrong answer added, so that a rule seen twice is not sure. */
const share = ({ applied, right }: Tally): string => ((right + 1) / (applied + 2)).toFixed(2);
console.table(
  Object.fromEntries(
    [...tallies].map(([rule, { train, test }]) => [
      rule,
      {
        'train: applied': train.applied,
        'train: right': share(train),
        'test: applied': test.applied,
        'test: right': share(test),
      },
    ]),
  ),
);
for (const split of ['train', 'test'] as const) {
  console.log(`${split}: a rule applies to ${answered[split]} of ${COUNTS[split]} alerts`);
}
