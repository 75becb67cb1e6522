import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';
import { type Alert, type Catalog, DEFAULT_CATALOG, type SelectorOutcome } from '../../../../../src/domain/index.js';
import { createRagSelector, type RagSelectorOptions } from '../../../../../src/remediation/selectors/rag.js';
import { createFakeTextProvider, type FakeScript } from '../../../../../src/testing/index.js';
import { quiet } from '../../retrieval/alerts.js';

export const FIXTURES = fileURLToPath(new URL('../../../../fixtures/runbooks/', import.meta.url));

/** A folder for the runbooks of one test; its path is there while the test runs. */
export const folder = { path: '' };

/** Makes the folder before each test of the file that calls this, and removes it afterwards. */
export function useFolder(): void {
  beforeEach(async () => {
    folder.path = await mkdtemp(path.join(tmpdir(), 'agent-trm-rag-'));
  });
  afterEach(() => rm(folder.path, { recursive: true, force: true }));
}

export async function select(
  alert: Alert,
  options: Partial<RagSelectorOptions> = {},
  catalog: Catalog = DEFAULT_CATALOG,
): Promise<SelectorOutcome> {
  const selector = createRagSelector({ runbooks: FIXTURES, ...options });
  try {
    return await selector.doSelect({ alert, catalog, signal: quiet() });
  } finally {
    await selector.dispose?.();
  }
}

export async function selectBy(markdown: string, alert: Alert, options: Partial<RagSelectorOptions> = {}) {
  const runbook = path.join(folder.path, 'RUNBOOK.md');
  await writeFile(runbook, markdown);
  return select(alert, { runbooks: runbook, ...options });
}

export const model = (script: FakeScript, jsonSchema = false) =>
  createFakeTextProvider(script, { name: 'fake', capabilities: { jsonSchema } });

export const POD = { pod: 'shop-0', namespace: 'shop' };
