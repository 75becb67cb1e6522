import { join } from 'node:path';
import { Command } from 'commander';
import type { ExecutionProviderPreference } from '../../core/execution-provider.js';
import { executionProviders, wholeNumber } from '../options.js';
import { createProgress, interruptSignal } from '../progress.js';
import { parseInput, readText } from '../read-input.js';
import { reportTable } from './evaluate.js';

interface Options {
  readonly run: string;
  readonly out: string;
  readonly name: string;
  readonly modelVersion: number;
  readonly settings?: string;
  readonly from?: string;
  readonly steps?: number;
  readonly seed?: number;
  readonly batchSize?: number;
  readonly facts?: string;
  readonly resume?: boolean;
  readonly threads?: number;
  readonly ep?: ExecutionProviderPreference[];
  readonly calibrationRows?: number;
  readonly evaluationRows?: number;
  readonly notes?: string;
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train a remediation model, fit its calibration, measure it and write its folder')
    .requiredOption('--run <dir>', 'folder of the run: settings, metrics, checkpoints')
    .requiredOption('--out <dir>', 'model folder to write at the end')
    .option('--name <name>', 'name of the model', 'remediation')
    .option('--model-version <n>', 'version of the model', wholeNumber, 1)
    .option('--settings <file>', 'training settings as JSON (a file or the JSON itself); the rest has defaults')
    .option('--from <dir>', 'model folder to start from (fine-tuning); default: fresh weights')
    .option('--steps <n>', 'optimizer steps', wholeNumber)
    .option('--seed <n>', 'seed of weights and examples', wholeNumber)
    .option('--batch-size <n>', 'rows of the persistent batch', wholeNumber)
    .option('--facts <dir>', 'folder of the facts; default: those of this package')
    .option('--resume', 'go on from the last checkpoint of the run')
    .option('--threads <n>', 'threads of one operator', wholeNumber)
    .option('--ep <list>', 'execution providers in order', executionProviders)
    .option('--calibration-rows <n>', 'examples the calibration is fitted on', wholeNumber)
    .option('--evaluation-rows <n>', 'examples a suite of the evaluation', wholeNumber)
    .option('--notes <file>', 'Markdown to add to the model card: what was tried, and what lost')
    .addHelpText(
      'after',
      `
Ctrl-C ends the run after the step in work and keeps a checkpoint; --resume goes on from it.

Examples:
  agent-trm train --run runs/first --out models/remediation-v5 --model-version 5
  agent-trm train --run runs/more --from models/remediation-v5 --out models/remediation-v6 --model-version 6 --steps 50`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [
    { buildModelFolder, loadFacts, parseTrainingSettings, train, writeTrainingPlots },
    { packageRoot, readModelFolder },
  ] = await Promise.all([import('../../training/index.js'), import('../../trm/remediation/index.js')]);
  const settings = parseTrainingSettings({
    ...(await givenSettings(options.settings)),
    ...(options.steps !== undefined && { steps: options.steps }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.batchSize !== undefined && { batchSize: options.batchSize }),
  });
  const from = options.from === undefined ? undefined : await readModelFolder(options.from);
  const notes = options.notes === undefined ? undefined : await readText(options.notes);
  const facts = await loadFacts(options.facts ?? join(packageRoot(), 'models', 'facts'));
  const signal = interruptSignal();
  const runtime = {
    ...(options.ep && { executionProviders: options.ep }),
    ...(options.threads !== undefined && { intraOpThreads: options.threads }),
  };
  const progress = createProgress('training');
  const trained = await train({
    facts,
    settings,
    ...(from && { from }),
    runFolder: options.run,
    resume: options.resume ?? false,
    runtime,
    signal,
    onProgress: (p) =>
      progress.update(
        p.step,
        p.steps,
        `loss ${p.loss.toFixed(3)}  call ${(100 * p.callAccuracy).toFixed(1)}% (${p.callAccuracyPerStep.map((share) => (100 * share).toFixed(0)).join(' ')} by step)  H${p.H_cycles} L${p.L_cycles}  ` +
          `${p.rowStepsPerSecond.toFixed(1)} rows/s  ETA ${Math.ceil(p.etaSeconds / 60)} min`,
      ),
  });
  progress.end();
  const plots = await writeTrainingPlots(options.run);
  if (plots.unreadableLines > 0)
    process.stderr.write(`${plots.unreadableLines} lines of metrics.jsonl cannot be read.\n`);
  const building = createProgress('measuring');
  const report = await buildModelFolder({
    trained,
    settings,
    facts,
    path: options.out,
    name: options.name,
    version: options.modelVersion,
    command: `agent-trm train ${options.from === undefined ? '' : `--from ${options.from} `}--run ${options.run} --out ${options.out} (settings in manifest.json)`,
    runtime,
    signal,
    ...(options.calibrationRows !== undefined && { calibrationRows: options.calibrationRows }),
    ...(options.evaluationRows !== undefined && { evaluationRows: options.evaluationRows }),
    ...(notes !== undefined && { notes }),
    onProgress: (stage, done, total) => building.update(done, total, stage),
  });
  building.end();
  process.stdout.write(`${reportTable(report)}\n${options.out} is written.\n`);
}

async function givenSettings(argument: string | undefined): Promise<Record<string, unknown>> {
  if (argument === undefined) return {};
  const content = argument.trim().startsWith('{') ? argument : await readText(argument);
  return parseInput(content, 'the training settings').value as Record<string, unknown>;
}
