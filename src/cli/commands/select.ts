import { Command } from 'commander';
import type { ExecutionProviderPreference } from '../../core/execution-provider.js';
import { EXIT } from '../exit-codes.js';
import { formatDecision } from '../format-decision.js';
import { executionProviders, oneOf, probability } from '../options.js';
import { isOneAlert, readInput } from '../read-input.js';

interface Options {
  readonly catalog?: string;
  readonly model?: string;
  readonly ep?: ExecutionProviderPreference[];
  readonly threshold?: number;
  readonly trace?: boolean;
  readonly format?: 'json' | 'jsonl' | 'text';
  readonly precision?: 'float32' | 'int8';
  readonly failUnaccepted?: boolean;
}

export function selectCommand(): Command {
  return new Command('select')
    .description('choose a remediation function for each alert; one decision an alert, in order')
    .argument('[input]', 'a file, - for standard input, or JSON: an alert, a webhook, a CloudEvent, an array, or JSONL')
    .option('--catalog <file>', 'functions to choose from: [{name, description, parameters, risk}]')
    .option('--model <dir>', 'model folder; default: the bundled model')
    .option('--ep <list>', 'execution providers in order, e.g. cuda,cpu', executionProviders)
    .option('--threshold <x>', 'least confidence of an accepted decision', probability)
    .option('--trace', 'show the answer after every H cycle (JSON always has it)')
    .option(
      '--format <format>',
      'json, jsonl or text; default: text on a terminal, else json',
      oneOf('json', 'jsonl', 'text'),
    )
    .option('--precision <precision>', 'float32 or int8', oneOf('float32', 'int8'))
    .option('--fail-unaccepted', 'exit with 4 when a decision is not accepted')
    .addHelpText(
      'after',
      `
Examples:
  agent-trm select '{"labels":{"alertname":"PodCrashLoopBackOff","pod":"shop-0","namespace":"shop"}}'
  agent-trm select webhook.json --trace
  cat alerts.jsonl | agent-trm select --catalog functions.json --format jsonl`,
    )
    .action(run);
}

async function run(argument: string | undefined, options: Options): Promise<void> {
  const [{ readText, parseInput }, { decisionToJson, parseAlerts, parseCatalog }, { TRMRemediationSelector }] =
    await Promise.all([
      import('../read-input.js'),
      import('../../domain/index.js'),
      import('../../remediation/selectors/trm.js'),
    ]);
  const input = await readInput(argument);
  const alerts = parseAlerts(input.value);
  const catalog = options.catalog
    ? parseCatalog(parseInput(await readText(options.catalog), options.catalog).value)
    : undefined;
  const selector = await TRMRemediationSelector.load({
    ...(options.model !== undefined && { modelPath: options.model }),
    ...(options.ep && { executionProviders: options.ep }),
    ...(options.threshold !== undefined && { confidenceThreshold: options.threshold }),
    ...(options.precision && { precision: options.precision }),
    onEvent: (event) => {
      if (event.type === 'execution-provider-fallback') {
        process.stderr.write(`agent-trm: ${event.from} cannot start (${event.reason}); using ${event.to}\n`);
      }
    },
  });
  try {
    const decisions = await selector.selectAll(alerts, catalog && { catalog });
    const format = options.format ?? (process.stdout.isTTY ? 'text' : 'json');
    const single = decisions.length === 1 && isOneAlert(input);
    if (format === 'text') {
      const colour = process.stdout.isTTY && process.stdout.hasColors();
      const texts = decisions.map((decision, index) => {
        return `${alerts[index]?.labels.alertname}: ${formatDecision(decision, { trace: options.trace ?? false, colour })}`;
      });
      process.stdout.write(`${texts.join('\n\n')}\n`);
    } else if (format === 'jsonl') {
      for (const decision of decisions) process.stdout.write(`${JSON.stringify(decisionToJson(decision))}\n`);
    } else {
      const json = decisions.map(decisionToJson);
      process.stdout.write(`${JSON.stringify(single ? json[0] : json, null, 2)}\n`);
    }
    if (options.failUnaccepted && decisions.some(({ accepted }) => !accepted)) process.exitCode = EXIT.unaccepted;
  } finally {
    await selector.dispose();
  }
}
