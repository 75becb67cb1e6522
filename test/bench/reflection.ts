/**
 * `npm run bench:reflection`: what the recursion of the local model does to its answers on labelled alerts, and what
 * stopping early costs. Nothing is trained. `-- --suite iid --count 400 --steps 4 --model <folder>` changes the defaults.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import {
  answerExamples,
  type Change,
  measureReflection,
  type ReflectionReport,
  SUITES,
  type Suite,
  stopOnConfidence,
  stopOnHead,
  suiteExamples,
} from '../../src/training/evaluation/index.js';
import { bundledModelPath, readModelFolder } from '../../src/trm/remediation/index.js';
import { facts } from '../fixtures/facts.js';

/** The seed of `agent-trm evaluate`, so that the figures are of the same alerts. */
const SEED = 20_000;
/** Default `confidenceThreshold` of TRMClient. */
const THRESHOLD = 0.85;

const { values } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true, default: ['iid', 'unseen-alert'] },
    count: { type: 'string', default: '100' },
    steps: { type: 'string' },
    model: { type: 'string' },
  },
});
const whole = (name: string, text: string): number => {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--${name}: expected a whole number of 1 or more, received "${text}"`);
};
const suiteOf = (text: string): Suite => {
  const suite = SUITES.find((name) => name === text);
  if (suite) return suite;
  throw new Error(`--suite: expected one of ${SUITES.join(', ')}, received "${text}"`);
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const changed = ({ repaired, harmed }: Change): string => `${repaired} repaired, ${harmed} harmed`;

function show(suite: Suite, report: ReflectionReport): void {
  console.log(`\n${suite}: ${report.cases} cases`);
  console.table(
    Object.fromEntries(
      report.cycles.map((cycle) => [
        `step ${cycle.step}, H cycle ${cycle.hCycle}`,
        {
          'function right': percent(cycle.functionAccuracy),
          'call right': percent(cycle.callAccuracy),
          'mean confidence': cycle.meanConfidence.toFixed(3),
          'against the cycle before': changed(cycle),
        },
      ]),
    ),
  );
  console.log(`from the first H cycle to the last: ${changed(report.sinceFirstCycle)}`);
  console.log(`from the first supervision step to the last: ${changed(report.sinceFirstStep)}`);
  console.table(
    Object.fromEntries(
      Object.entries(report.stops).map(([name, stop]) => [
        name,
        {
          'stop early': percent(stop.early),
          'mean steps': stop.meanSteps.toFixed(2),
          'call right': percent(stop.callAccuracy),
          'against the first step': changed(stop.change),
        },
      ]),
    ),
  );
}

const suites = values.suite.map(suiteOf);
const count = whole('count', values.count);
const folder = await readModelFolder(values.model ?? (await bundledModelPath()));
const maxSteps = values.steps === undefined ? folder.manifest.haltMaxSteps : whole('steps', values.steps);
const { name, version, config } = folder.manifest;
console.log(
  `${name} v${version}, ${maxSteps} supervision steps of ${config.H_cycles} H cycles; seed ${SEED}; ` +
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}`,
);
for (const suite of suites) {
  const examples = suiteExamples(suite, facts, SEED, count);
  const answered = await answerExamples(folder, examples, {
    maxSteps,
    // Every answer runs to the end, so that all rules to stop by are judged on the same ones.
    shouldHalt: () => false,
    onProgress: (done) => process.stderr.write(`\r${suite} ${done}/${examples.length}`),
  });
  process.stderr.write('\n');
  show(
    suite,
    measureReflection(answered, {
      'never (all steps)': () => false,
      'head (selector)': stopOnHead,
      [`AUTO at ${THRESHOLD} (TRMClient)`]: stopOnConfidence(THRESHOLD),
    }),
  );
}
