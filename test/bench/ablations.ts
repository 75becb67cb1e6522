/**
 * `npm run bench:ablations`: does recursion earn its place? Trains small runs of the same number of steps on the same
 * examples: the model as it is, with three seeds; the same with one H and one L cycle; and a network of as many layer
 * applications without recursion. Prints what each came to. `-- --steps 600 --count 300 --run runs/ablations` changes
 * the defaults; a run that is there already is not trained again.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildModelFolder, parseTrainingSettings, type Suite, train } from '../../src/training/index.js';
import { facts } from '../fixtures/facts.js';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '600' },
    count: { type: 'string', default: '300' },
    run: { type: 'string', default: 'runs/ablations' },
    only: { type: 'string' },
  },
});
const [steps, count] = [Number(values.steps), Number(values.count)];

/** H cycles x L cycles of L_layers: 42 layer applications a supervision step but for the shallow one. */
const VARIANTS: readonly { name: string; seed: number; H: number; L: number; layers: number }[] = [
  { name: 'recursion H3 L6, 2 layers, seed 1', seed: 1, H: 3, L: 6, layers: 2 },
  { name: 'recursion H3 L6, 2 layers, seed 2', seed: 2, H: 3, L: 6, layers: 2 },
  { name: 'recursion H3 L6, 2 layers, seed 3', seed: 3, H: 3, L: 6, layers: 2 },
  { name: 'H1 L1, 2 layers, seed 1', seed: 1, H: 1, L: 1, layers: 2 },
  { name: 'H1 L1, 21 layers (a plain transformer of equal FLOPs), seed 1', seed: 1, H: 1, L: 1, layers: 21 },
];
const SUITES: readonly Suite[] = ['iid', 'unseen-alert', 'unseen-function', 'hops', 'remedarc'];

console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${steps} steps of 32 rows`);
const table: Record<string, Record<string, string>> = {};
for (const { name, seed, H, L, layers } of VARIANTS) {
  if (values.only !== undefined && !name.includes(values.only)) continue;
  const settings = parseTrainingSettings({
    seed,
    steps,
    warmUpSteps: Math.ceil(steps / 10),
    network: { L_layers: layers },
    curriculum: [{ until: 1, H_cycles: H, L_cycles: L }],
  });
  const folder = join(values.run, name.replace(/[^A-Za-z0-9]+/g, '-'));
  const started = performance.now();
  const trained = await train({ facts, settings, runFolder: folder, resume: true });
  const minutes = (performance.now() - started) / 60_000;
  const path = join(folder, 'model');
  const config = { ...trained.config, H_cycles: H, L_cycles: L };
  const report = await buildModelFolder({
    trained: { ...trained, config },
    settings,
    facts,
    path,
    name: 'ablation',
    version: 1,
    command: 'npm run bench:ablations',
    calibrationRows: 600,
    suites: SUITES,
    evaluationRows: count,
  });
  table[name] = {
    ...Object.fromEntries(
      report.rows.map(({ suite, callAccuracy }) => [suite, `${(100 * callAccuracy).toFixed(1)} %`]),
    ),
    minutes: minutes.toFixed(1),
  };
  console.table(table);
}
