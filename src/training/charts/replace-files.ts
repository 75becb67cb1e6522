import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../core/errors.js';

/**
 * Writes files into a folder, which is made where it is missing. All are written in full before the first one takes
 * the place of an older one, so a reader never finds half of a file.
 *
 * @param files name -> content
 * @returns the paths, in order
 * @throws ConfigurationError when the folder cannot be written
 */
export async function replaceFiles(directory: string, files: ReadonlyMap<string, string>): Promise<string[]> {
  const entries = [...files].map(([name, content]) => {
    const path = join(directory, name);
    return { path, content, temporary: `${path}.${process.pid}.partial` };
  });
  try {
    await mkdir(directory, { recursive: true });
    for (const { temporary, content } of entries) await writeFile(temporary, content);
    for (const { temporary, path } of entries) await rename(temporary, path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const names = [...files.keys()].join(', ');
    throw new ConfigurationError(
      `${names} cannot be written to ${directory}: ${reason}. Name a folder that can be written.`,
      {
        cause: error,
      },
    );
  } finally {
    await Promise.all(entries.map(({ temporary }) => rm(temporary, { force: true }).catch(() => undefined)));
  }
  return entries.map(({ path }) => path);
}
