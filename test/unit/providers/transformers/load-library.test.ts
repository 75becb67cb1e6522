import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { loadLibrary, type TransformersLibrary } from '../../../../src/providers/transformers/load-library.js';

const empty = mkdtempSync(path.join(tmpdir(), 'agent-trm-without-transformers-'));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

/** What Node itself says to an import from a folder where the package is not installed. */
function importFailure(): Error {
  const file = path.join(empty, 'importer.mjs');
  writeFileSync(
    file,
    `await import('@huggingface/transformers').catch((e) => console.log(JSON.stringify([e.code, e.message])));`,
  );
  const [code, message] = JSON.parse(execFileSync(process.execPath, [file], { encoding: 'utf8' })) as [string, string];
  return Object.assign(new Error(message), { code });
}

function requireFailure(): Error {
  try {
    createRequire(pathToFileURL(path.join(empty, 'importer.cjs')))('@huggingface/transformers');
  } catch (error) {
    return error as Error;
  }
  throw new Error('the package is installed where it should not be');
}

it.each([
  ['import', importFailure],
  ['require', requireFailure],
])('says what to install when %s does not find the package', async (_, failure) => {
  const cause = failure();
  await expect(loadLibrary(() => Promise.reject(cause))).rejects.toMatchObject({
    reason: 'unavailable',
    provider: 'transformers',
    message: expect.stringMatching(/is not installed.*npm install @huggingface\/transformers/),
    cause,
  });
});

it('does not take a part that is missing for the package', async () => {
  const missing = Object.assign(new Error("Cannot find package 'sharp' imported from there"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  await expect(loadLibrary(() => Promise.reject(missing))).rejects.toMatchObject({
    reason: 'unavailable',
    message: expect.stringMatching(/cannot be loaded on .*'sharp'/),
  });
});

it.each([
  [30, 50],
  [10, 10],
])('turns log level %i into %i', async (before, after) => {
  const library = { env: { logLevel: before }, LogLevel: { WARNING: 30, NONE: 50 } };
  await loadLibrary(() => Promise.resolve(library as unknown as TransformersLibrary));
  expect(library.env.logLevel).toBe(after);
});
