import { Command } from 'commander';
import { buildCommand } from './dataset/build.js';
import { statsCommand } from './dataset/stats.js';
import { validateCommand } from './dataset/validate.js';

export function datasetCommand(): Command {
  const command = new Command('dataset')
    .description('draw a dataset of labelled alerts, look at one, or check one (also your own)')
    .addHelpText(
      'after',
      `
A dataset is a JSONL file, one labelled alert a line, or a folder of such files. Your own need only this:
  {"alert": {"labels": {"alertname": "PodCrashLooping", "pod": "shop-0", "namespace": "shop"}},
   "lambda_function": "pod-restart", "parameters": {"name": "shop-0", "namespace": "shop"}}
on one line. "lambda_function": null says that nothing should be called. Several functions are acceptable with
  "functions": ["pod-restart", "pod-check-status"], "parameters": {"pod-restart": {"name": "label:pod"}}
where a parameter names the part of the alert that fills it ("label:pod", "metric:replicas", "default") or its value.
More fields, all optional: id, catalog (functions as in --catalog), noneAcceptable, answerable (false for what is no
alert at all), cause, demonstrations, group, source, split (train, validation, calibration, test).

Examples:
  agent-trm dataset build --out data --train 20000
  agent-trm dataset stats data
  agent-trm dataset validate alerts.jsonl --catalog functions.json`,
    );
  for (const part of [buildCommand(), statsCommand(), validateCommand()]) command.addCommand(part.exitOverride());
  return command;
}
