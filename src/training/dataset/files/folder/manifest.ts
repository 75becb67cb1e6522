import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { expectedMessage } from '../../../../domain/alert/alert-schema.js';
import { formatPath } from '../../../../domain/describe.js';

export const DATASET_MANIFEST = 'manifest.json';

const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: expectedMessage('a SHA-256 of 64 hexadecimal digits') });
/** No path: a manifest says nothing about files outside its folder. */
const fileName = z.string().regex(/^[a-z][a-z0-9-]*\.jsonl$/, { error: expectedMessage('a name such as train.jsonl') });

const schema = z.strictObject({
  formatVersion: z.literal(1, { error: expectedMessage('1; a newer package has written this, update agent-trm') }),
  seed: count,
  catalogs: z.enum(['default', 'random', 'both']),
  /** Hash of the facts that the examples are drawn from, see `datasetHash`. */
  factsHash: hash,
  /** Version of the package that drew the examples; another one may draw others. */
  packageVersion: z.string(),
  files: z.record(fileName, z.strictObject({ rows: count, bytes: count, sha256: hash })),
  /** Alert-name groups and alert texts that stand in more than one split. */
  leakage: z.int().min(0),
  splitRules: z.array(z.string()),
});

/** What a generated dataset is: how it was drawn and what its files hold. The same options give the same manifest. */
export type DatasetManifest = z.output<typeof schema>;

/** How the splits are made, in words, for who reads a manifest. */
export const SPLIT_RULES: readonly string[] = [
  'An alert belongs to the group of its name: the distinct stems of its meaningful words, sorted, so that spellings, word orders and endings of one name share a group.',
  'A group is in one split only, by a hash of it: train 80 %, validation 5 %, calibration 7 %, test 8 %.',
  'The names of the runbook, and names that share at least 60 % of their stems with one of them, are always in train.',
  'A sentence of an annotation that train uses is used by no other split.',
  'Families of functions that are held out are only in the catalogs of their own split; test also shows those of calibration.',
];

/** The manifest of a folder, what is wrong with it, or undefined where there is none. */
export async function readDatasetManifest(
  folder: string,
): Promise<{ readonly manifest: DatasetManifest } | { readonly fault: string } | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, DATASET_MANIFEST), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { fault: `cannot be read: ${(error as Error).message}` };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { fault: `is no JSON: ${(error as Error).message}` };
  }
  const result = schema.safeParse(value);
  if (result.success) return { manifest: result.data };
  const [issue] = result.error.issues;
  return { fault: [formatPath(issue?.path ?? []), issue?.message].filter(Boolean).join(': ') };
}
