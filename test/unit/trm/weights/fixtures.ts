import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';

/** Path of a file under test/fixtures. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url));
}

/** A folder for the tests of one file; returns a function that writes a file there and gives its path. */
export function temporaryFiles(): (bytes: Uint8Array | string) => Promise<string> {
  let folder = '';
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-trm-weights-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return async (bytes) => {
    count += 1;
    const path = join(folder, `file-${count}`);
    await writeFile(path, bytes);
    return path;
  };
}

/** The CheckpointError that `work` throws; fails the test when it throws something else or nothing. */
export async function checkpointErrorOf(work: () => unknown): Promise<CheckpointError> {
  try {
    await work();
  } catch (error) {
    if (CheckpointError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('Expected a CheckpointError, but nothing was thrown.');
}
