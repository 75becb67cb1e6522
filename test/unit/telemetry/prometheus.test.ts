import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.js';
import { RemediationChain } from '../../../src/remediation/chain/index.js';
import { createPrometheusMetrics, METRICS, type PrometheusMetrics } from '../../../src/telemetry/index.js';
import { abstain, alertOf, doEverything, phase, restart, startAgent } from './fixtures.js';
import { decideRandomAlerts, seriesOf, WORD } from './samples.js';

/** The value of one series; undefined when it is not exported. */
async function sample(metrics: PrometheusMetrics, series: string): Promise<number | undefined> {
  return (await seriesOf(metrics)).get(series);
}

describe('the Prometheus metrics', () => {
  it('all move when everything happens once', async () => {
    const metrics = await createPrometheusMetrics({ aliases: true });
    const before = await seriesOf(metrics);
    await doEverything(metrics);
    const after = await seriesOf(metrics);
    const moved = [...after].filter(([series, value]) => before.get(series) !== value).map(([series]) => series);
    for (const [name, { kind }] of Object.entries(METRICS)) {
      const base = `agent_trm_${name}${kind === 'histogram' ? '_count' : ''}`;
      expect(
        moved.filter((series) => series.startsWith(`${base}{`) || series === base),
        base,
      ).not.toEqual([]);
    }
    for (const name of ['inference_total', 'inference_duration_seconds_count', 'confidence_score_count']) {
      expect(
        moved.some((series) => series.startsWith(`agent_sre_trm_${name}`)),
        name,
      ).toBe(true);
    }
    expect(moved).toContain('agent_sre_trm_model_loaded');
  });

  it('count each thing once, under the labels that say what happened', async () => {
    const metrics = await createPrometheusMetrics();
    await doEverything(metrics);
    const after = await seriesOf(metrics);
    const expected = {
      // One for two alerts at once, one for the alert that came again.
      'agent_trm_selections_total{tier="trm",decision="selected",function="pod-restart"}': 2,
      'agent_trm_selections_total{tier="none",decision="aborted",function="none"}': 1,
      'agent_trm_fallbacks_total{from="annotation",to="trm",reason="abstained"}': 2,
      'agent_trm_abstentions_total{reason="no-evidence"}': 2,
      'agent_trm_abstentions_total{reason="contradiction"}': 0,
      agent_trm_supervision_steps_sum: 6,
      'agent_trm_confidence_threshold{tier="trm"}': 0.7,
      // Seen by the watched guardrails and by the Remediator that asked them.
      'agent_trm_guardrail_verdicts_total{mode="auto",result="refuse"}': 1,
      'agent_trm_guardrail_refusals_total{check="duplicate"}': 1,
      'agent_trm_remediations_total{outcome="acted",function="pod-restart"}': 2,
      'agent_trm_remediations_total{outcome="undelivered",function="pod-restart"}': 1,
      'agent_trm_remediations_total{outcome="failed",function="none"}': 2,
      agent_trm_remediations_joined_total: 1,
      'agent_trm_settlement_failures_total{step="confirm"}': 1,
      'agent_trm_settlement_failures_total{step="release"}': 1,
      'agent_trm_events_total{result="delivered"}': 1,
      'agent_trm_event_delivery_attempts_total{code="retried"}': 1,
      'agent_trm_event_delivery_attempts_total{code="202"}': 1,
      'agent_trm_outcomes_total{function="pod-restart",outcome="effective"}': 1,
      'agent_trm_outcomes_total{function="pod-restart",outcome="failed"}': 1,
      'agent_trm_generations_total{provider="hugging-face",outcome="completed"}': 1,
      'agent_trm_generations_total{provider="none",outcome="failed"}': 1,
      'agent_trm_provider_fallbacks_total{from="ollama",to="hugging-face",reason="unavailable"}': 1,
      'agent_trm_tokens_total{provider="hugging-face"}': 10,
      'agent_trm_runtime_events_total{event="worker-lost",provider="none"}': 1,
      agent_trm_inference_queue_size: 2,
      agent_trm_inference_requests_in_flight: 5,
      agent_trm_inference_batch_size_sum: 3,
      'agent_trm_breaker_state{dependency="ollama"}': 2,
      // The one that was set last, and not the one that it took the place of.
      'agent_trm_model_info{sha="abababababab",calibration="isotonic"}': 1,
      'agent_trm_model_info{sha="cdcdcdcdcdcd",calibration="unknown"}': undefined,
      agent_trm_calibration_timestamp_seconds: 1_767_225_600,
      'agent_trm_http_requests_total{route="/v1/models/:id",method="GET",code="200"}': 1,
      'agent_trm_requests_refused_total{reason="rate-limit"}': 1,
      agent_trm_audit_records_lost_total: 2,
    };
    const found = Object.fromEntries(Object.keys(expected).map((series) => [series, after.get(series)]));
    expect(found).toEqual(expected);
  });

  it('tell what the sink did not take, and why', async () => {
    const metrics = await createPrometheusMetrics();
    const agent = await startAgent(metrics, { phases: [phase('trm', (request) => restart(request))], sink: () => 503 });
    const [remediation] = await agent.remediator.remediate(alertOf());
    expect(remediation?.outcome).toBe('undelivered');
    expect(await sample(metrics, 'agent_trm_events_total{result="unavailable"}')).toBe(1);
    expect(await sample(metrics, 'agent_trm_event_delivery_attempts_total{code="503"}')).toBe(1);
    expect(await sample(metrics, 'agent_trm_event_delivery_attempts_total{code="retried"}')).toBe(2);
  });

  it('stop moving when nobody listens any more', async () => {
    const metrics = await createPrometheusMetrics();
    const chain = new RemediationChain({ phases: [phase('rules', () => abstain())] });
    const stop = metrics.observe(chain);
    await chain.decide(alertOf());
    stop();
    stop();
    await chain.decide(alertOf());
    const series = 'agent_trm_selections_total{tier="none",decision="escalated",function="none"}';
    expect(await sample(metrics, series)).toBe(1);
    expect(chain.events.eventNames()).toEqual([]);
  });

  it('have few series, whatever 10,000 alerts and their catalogs say', async () => {
    const metrics = await createPrometheusMetrics({ aliases: true });
    await decideRandomAlerts(metrics, 10_000);
    const all = await seriesOf(metrics);
    expect(await sample(metrics, 'agent_trm_phase_attempts_total{tier="trm",outcome="refused"}')).toBeGreaterThan(
      1_000,
    );
    // Histograms are most of it: 16 or 13 buckets for each of a handful of label sets.
    expect(all.size).toBeLessThan(800);
    expect(await metrics.metricsText()).not.toContain(WORD);
  });

  it('have bounds for names as well: of thousands, a few dozen are told apart', async () => {
    const metrics = await createPrometheusMetrics();
    for (let index = 0; index < 5_000; index++) {
      metrics.gauges.breaker(`dependency-${index}`, 'closed');
      metrics.onOutcome({ call: { lambdaFunction: `f-${index}` }, outcome: `o-${index}` });
    }
    metrics.gauges.breaker('new\nline', 'open');
    const names = [...(await seriesOf(metrics)).keys()];
    expect(names.filter((name) => name.startsWith('agent_trm_breaker_state'))).toHaveLength(65);
    expect(names.filter((name) => name.startsWith('agent_trm_outcomes_total'))).toEqual([
      'agent_trm_outcomes_total{function="other",outcome="other"}',
    ]);
  });

  it('tell the functions of the given catalog apart', async () => {
    const [pod] = (await import('../../../src/domain/index.js')).DEFAULT_CATALOG;
    const metrics = await createPrometheusMetrics({ catalog: [{ ...pod!, name: 'drain-node' }] });
    for (const lambdaFunction of ['drain-node', 'pod-restart']) {
      metrics.onOutcome({ call: { lambdaFunction }, outcome: 'effective' });
    }
    expect(await sample(metrics, 'agent_trm_outcomes_total{function="drain-node",outcome="effective"}')).toBe(1);
    expect(await sample(metrics, 'agent_trm_outcomes_total{function="other",outcome="effective"}')).toBe(1);
  });

  it('count an outcome that is told twice once', async () => {
    const metrics = await createPrometheusMetrics();
    const result = { call: { lambdaFunction: 'pod-restart', origin: { id: 'e1' } }, outcome: 'ineffective' };
    metrics.onOutcome(result);
    metrics.onOutcome(result);
    metrics.onOutcome({ call: result.call });
    expect(await sample(metrics, 'agent_trm_outcomes_total{function="pod-restart",outcome="ineffective"}')).toBe(1);
  });

  it('know nothing of a model before there is one, and when there is none any more', async () => {
    const metrics = await createPrometheusMetrics();
    const gauges = async () =>
      [...(await seriesOf(metrics)).keys()].filter((name) => /model_info|calibration/.test(name));
    expect(await gauges()).toEqual([]);
    metrics.gauges.model({ sha256: 'ab'.repeat(32), calibratedAt: 1_000 });
    expect(await gauges()).toHaveLength(2);
    metrics.gauges.model(null);
    expect(await gauges()).toEqual([]);
  });

  it('leave out numbers that are none', async () => {
    const metrics = await createPrometheusMetrics();
    metrics.onOutcome({ call: { lambdaFunction: 'pod-restart' }, outcome: 'effective', durationMs: Number.NaN });
    metrics.gauges.auditLost(Number.NaN);
    metrics.gauges.model({ sha256: 'no hash', calibration: '{evil="1"}', calibratedAt: Number.POSITIVE_INFINITY });
    expect(await metrics.metricsText()).not.toMatch(/NaN|evil/);
    expect(await sample(metrics, 'agent_trm_model_info{sha="other",calibration="other"}')).toBe(1);
  });
});

