import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.js';
import { RemediationChain } from '../../../src/remediation/chain/index.js';
import { createLogger, guardLogger, type LoggerLike, logEvents } from '../../../src/telemetry/index.js';
import { abstain, alertOf, doEverything, phase, restart, startAgent } from './fixtures.js';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly event?: string;
  readonly [key: string]: unknown;
}

/** A logger that keeps its lines. */
async function keeping(options: Parameters<typeof createLogger>[0] = {}) {
  const raw: string[] = [];
  const logger = await createLogger({ level: 'debug', destination: { write: (line) => raw.push(line) }, ...options });
  return { logger, raw, lines: () => raw.map((line) => JSON.parse(line) as Line) };
}

afterEach(() => vi.restoreAllMocks());

describe('the log of events', () => {
  it('has a line for everything that happens', async () => {
    const { logger, lines } = await keeping();
    await doEverything(logEvents(logger));
    const events = new Set(lines().map(({ event }) => event));
    for (const expected of [
      'chain_started',
      'phase_ended',
      'chain_decided',
      'chain_aborted',
      'remediation_ended',
      'remediation_failed',
      'remediation_joined',
      'confirmation_failed',
      'release_failed',
      'guardrails_judged',
      'event_delivered',
      'outcome_recorded',
      'trm_client_initialized',
      'trm_generation_started',
      'trm_generation_completed',
      'trm_generation_failed',
      'trm_provider_fallback',
      'runtime_event',
      'request_ended',
      'request_refused',
      'alert_skipped',
      'request_failed',
      'model_switched',
      'model_refused',
      'limiter_failed',
      'draining',
    ]) {
      expect(events, expected).toContain(expected);
    }
    expect(lines().find(({ event }) => event === 'alert_skipped')).toMatchObject({
      level: 'warn',
      alert_index: 1,
      alertname: 'PodCrashLooping',
      fingerprint: 'f00d',
      expected: 'alerts[1].startsAt: expected a time',
    });
  });

  it('says what was decided about which alert, and nothing of what was said', async () => {
    const { logger, lines } = await keeping();
    const chain = new RemediationChain({
      phases: [phase('rules', () => abstain()), phase('trm', (request) => restart(request))],
    });
    logEvents(logger).observe(chain);
    await chain.decide(alertOf(), { correlationId: 'c1' });
    expect(lines().find(({ event }) => event === 'chain_decided')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      name: 'agent-trm',
      msg: 'chain_decided',
      event: 'chain_decided',
      correlation_id: 'c1',
      alertname: 'PodCrashLooping',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      outcome: 'selected',
      lambda_function: 'pod-restart',
      confidence: 0.9,
      phase: 'trm',
      duration_ms: expect.any(Number),
      attempts: ['rules abstained', 'trm taken'],
    });
    expect(JSON.stringify(lines())).not.toContain('crashes');
  });

  it('says what was said when that is asked for', async () => {
    const { logger, lines } = await keeping();
    const logs = logEvents(logger, { content: true });
    const { remediator } = await startAgent(logs, {
      phases: [phase('trm', (request) => restart(request))],
      policy: { mode: 'suggest' },
    });
    await remediator.remediate(alertOf());
    const find = (event: string) => lines().find((line) => line.event === event);
    expect(find('chain_decided')).toMatchObject({ reasoning: 'it crashes' });
    expect(find('remediation_ended')).toMatchObject({
      outcome: 'refused',
      refusals: ['mode'],
      details: [expect.stringContaining('would have called')],
    });
  });

  it('names no alert where two decisions share a correlation id, which could be the wrong one', async () => {
    const { logger, lines } = await keeping({ level: 'info' });
    const chain = new RemediationChain({ phases: [phase('trm', (request) => restart(request))] });
    logEvents(logger).observe(chain);
    const decide = (pod: string) => chain.decide(alertOf({ pod }), { correlationId: 'same' });
    await Promise.all([decide('a-0'), decide('b-0')]);
    await decide('c-0');
    expect(lines().map(({ alertname }) => alertname)).toEqual([undefined, undefined, 'PodCrashLooping']);
  });

  it('lets nothing of an alert break out of its line', async () => {
    const { logger, raw } = await keeping();
    const plain: string[] = [];
    const text: LoggerLike = {
      debug: () => undefined,
      info: (message: string, fields: object) => plain.push(`${message} ${Object.values(fields).join(' ')}`),
      warn: () => undefined,
      error: () => undefined,
    };
    const chain = new RemediationChain({ phases: [phase('trm', (request) => restart(request))] });
    logEvents(logger).observe(chain);
    logEvents(text, { first: 'message' }).observe(chain);
    const alertname = `x\n{"level":"error"}\r\u001b[31m\u2028${'y'.repeat(4_000)}`;
    await chain.decide(alertOf({ alertname }), { correlationId: '\u0000\n' });
    for (const line of [...raw, ...plain]) {
      expect(line.trimEnd()).not.toMatch(/[\p{Cc}\u2028]/u);
      expect(line.length).toBeLessThan(2_000);
    }
    expect(plain.join()).toContain('x\\u000a{"level":"error"}');
  });

  it.each(['throws', 'rejects'] as const)('breaks no decision when the logger %s, and warns once', async (how) => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const fail = (): unknown => {
      if (how === 'throws') throw new RangeError('disk full');
      return Promise.reject(new RangeError('disk full'));
    };
    const logger: LoggerLike = { debug: fail, info: fail, warn: fail, error: fail };
    const chain = new RemediationChain({ phases: [phase('trm', (request) => restart(request))] });
    logEvents(logger).observe(chain);
    const decision = await chain.decide(alertOf());
    expect(decision.lambdaFunction).toBe('pod-restart');
    await new Promise((resolve) => setImmediate(resolve));
    expect(warn.mock.calls).toEqual([['a logger failed, which is ignored: RangeError', 'AgentTrmWarning']]);
  });
});

describe('a logger', () => {
  it('writes the levels that it is told to', async () => {
    const { logger, lines } = await keeping({ level: 'warn', name: 'service' });
    logger.info({ a: 1 }, 'no');
    logger.warn({ a: 1 }, 'yes');
    expect(lines()).toEqual([expect.objectContaining({ level: 'warn', name: 'service', a: 1, msg: 'yes' })]);
    const silent = await keeping({ level: 'silent' });
    silent.logger.error({}, 'no');
    expect(silent.raw).toEqual([]);
  });

  it('keeps the fields that pino writes by itself', async () => {
    const { logger, lines } = await keeping({ secrets: ['opensesame'] });
    logger.error({ say: 'opensesame!' }, 'opensesame');
    expect(lines()).toEqual([expect.objectContaining({ level: 'error', say: '[redacted]!', msg: '[redacted]' })]);
  });

  it('is refused when it lacks a method, or the level is none', async () => {
    expect(() => guardLogger({ info: () => undefined } as never)).toThrow(
      /^logger: expected debug, info, warn and error/,
    );
    expect(() => guardLogger(undefined as never)).toThrow(ConfigurationError);
    await expect(createLogger({ level: 'loud' as never })).rejects.toThrow(/^level: expected one of debug, info/);
  });
});
