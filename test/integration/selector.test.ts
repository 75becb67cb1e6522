import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.js';
import { DEFAULT_CATALOG, InvalidInputError, TRMRemediationSelector } from '../../src/index.js';
import { runbookRowCases } from '../../src/training/index.js';
import { selector } from '../fixtures/bundled-selector.js';

const CRASH = {
  labels: {
    alertname: 'PodCrashLoopBackOff',
    namespace: 'shop',
    pod: 'checkout-7d9f8b6c5-x2x4z',
    container: 'checkout',
  },
};
const CLAIM = {
  labels: { alertname: 'PersistentVolumeFillingUpCritical', namespace: 'data', persistentvolumeclaim: 'db-0' },
};

describe('the selector with the bundled model', () => {
  it('carries everything that a decision promises', async () => {
    const decision = await selector.select(CRASH);
    expect(decision.method).toBe('trm_recursive_reasoning');
    expect(decision.iterations).toBeGreaterThanOrEqual(1);
    expect(decision.trace).toHaveLength(decision.iterations * selector.manifest.config.H_cycles);
    expect(decision.candidates).toHaveLength(DEFAULT_CATALOG.length + 1);
    expect(decision.candidates.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    expect(decision.confidence).toBeGreaterThanOrEqual(0);
    expect(decision.confidence).toBeLessThanOrEqual(1);
    expect(decision.accepted).toBe(decision.confidence >= 0.7);
  });

  it('answers a webhook, a CloudEvent and an array alike, in order', async () => {
    const alone = [await selector.select(CRASH), await selector.select(CLAIM)];
    const webhook = {
      version: '4',
      status: 'firing',
      alerts: [CRASH, CLAIM].map((alert) => ({ status: 'firing', ...alert })),
    };
    const event = {
      specversion: '1.0',
      id: '1',
      source: '/test',
      type: 'io.homelab.prometheus.alert.fired',
      data: webhook,
    };
    for (const input of [[CRASH, CLAIM], webhook, event]) {
      const decisions = await selector.selectAll(input);
      expect(decisions.map((decision) => decision.lambdaFunction)).toEqual(
        alone.map((decision) => decision.lambdaFunction),
      );
      for (const [index, decision] of decisions.entries()) {
        expect(decision.parameters).toEqual(alone[index]?.parameters);
        expect(decision.confidence).toBeCloseTo(alone[index]?.confidence ?? Number.NaN, 5);
      }
    }
  });

  it('does not depend on the order of labels', async () => {
    const random = createRandom('order');
    const decisions = await selector.selectAll(
      Array.from({ length: 6 }, () => ({ labels: Object.fromEntries(random.shuffle(Object.entries(CRASH.labels))) })),
    );
    for (const decision of decisions) expect(decision.parameters).toEqual(decisions[0]?.parameters);
  });

  it('answers the same alert the same way every time', async () => {
    const confidences = [];
    for (let round = 0; round < 3; round++) confidences.push((await selector.select(CRASH)).confidence);
    expect(new Set(confidences).size).toBe(1);
  });

  it.each([
    { precision: 'float32', tolerance: 1e-6 },
    // Padding moves the last bit of a sum, which can move a value over the edge of a quantisation level.
    { precision: 'int8', tolerance: 0.02 },
  ] as const)('answers alone as beside others in a batch, in $precision', async ({ precision, tolerance }) => {
    const own =
      precision === 'float32'
        ? selector
        : await TRMRemediationSelector.load({ executionProviders: ['cpu'], precision });
    try {
      const alerts = runbookRowCases({ seed: 3, renamings: 1 })
        .slice(3, 6)
        .map(({ alert }) => alert);
      const together = await own.selectAll(alerts);
      for (const [index, alert] of alerts.entries()) {
        const alone = await own.select(alert);
        const beside = together[index];
        expect(alone.lambdaFunction).toBe(beside?.lambdaFunction);
        expect(alone.parameters).toEqual(beside?.parameters);
        expect(Math.abs(alone.confidence - (beside?.confidence ?? Number.NaN))).toBeLessThanOrEqual(tolerance);
      }
    } finally {
      if (own !== selector) await own.dispose();
    }
  });

  it('chooses from the catalog that it is given', async () => {
    const catalog = DEFAULT_CATALOG.slice(3, 5);
    const { candidates } = await selector.select(CRASH, { catalog });
    expect(candidates.map(({ lambdaFunction }) => lambdaFunction).sort()).toEqual(
      [null, ...catalog.map(({ name }) => name)].sort(),
    );
  });

  it('takes a threshold for one call', async () => {
    expect((await selector.select(CRASH, { confidenceThreshold: 0 })).accepted).toBe(true);
    expect((await selector.select(CRASH, { confidenceThreshold: 1 })).accepted).toBe(false);
  });

  it('names the field of malformed input, and asks for selectAll for many alerts', async () => {
    await expect(selector.select({ labels: { alertname: 7, pod: null } })).rejects.toThrow(/labels/);
    await expect(selector.select([CRASH, CLAIM])).rejects.toThrow(/selectAll/);
    await expect(selector.select({})).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('gives up when the signal has fired', async () => {
    await expect(selector.select(CRASH, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
