import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'vitest';
import { createFileIncidentStore } from '../../../src/remediation/retrieval/incidents/index.js';
import { incidentStoreSuite } from '../../../src/testing/index.js';

incidentStoreSuite({
  describe,
  it,
  async create() {
    const folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-incidents-'));
    return {
      store: createFileIncidentStore({ path: path.join(folder, 'kept', 'incidents.jsonl') }),
      release: () => rm(folder, { recursive: true, force: true }),
    };
  },
});
