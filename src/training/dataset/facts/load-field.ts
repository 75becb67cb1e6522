import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TrainingError } from '../../../core/errors.js';
import { type Catalog, parseCatalog } from '../../../domain/index.js';
import type { Example, Split } from '../example.js';
import { readLabelledAlerts } from '../files/read-labelled-alerts.js';
import { FIELD_SETS, type FieldSets } from './schema.js';

/**
 * Reads the hand-written alerts and catalogs of `field` in the folder of the facts: JSON Lines of labelled alerts, each
 * file beside the catalog that its alerts are asked about. They are no part of the facts' hash: nothing is trained on
 * them.
 *
 * @returns undefined where there is no such folder
 * @throws TrainingError naming file, line and reason for what cannot be used
 */
export async function loadField(folder: string): Promise<FieldSets | undefined> {
  const path = join(folder, 'field');
  const files = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new TrainingError(`${path} cannot be read: ${cause.message}`, { cause });
  });
  if (files === undefined) return undefined;
  const sets: Partial<Record<keyof FieldSets, readonly Example[]>> = {};
  for (const name of FIELD_SETS) sets[name] = await loadSet(join(path, name), splitOf(name));
  return sets as FieldSets;
}

async function loadSet(path: string, split: Split): Promise<readonly Example[]> {
  const [alerts, catalogFile] = [`${path}.jsonl`, `${path}-catalog.json`];
  const catalog = parsed(catalogFile, await readText(catalogFile));
  const { examples, problems } = await readLabelledAlerts(await readText(alerts), { catalog, split });
  const [first] = problems;
  if (first !== undefined) throw new TrainingError(`${alerts}:${first.line}: ${first.reason}`);
  return examples;
}

function splitOf(name: keyof FieldSets): Split {
  return name === 'field' ? 'test' : 'validation';
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TrainingError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function parsed(path: string, text: string): Catalog {
  try {
    return parseCatalog(JSON.parse(text));
  } catch (cause) {
    throw new TrainingError(`${path}: ${(cause as Error).message}`, { cause });
  }
}
