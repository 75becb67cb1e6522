import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAudit } from '../../../../src/cli/serve/open-audit.js';
import { resolveServeConfig } from '../../../../src/config/index.js';
import { verifyAuditLog } from '../../../../src/server/audit/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-trm-audit-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const RECORD = {
  time: '2026-01-31T08:00:00.000Z',
  requestId: 'r1',
  principal: 'agent',
  remoteAddress: '127.0.0.1',
  action: 'refused',
  status: 400,
  reason: 'malformed',
} as const;

describe('the audit log of serve', () => {
  it('logs what was wrong with the log that is there, and what somebody else changes', async () => {
    const path = join(folder, 'audit.jsonl');
    const config = resolveServeConfig({ auditLog: path }, {});
    const lines: unknown[] = [];
    const note = (fields: object, message: string): unknown => lines.push([message, fields]);
    const open = () => openAudit(config, { info: note, error: note }, () => undefined);
    await (await open())?.close();
    expect(lines).toEqual([]);

    await appendFile(path, '{"seq":');
    const second = await open();
    expect(lines).toEqual([
      ['audit_found', { kind: 'torn', bytes: 7, fragment_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    ]);
    await appendFile(path, 'not a line of ours\n');
    second?.write(RECORD);
    await second?.flush();
    expect(lines.slice(1)).toEqual([
      ['audit_changed', { expected_bytes: expect.any(Number), found_bytes: expect.any(Number) }],
    ]);
    const [, { expected_bytes: expected, found_bytes: found }] = lines[1] as [
      string,
      { expected_bytes: number; found_bytes: number },
    ];
    expect(found - expected).toBe('not a line of ours\n'.length);
    await second?.close();
    // The chain has the one as a note, and the other breaks it.
    const report = await verifyAuditLog({ path });
    expect(report.notes).toMatchObject([{ kind: 'torn' }]);
    expect(report.broken).toBeDefined();
  });

  it('is none where none was asked for', async () => {
    const nobody = (): never => {
      throw new Error('nothing is to be logged');
    };
    const config = resolveServeConfig({}, {});
    expect(await openAudit(config, { info: nobody, error: nobody }, nobody)).toBeUndefined();
  });
});