describe('the earlier names', () => {
  it('are those of the phase trm only, and switched off unless asked for', async () => {
    const plain = await createPrometheusMetrics();
    expect(await plain.metricsText()).not.toMatch(/^[^#\n]*agent_sre|^trm_/m);

    const metrics = await createPrometheusMetrics({ aliases: '' });
    const chain = new RemediationChain({
      phases: [
        phase('annotation', () => abstain()),
        phase('trm', (request) => {
          if (request.alert.labels.pod === 'broken') throw new Error('for pod broken');
          return restart(request, request.alert.labels.pod === 'unsure' ? 0.2 : 0.9);
        }),
      ],
    });
    metrics.observe(chain);
    for (const pod of ['checkout-0', 'unsure', 'broken']) await chain.decide(alertOf({ pod }));
    metrics.gauges.model({ sha256: 'ab'.repeat(32) });
    const all = await seriesOf(metrics);
    const method = 'method="trm_recursive_reasoning"';
    expect(Object.fromEntries([...all].filter(([name]) => /^trm_(?!.*_bucket)/.test(name)))).toMatchObject({
      [`trm_inference_total{${method},status="success"}`]: 2,
      [`trm_inference_total{${method},status="error"}`]: 1,
      [`trm_inference_duration_seconds_count{${method}}`]: 3,
      trm_confidence_score_count: 2,
      'trm_fallback_total{reason="below-threshold"}': 1,
      'trm_fallback_total{reason="failed"}': 1,
      'trm_fallback_total{reason="abstained"}': 0,
      trm_model_loaded: 1,
    });
    metrics.gauges.model(null);
    expect(await sample(metrics, 'trm_model_loaded')).toBe(0);
  });
});

describe('where the metrics are registered', () => {
  it('is a registry of the caller, under a prefix of the caller', async () => {
    const registry = new Registry();
    const metrics = await createPrometheusMetrics({ registry, prefix: 'sre_', processMetrics: true });
    expect(metrics.registry).toBe(registry);
    const text = await metrics.metricsText();
    expect(text).toContain('# TYPE sre_selections_total counter');
    expect(text).toContain('process_resident_memory_bytes');
    expect(metrics.contentType).toMatch(/^text\/plain/);
  });

  it('refuses names that are taken and leaves nothing half-done behind', async () => {
    const registry = new Registry();
    await createPrometheusMetrics({ registry, aliases: true });
    const before = registry.getMetricsAsArray().length;
    // Only the aliases clash, after all others have been registered.
    const again = createPrometheusMetrics({ registry, prefix: 'second_', aliases: true });
    await expect(again).rejects.toThrow(/^registry: .*agent_sre_trm_inference_total/);
    await expect(again).rejects.toBeInstanceOf(ConfigurationError);
    expect(registry.getMetricsAsArray()).toHaveLength(before);
    await createPrometheusMetrics({ registry, prefix: 'second_' });
  });

  it.each([{ prefix: '9x' }, { prefix: 'a-b' }, { aliases: 'a b' }, { prefix: 5 as never }])(
    'refuses the prefix of %j',
    async (options) => {
      await expect(createPrometheusMetrics(options)).rejects.toThrow(/expected letters, digits and underscores/);
    },
  );

  it('refuses to observe what emits nothing', async () => {
    const metrics = await createPrometheusMetrics();
    expect(() => metrics.observe({} as never)).toThrow(/^observe: expected a RemediationChain/);
  });
});
