/** `npm run bench`: load time, latency and batches of the bundled model, float32 against int8, interleaved. */
import { TRMRemediationSelector } from '../../src/index.js';
import { runbookRowCases } from '../../src/training/index.js';
import { at, grantedShare, machine } from './machine.js';

const ROUNDS = 5;
const SINGLES = 10;
const BATCHES = [10, 100];
const PRECISIONS = ['float32', 'int8'] as const;

const cases = runbookRowCases({ seed: 7, renamings: 15 }).map(({ alert }) => alert);
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

console.log(machine());
const shares = [grantedShare(3_000)];
const lanes = [];
for (const precision of PRECISIONS) {
  let selector: TRMRemediationSelector | undefined;
  const loadMs = await timed(async () => {
    selector = await TRMRemediationSelector.load({ executionProviders: ['cpu'], precision, maxBatchSize: 100 });
    await selector.select(cases[0]);
  });
  lanes.push({
    precision,
    selector: selector as TRMRemediationSelector,
    loadMs,
    single: [] as number[],
    batches: BATCHES.map(() => [] as number[]),
  });
}
// Interleaved, so that a slow moment of the machine hits every lane.
for (let round = 0; round < ROUNDS; round++) {
  for (const lane of lanes) {
    for (let index = 0; index < SINGLES; index++) {
      lane.single.push(await timed(() => lane.selector.select(cases[(round * SINGLES + index) % cases.length])));
    }
    for (const [index, size] of BATCHES.entries()) {
      lane.batches[index]?.push(await timed(() => lane.selector.selectAll(cases.slice(0, size))));
    }
  }
  shares.push(grantedShare(1_000));
}
console.table(
  Object.fromEntries(
    lanes.map(({ precision, loadMs, single, batches }) => [
      precision,
      {
        'load + first answer ms': Math.round(loadMs),
        'single P50 ms': Math.round(at(single, 0.5)),
        'single P95 ms': Math.round(at(single, 0.95)),
        ...Object.fromEntries(
          BATCHES.map((size, index) => [`${size} at once P50 ms`, Math.round(at(batches[index] ?? [], 0.5))]),
        ),
      },
    ]),
  ),
);
const percent = (share: number): number => Math.round(100 * share);
console.log(
  `A busy loop before and between the rounds was given ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} % of a core.`,
);
for (const { selector } of lanes) await selector.dispose();
