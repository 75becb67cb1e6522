import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.js';
import { createMemoryIncidentStore } from '../../../src/remediation/retrieval/incidents/index.js';
import { incidentStoreSuite } from '../../../src/testing/index.js';
import { incidentOf } from '../../unit/remediation/retrieval/incidents/incidents.js';

incidentStoreSuite({
  describe,
  it,
  create: async () => ({ store: createMemoryIncidentStore(), release: async () => undefined }),
});

it('says when it is full, and still takes another record of what it has', async () => {
  const store = createMemoryIncidentStore({ maxIncidents: 2 });
  await store.add(incidentOf({ id: 'a' }));
  await store.add(incidentOf({ id: 'b' }));
  await expect(store.add(incidentOf({ id: 'c' }))).rejects.toThrow(ConfigurationError);
  await store.add(incidentOf({ id: 'a', outcome: 'failed' }));
  expect((await store.all()).map(({ outcome }) => outcome)).toEqual(['failed', 'effective']);
});
