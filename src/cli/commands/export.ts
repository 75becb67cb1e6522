import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { InvalidInputError } from '../../core/errors.js';
import { oneOf } from '../options.js';

interface Options {
  readonly onnx: string;
  readonly precision: 'float32' | 'int8';
  readonly force?: boolean;
}

export function exportCommand(): Command {
  return new Command('export')
    .description('write one supervision step of a model as a standard ONNX file')
    .argument('[model]', 'model folder; default: the bundled model')
    .requiredOption('--onnx <file>', 'file to write')
    .option('--precision <precision>', 'float32 or int8', oneOf('float32', 'int8'), 'float32')
    .option('--force', 'replace the file when it exists')
    .action(async (model: string | undefined, options: Options) => {
      if (existsSync(options.onnx) && !options.force) {
        throw new InvalidInputError('--onnx', `${options.onnx} exists; pass --force to replace it`);
      }
      const { buildRemediationStep, bundledModelPath, readModelFolder } = await import(
        '../../trm/remediation/index.js'
      );
      const { manifest, weights } = await readModelFolder(model ?? (await bundledModelPath()));
      const bytes = buildRemediationStep(manifest.config, weights, options.precision);
      await writeFile(options.onnx, bytes);
      process.stdout.write(
        `${options.onnx}: ${bytes.length.toLocaleString('en')} bytes, one supervision step (${options.precision}). ` +
          'Inputs: encoded texts, fields, functions and parameters, z_H, z_L, reset. ' +
          'Outputs: function_logits, pointer_logits, cause_logits, q_halt_logits after every H cycle, z_H_out, z_L_out.\n',
      );
    });
}
