import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AuditRecord } from '../../../../src/server/types.js';

/** A record as the service writes it. */
export function recordOf(overrides: Partial<AuditRecord> = {}): AuditRecord {
  return {
    time: '2027-03-01T12:00:00.000Z',
    requestId: 'request-1',
    principal: 'sre',
    remoteAddress: '192.0.2.1',
    action: 'select',
    status: 200,
    alertFingerprint: 'c0ffee',
    decision: { lambdaFunction: 'pod-restart', accepted: true, confidence: 0.93 },
    model: 'remediation-v1',
    attempts: [{ phase: 'trm', outcome: 'taken' }],
    outcome: 'selected',
    ...overrides,
  };
}

/** A folder of a test, and the path of a log in it. */
export async function makeFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-audit-'));
  return { folder, file: path.join(folder, 'audit.jsonl'), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The lines of all files of a folder, the oldest file first. */
export async function linesOf(folder: string): Promise<Record<string, unknown>[]> {
  // A digit sorts before a letter, so the current file comes last.
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
