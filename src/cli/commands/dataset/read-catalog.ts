import type { Catalog } from '../../../domain/index.js';
import { parseInput, readText } from '../../read-input.js';

/** The catalog of a file, or undefined without one. Throws InvalidInputError that names the file or the field. */
export async function readCatalog(path: string | undefined): Promise<Catalog | undefined> {
  if (path === undefined) return undefined;
  const { parseCatalog } = await import('../../../domain/index.js');
  return parseCatalog(parseInput(await readText(path), path).value);
}
