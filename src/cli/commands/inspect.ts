import { Command } from 'commander';

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('show what a model folder holds: architecture, parameters, provenance, figures')
    .argument('[model]', 'model folder; default: the bundled model')
    .option('--json', 'the manifest as JSON')
    .action(async (model: string | undefined, options: { json?: boolean }) => {
      const { bundledModelPath, readModelFolder } = await import('../../trm/remediation/index.js');
      const { manifest, path, vocabulary } = await readModelFolder(model ?? (await bundledModelPath()));
      if (options.json) {
        process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
        return;
      }
      const { config, files, training, metrics } = manifest;
      const lines = [
        `${manifest.name} v${manifest.version}  (${path})`,
        `architecture   ${manifest.architecture}: width ${config.hidden_size}, ${config.L_layers} core layers, ${config.num_heads} heads, ${config.slots} slots`,
        `recursion      H_cycles ${config.H_cycles}, L_cycles ${config.L_cycles}, at most ${manifest.haltMaxSteps} supervision steps`,
        `parameters     ${manifest.parameterCount.toLocaleString('en')}`,
        `vocabulary     ${vocabulary.words.length} words, ${vocabulary.hashBuckets} hash rows`,
        ...Object.values(files).map(({ name, sha256 }) => `file           ${name}  sha256 ${sha256}`),
        `training       ${JSON.stringify(training)}`,
        `figures        ${JSON.stringify(metrics)}`,
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}
