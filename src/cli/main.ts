#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { packageRoot } from '../trm/remediation/index.js';
import { auditCommand } from './commands/audit.js';
import { datasetCommand } from './commands/dataset.js';
import { decideCommand } from './commands/decide.js';
import { evaluateCommand } from './commands/evaluate.js';
import { exportCommand } from './commands/export.js';
import { inspectCommand } from './commands/inspect.js';
import { selectCommand } from './commands/select.js';
import { serveCommand } from './commands/serve.js';
import { tokenCommand } from './commands/token.js';
import { trainCommand } from './commands/train.js';
import { EXIT, exitCodeOf, messageOf } from './exit-codes.js';

const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };

const program = new Command('agent-trm')
  .description('Answers Prometheus alerts with a local Tiny Recursive Model, and trains such models.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(agent-trm --help shows the commands)')
  .addHelpText(
    'after',
    `
Exit codes: 0 done; 1 unexpected failure; 2 wrong usage or input; 3 model or execution provider cannot be loaded;
4 a decision was not accepted (select --fail-unaccepted); 130 interrupted.`,
  );
for (const command of [
  selectCommand(),
  decideCommand(),
  trainCommand(),
  datasetCommand(),
  evaluateCommand(),
  inspectCommand(),
  exportCommand(),
  auditCommand(),
  serveCommand(),
  tokenCommand(),
]) {
  program.addCommand(command.exitOverride());
}

// A reader that closes the pipe early (head, less) has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failure),
);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  } else {
    process.stderr.write(`agent-trm: ${messageOf(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
