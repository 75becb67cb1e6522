import assert from 'node:assert/strict';
import { AbortedError, DisposedError, InvalidInputError } from '../core/errors.js';
import type { Alert } from '../domain/index.js';
import type { Incident, IncidentStore } from '../remediation/retrieval/incidents/index.js';

/** A store under test. */
export interface IncidentStoreSubject {
  /** Empty. */
  readonly store: IncidentStore;
  /** Called after each test. */
  release(): Promise<void>;
}

export interface IncidentStoreSuiteOptions {
  /** `describe` and `it` of vitest, Jest or node:test. */
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
  /** Makes the subject of one test. */
  readonly create: () => Promise<IncidentStoreSubject>;
}

/** Registers the tests that every incident store has to pass. */
export function incidentStoreSuite(options: IncidentStoreSuiteOptions): void {
  const { describe, it, create } = options;
  const test = (name: string, body: (store: IncidentStore) => Promise<void>): void => {
    it(name, async () => {
      const subject = await create();
      try {
        await body(subject.store);
      } finally {
        await subject.store.dispose();
        await subject.release();
      }
    });
  };

  describe('incident store', () => {
    test('is empty at first', async (store) => {
      assert.deepEqual(await store.all(), []);
      assert.deepEqual(await store.nearest(alertOf('PodDown'), 5), []);
    });

    test('gives back what was added, in order', async (store) => {
      const incidents = ['a', 'b', 'c'].map((id) => incidentOf(id, 'PodDown'));
      for (const incident of incidents) await store.add(incident);
      assert.deepEqual(await store.all(), incidents);
    });

    test('takes another record of an incident in its place', async (store) => {
      await store.add(incidentOf('a', 'PodDown', { outcome: 'unknown' }));
      await store.add(incidentOf('b', 'PodDown'));
      await store.add(incidentOf('a', 'PodDown', { outcome: 'failed' }));
      assert.deepEqual(
        (await store.all()).map(({ id, outcome }) => [id, outcome]),
        [
          ['a', 'failed'],
          ['b', 'effective'],
        ],
      );
      assert.equal((await store.nearest(alertOf('PodDown'), 5)).length, 2);
    });

    test('finds the incidents whose alerts are most alike, best first', async (store) => {
      await store.add(incidentOf('other', 'CertificateExpired'));
      await store.add(incidentOf('same', 'PodCrashLooping'));
      await store.add(incidentOf('alike', 'KubePodNotReady'));
      const near = await store.nearest(alertOf('PodCrashLooping'), 5);
      assert.deepEqual(
        near.map(({ incident }) => incident.id),
        ['same', 'alike'],
      );
      for (const { similarity } of near) assert.ok(similarity > 0 && similarity <= 1);
      assert.ok((near[0]?.similarity ?? 0) > 0.99);
      assert.ok((near[1]?.similarity ?? 1) < 0.9);
      assert.equal((await store.nearest(alertOf('PodCrashLooping'), 1)).length, 1);
    });

    test('prefers the newest of equals', async (store) => {
      await store.add(incidentOf('new', 'PodDown', { at: '2026-03-01T00:00:00Z' }));
      await store.add(incidentOf('newest', 'PodDown', { at: '2026-03-02T00:00:00+01:00' }));
      await store.add(incidentOf('old', 'PodDown', { at: '2025-03-01T00:00:00Z' }));
      const near = await store.nearest(alertOf('PodDown'), 5);
      assert.deepEqual(
        near.map(({ incident }) => incident.id),
        ['newest', 'new', 'old'],
      );
    });

    test('takes many at once', async (store) => {
      const ids = Array.from({ length: 50 }, (_, index) => `id-${index}`);
      await Promise.all(ids.map((id) => store.add(incidentOf(id, 'PodDown'))));
      assert.deepEqual((await store.all()).map(({ id }) => id).sort(), [...ids].sort());
    });

    test('refuses what is no incident, and names the field', async (store) => {
      const good = incidentOf('a', 'PodDown');
      const bad: readonly [unknown, string][] = [
        [null, ''],
        [{ ...good, id: '' }, 'id'],
        [{ ...good, alert: { labels: {} } }, 'alert.labels.alertname'],
        [{ ...good, call: { parameters: {} } }, 'call.lambdaFunction'],
        [{ ...good, outcome: 'fine' }, 'outcome'],
        [{ ...good, at: 'yesterday' }, 'at'],
        [{ ...good, at: '2026-02-31' }, 'at'],
      ];
      for (const [incident, path] of bad) {
        await assert.rejects(
          store.add(incident as Incident),
          (error) => InvalidInputError.isInstance(error) && error.path === path,
          `field ${path}`,
        );
      }
      assert.deepEqual(await store.all(), []);
    });

    test('keeps no secrets and no endless texts', async (store) => {
      const secret = 'hf_abcdefghijklmnop';
      const { alert } = incidentOf('a', 'PodDown');
      await store.add({
        ...incidentOf('a', 'PodDown', { parameters: { name: `Bearer ${secret}1` } }),
        alert: {
          ...alert,
          labels: { ...alert.labels, token: secret },
          annotations: { summary: `https://user:hunter2@host/ ${'x'.repeat(4_000)}` },
        },
      });
      const [kept] = await store.all();
      const text = JSON.stringify(kept);
      assert.ok(!text.includes(secret) && !text.includes('hunter2'));
      assert.ok(text.length < 3_000);
    });

    test('keeps incidents in which nothing was done', async (store) => {
      const incident = { ...incidentOf('a', 'PodDown'), call: null };
      await store.add(incident);
      assert.deepEqual(await store.all(), [incident]);
    });

    test('does nothing when the signal has fired before', async (store) => {
      const signal = AbortSignal.abort();
      const calls = [
        () => store.add(incidentOf('a', 'PodDown'), { signal }),
        () => store.all({ signal }),
        () => store.nearest(alertOf('PodDown'), 1, { signal }),
      ];
      for (const call of calls) await assert.rejects(call, (error) => AbortedError.isInstance(error));
      assert.deepEqual(await store.all(), []);
    });

    test('can be disposed twice, and is of no use after that', async (store) => {
      await store.add(incidentOf('a', 'PodDown'));
      await Promise.all([store.dispose(), store.dispose()]);
      const calls = [
        () => store.add(incidentOf('b', 'PodDown')),
        () => store.all(),
        () => store.nearest(alertOf('PodDown'), 1),
      ];
      for (const call of calls) await assert.rejects(call, (error) => DisposedError.isInstance(error));
    });
  });
}

function alertOf(alertname: string): Alert {
  return { labels: { alertname }, annotations: {}, metrics: {}, status: 'firing' };
}

function incidentOf(
  id: string,
  alertname: string,
  changes: {
    readonly outcome?: Incident['outcome'];
    readonly at?: string;
    readonly parameters?: Record<string, string>;
  } = {},
): Incident {
  const { outcome = 'effective', at = '2026-01-31T08:00:00Z', parameters = { name: 'shop-0' } } = changes;
  return {
    id,
    alert: { labels: { alertname, instance: 'shop-0' }, annotations: {}, metrics: {} },
    call: { lambdaFunction: 'pod-restart', parameters },
    outcome,
    at,
  };
}
