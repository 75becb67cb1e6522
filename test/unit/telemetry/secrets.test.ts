import { describe, expect, it } from 'vitest';
import { DeliveryError, ProviderError } from '../../../src/core/errors.js';
import {
  combineObservers,
  createLogger,
  createOpenTelemetry,
  createPrometheusMetrics,
  logEvents,
} from '../../../src/telemetry/index.js';
import { abstain, alertOf, phase, restart, startAgent } from './fixtures.js';
import { startSdk } from './open-telemetry-sdk.js';

/** Secrets that are known by their shape, wherever they stand. */
const SHAPED = {
  url: 'https://admin:hunter2-in-url@db.internal/x',
  bearer: 'Authorization: Bearer abc123.def456.ghi789',
  key: 'sk-plantedplantedplanted123',
  query: 'https://api.internal/v1?token=planted-in-query',
};
const NEEDLES = ['hunter2-in-url', 'abc123.def456', 'plantedplantedplanted', 'planted-in-query'];

/** What only whoever configured it knows to be a secret. */
const CONFIGURED = 'correct horse battery staple';

/** What is in labels and annotations is nobody's business, secret or not. */
const PRIVATE = 'private-7f3a9';

const planted = Object.values(SHAPED).join(' ');

describe('secrets that are planted everywhere', () => {
  it.each([false, true])('appear in no log, span or metric (content: %s)', async (content) => {
    const lines: string[] = [];
    const sdk = startSdk();
    const secrets = [CONFIGURED];
    const logger = await createLogger({ level: 'debug', secrets, destination: { write: (line) => lines.push(line) } });
    const metrics = await createPrometheusMetrics({ aliases: true });
    const telemetry = await createOpenTelemetry({ tracer: sdk.tracer, meter: sdk.meter, content, secrets });
    const observer = combineObservers([metrics, telemetry, logEvents(logger, { content, secrets })]);

    const said = `${planted} ${CONFIGURED}`;
    const agent = await startAgent(observer, {
      phases: [
        phase('annotation', () => {
          throw new ProviderError('p', 'unavailable', said, { cause: new Error(said) });
        }),
        phase('rag', () => ({ ...abstain(), detail: said })),
        phase('trm', (request) => ({ ...restart(request), reasoning: said })),
      ],
      sink: () => ({ status: 500, body: said }),
    });
    const alert = alertOf(
      { alertname: `Alert ${said}`, token: PRIVATE, note: said },
      { summary: `${PRIVATE} ${said}`, description: said },
    );
    const [remediation] = await agent.remediator.remediate(alert, { correlationId: said });
    expect(remediation?.outcome).toBe('undelivered');
    observer.onRuntimeEvent({ type: 'worker-lost', reason: said });
    observer.onOutcome({ eventId: said, call: { lambdaFunction: said }, outcome: said, durationMs: 1 });
    logger.error({ error: new DeliveryError(said), password: 'pw', deep: { list: [said] } }, said);

    const spans = sdk.spans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
    const out = {
      logs: lines.join(''),
      spans: JSON.stringify(spans),
      metrics: await metrics.metricsText(),
      points: JSON.stringify(await sdk.points()),
    };
    await sdk.stop();
    // It is there, only blanked out.
    expect(lines.length).toBeGreaterThan(8);
    expect(spans.length).toBeGreaterThan(4);
    expect(out.logs).toContain('[redacted]');
    for (const [where, text] of Object.entries(out)) {
      for (const needle of [...NEEDLES, CONFIGURED, PRIVATE, '"pw"']) {
        expect(text.includes(needle), `${needle} in ${where}`).toBe(false);
      }
    }
  });
});
