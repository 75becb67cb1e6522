import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelLoadError } from '../../core/errors.js';
import { MANIFEST_FILE } from './model-folder.js';

/** The folder of this package: the nearest one above this file that holds a package.json. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new ModelLoadError('the folder of agent-trm cannot be found; pass modelPath');
    folder = parent;
  }
  return folder;
}

/** Path of the newest model that is shipped with this package (`models/<name>-v<N>` of the highest N). */
export async function bundledModelPath(): Promise<string> {
  const models = join(packageRoot(), 'models');
  const entries = await readdir(models).catch(() => [] as string[]);
  const versions = entries
    .map((entry) => ({ entry, version: Number(/-v(\d+)$/.exec(entry)?.[1]) }))
    .filter(({ entry, version }) => Number.isInteger(version) && existsSync(join(models, entry, MANIFEST_FILE)))
    .sort((left, right) => right.version - left.version);
  const newest = versions[0];
  if (!newest) throw new ModelLoadError(`${models} holds no model; train one (agent-trm train) or pass modelPath`);
  return join(models, newest.entry);
}
