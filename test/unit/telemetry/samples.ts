import { createRandom } from '../../../src/core/random.js';
import { DEFAULT_CATALOG } from '../../../src/domain/index.js';
import { RemediationChain } from '../../../src/remediation/chain/index.js';
import type { Observer, PrometheusMetrics } from '../../../src/telemetry/index.js';
import { abstain, phase, restart } from './fixtures.js';

/** Every series that is exported, as `name{label="value",...}`, with its value. */
export async function seriesOf(metrics: PrometheusMetrics): Promise<Map<string, number>> {
  const lines = (await metrics.metricsText()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** The word that stands, with a number, in everything that the random alerts hold. */
export const WORD = 'zebra';

/**
 * Decides about random alerts with a phase that says anything: functions of the catalog, of the alert, of nobody;
 * abstentions for reasons of its own; errors that repeat the alert. Some bring a catalog of their own.
 */
export async function decideRandomAlerts(observer: Observer, count: number): Promise<void> {
  const random = createRandom('telemetry');
  const functions = DEFAULT_CATALOG.map(({ name }) => name);
  const word = () => `${WORD}-${random.integer(1e9)}`;
  const chain = new RemediationChain({
    phases: [
      phase('trm', (request) => {
        const say = random.integer(6);
        const confidence = random.next();
        if (say === 0) throw new Error(`cannot answer for ${request.alert.labels.pod}: ${word()}`);
        if (say === 1) return abstain(`${word()}` as never, confidence);
        if (say === 2) return { ...restart(request, confidence), lambdaFunction: word() };
        if (say === 3) return { ...restart(request, confidence), lambdaFunction: request.catalog[0]?.name ?? '' };
        if (say === 4) return { ...restart(request, confidence), lambdaFunction: random.pick(functions) };
        return restart(request, confidence);
      }),
      phase('rules', () => abstain(random.pick(['none-applies', 'no-evidence'] as const), random.next())),
    ],
  });
  observer.observe(chain);
  const [example] = DEFAULT_CATALOG;
  if (example === undefined) throw new Error('the default catalog is empty');
  for (let index = 0; index < count; index++) {
    const alert = {
      labels: { alertname: word(), pod: word(), namespace: word(), [`label_${random.integer(1e6)}`]: word() },
      annotations: { summary: word() },
      fingerprint: word(),
      status: random.chance(0.1) ? 'resolved' : 'firing',
    };
    const catalog = index % 20 === 0 ? { catalog: [{ ...example, name: word() }] } : {};
    const { lambdaFunction } = await chain.decide(alert, { correlationId: word(), ...catalog });
    observer.onOutcome({
      eventId: word(),
      call: { lambdaFunction: lambdaFunction ?? word() },
      outcome: random.pick([word(), 'effective', 'failed']),
      durationMs: random.next(),
    });
  }
}
