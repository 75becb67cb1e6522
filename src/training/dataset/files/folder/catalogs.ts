import { join } from 'node:path';
import { z } from 'zod';
import { InvalidInputError } from '../../../../core/errors.js';
import { expectedMessage } from '../../../../domain/alert/alert-schema.js';
import { parseWith } from '../../../../domain/alert/parse-alerts.js';
import { quote } from '../../../../domain/describe.js';
import { type Catalog, parseCatalog } from '../../../../domain/index.js';
import { within } from '../label.js';
import { linesOf, type WrittenFile, writeLines } from '../lines.js';
import { knownCatalog, parseLine, type RowProblem } from '../read-labelled-alerts.js';

/** The file of a dataset folder with the catalogs that its lines name by id, one a line. */
export const CATALOGS_FILE = 'catalogs.jsonl';
/** Catalogs of one folder, which are all held in memory. */
const MAX_CATALOGS = 10_000;

const schema = z.strictObject(
  {
    id: z.string({ error: expectedMessage('the id of the catalog') }).min(1, { error: expectedMessage('an id') }),
    functions: z.unknown(),
  },
  { error: expectedMessage('a catalog {id, functions} and nothing else') },
);

/** Writes the catalogs of a folder. Rejects with TrainingError when the file cannot be written. */
export function writeCatalogs(path: string, catalogs: ReadonlyMap<string, Catalog>): Promise<WrittenFile> {
  return writeLines(
    path,
    [...catalogs].map(([id, functions]) => JSON.stringify({ id, functions })),
  );
}

/** Reads the catalogs of a folder; bad lines are refused. Rejects with TrainingError when the file cannot be read. */
export async function readCatalogs(
  folder: string,
): Promise<{ readonly catalogs: ReadonlyMap<string, Catalog>; readonly problems: readonly RowProblem[] }> {
  const catalogs = new Map<string, Catalog>();
  const problems: RowProblem[] = [];
  let line = 0;
  for await (const text of linesOf(join(folder, CATALOGS_FILE))) {
    line += 1;
    try {
      const value = parseLine(text);
      if (value === undefined) continue;
      const { id, functions } = parseWith(schema, value, []);
      if (catalogs.has(id)) throw new InvalidInputError('id', `expected distinct ids, received ${quote(id)} again`);
      if (catalogs.size >= MAX_CATALOGS) {
        throw new InvalidInputError(
          '',
          `expected at most ${MAX_CATALOGS} catalogs; write others into the lines that need them`,
        );
      }
      catalogs.set(
        id,
        within('functions', () => knownCatalog(parseCatalog(functions))),
      );
    } catch (error) {
      if (!InvalidInputError.isInstance(error)) throw error;
      problems.push({ line, reason: error.message });
    }
  }
  return { catalogs, problems };
}
