import { Readable } from 'node:stream';
import type { CommanderError } from 'commander';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decideCommand } from '../../../src/cli/commands/decide.js';
import { EXIT, exitCodeOf } from '../../../src/cli/exit-codes.js';
import { LAMBDA_TRIGGER, SOURCE } from '../../../src/cloudevents/index.js';
import { ConfigurationError, InvalidInputError } from '../../../src/core/errors.js';
import { type SinkScript, startSink } from '../cloudevents/loopback.js';
import { folderOf } from '../remediation/chain/fixtures.js';

const CRASH = { labels: { alertname: 'PodCrashLooping', pod: 'shop-0', namespace: 'shop' } };
const NOBODY = { labels: { alertname: 'OfficePlantThirsty', room: '2.14' } };
const WEBHOOK = { version: '4', status: 'firing', alerts: [CRASH, NOBODY] };
const ONE = JSON.stringify(CRASH);
/** Phases that need neither a model nor files. */
const CHEAP = ['--phases', 'annotation,rules'];

const files = await folderOf({
  'webhook.json': JSON.stringify(WEBHOOK),
  'alerts.jsonl': `${ONE}\n${JSON.stringify(NOBODY)}\n`,
  'broken.json': '{"labels": ',
  'empty.json': ' \n',
  'nameless.json': '{"labels": {"pod": "shop-0"}}',
  'catalog.json': '[{"name": "pod-check-status", "parameters": {"properties": {"pod": {"type": "string"}}}}]',
  'rules.yaml': 'version: 1\nrules: []\n',
  stop: '',
});
const at = (name: string): string => `${files.path}/${name}`;
afterAll(() => files.remove());

const sinks: Awaited<ReturnType<typeof startSink>>[] = [];
beforeEach(() => {
  for (const name of ['BROKER_URL', 'K_SINK', 'OLLAMA_MODEL', 'TRM_RULES', 'TRM_KILL_SWITCH']) vi.stubEnv(name, '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = undefined;
  for (const sink of sinks.splice(0)) await sink.close();
});

async function sinkAs(script: SinkScript): Promise<(typeof sinks)[number]> {
  const sink = await startSink(script);
  sinks.push(sink);
  vi.stubEnv('BROKER_URL', sink.origin);
  return sink;
}

/** Runs the command in this process and gives what it wrote to standard output. */
async function decide(...parameters: string[]): Promise<string> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
  const outputs = { writeOut: (text: string) => void written.push(text), writeErr: () => undefined };
  try {
    await decideCommand().exitOverride().configureOutput(outputs).parseAsync(parameters, { from: 'user' });
  } catch (error) {
    if ((error as CommanderError).code !== 'commander.helpDisplayed') throw error;
  } finally {
    write.mockRestore();
  }
  return written.join('');
}

const RESTART = {
  outcome: 'selected',
  lambda_function: 'pod-restart',
  parameters: { name: 'shop-0', namespace: 'shop', type: 'pod' },
  phase: 'rules',
  attempts: [
    { phase: 'annotation', outcome: 'abstained' },
    { phase: 'rules', outcome: 'taken', lambda_function: 'pod-restart' },
  ],
};
const ESCALATED = { outcome: 'escalated', lambda_function: null, phase: null };

describe('agent-trm decide says what it would do', () => {
  it('as JSON, one object for one alert in the argument', async () => {
    const decision = JSON.parse(await decide(ONE, ...CHEAP));
    expect(decision).toMatchObject(RESTART);
    expect(decision).not.toHaveProperty('action');
    expect(decision.attempts[1].duration_ms).toBeGreaterThanOrEqual(0);
  });

  it('as a list for a webhook in a file', async () => {
    expect(JSON.parse(await decide(at('webhook.json'), ...CHEAP))).toMatchObject([RESTART, ESCALATED]);
  });

  it('for standard input, named or not', async () => {
    const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor;
    try {
      for (const argument of [[], ['-']]) {
        Object.defineProperty(process, 'stdin', { value: Readable.from([ONE]), configurable: true });
        expect(JSON.parse(await decide(...argument, ...CHEAP))).toMatchObject(RESTART);
      }
    } finally {
      Object.defineProperty(process, 'stdin', stdin);
    }
  });

  it('a line an alert, as it came', async () => {
    const lines = (await decide(at('alerts.jsonl'), ...CHEAP, '--format', 'jsonl')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([RESTART, ESCALATED]);
  });

  it('as text, with every attempt and why', async () => {
    const text = await decide(at('webhook.json'), ...CHEAP, '--format', 'text');
    const [crash = '', nobody = ''] = text.split('\n\n');
    expect(crash).toMatch(/^PodCrashLooping: pod-restart {2}by rules\n {2}name = "shop-0"\n {2}namespace = "shop"\n/);
    expect(crash).toContain('85.0 %');
    expect(crash).toMatch(/\n {2}annotation +abstained .*no annotation lambda_function/);
    expect(crash).toMatch(/\n {2}rules +taken +pod-restart 85\.0 % .*"crash-loop"/);
    expect(nobody).toMatch(/^OfficePlantThirsty: no function \(escalated\)/);
    expect(nobody).toContain('a person should look at it');
    expect(text).not.toContain(String.fromCharCode(27));
  });

  it('by thresholds, rules and catalog of the caller', async () => {
    const least = JSON.parse(await decide(ONE, ...CHEAP, '--threshold', '0.9'));
    expect(least).toMatchObject({ outcome: 'escalated', attempts: [{}, { outcome: 'below-threshold' }] });
    const one = ['--threshold', '0.9', '--phase-threshold', 'rules=0.8'];
    expect(JSON.parse(await decide(ONE, ...CHEAP, ...one))).toMatchObject(RESTART);
    const other = JSON.parse(await decide(ONE, ...CHEAP, '--catalog', at('catalog.json')));
    expect(other).toMatchObject({ outcome: 'escalated', attempts: [{}, { outcome: 'abstained' }] });
  });

  it('and skips the TRM on demand', async () => {
    const decision = JSON.parse(await decide(ONE, '--no-trm', '--phases', 'trm,rules'));
    expect(decision).toMatchObject({ phase: 'rules', attempts: [{ phase: 'trm', outcome: 'skipped' }, {}] });
  });

  it('and reaches no sink, though there is one', async () => {
    const sink = await sinkAs(() => 202);
    for (const format of ['json', 'jsonl', 'text']) await decide(ONE, ...CHEAP, '--format', format);
    expect(sink.requests).toEqual([]);
    expect(process.exitCode).toBeUndefined();
  });
});

describe('agent-trm decide --act', () => {
  it('delivers one event for what it decided', async () => {
    const sink = await sinkAs(() => 202);
    const [first, second] = JSON.parse(await decide(at('webhook.json'), ...CHEAP, '--act'));
    expect(first).toMatchObject({ ...RESTART, action: { outcome: 'acted', refusals: [] } });
    expect(second).toMatchObject({ ...ESCALATED, action: { outcome: 'nothing', refusals: [] } });
    expect(sink.requests).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '{}' }] = sink.requests;
    expect(headers).toMatchObject({ 'ce-type': LAMBDA_TRIGGER, 'ce-source': SOURCE, 'ce-id': first.action.event_id });
    const { lambda_function, parameters } = RESTART;
    expect(JSON.parse(body)).toMatchObject({ lambda_function, parameters, triggered_by: 'rules' });
    expect(process.exitCode).toBeUndefined();
  });

  it('says in text what was triggered', async () => {
    await sinkAs(() => 202);
    expect(await decide(ONE, ...CHEAP, '--act', '--format', 'text')).toMatch(/\n {2}triggered [0-9a-f]{64}\n$/);
  });

  it.each([
    ['below the threshold', ['--threshold', '0.9'], {}, 'nothing', []],
    ['under the kill switch', [], { TRM_KILL_SWITCH: '1' }, 'refused', [{ check: 'kill-switch' }]],
    ['while the file is there', [], { TRM_KILL_SWITCH_FILE: at('stop') }, 'refused', [{ check: 'kill-switch' }]],
  ])('delivers nothing %s', async (_why, parameters, env, outcome, refusals) => {
    const sink = await sinkAs(() => 202);
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const { action } = JSON.parse(await decide(ONE, ...CHEAP, '--act', ...parameters));
    expect(action).toMatchObject({ outcome, refusals });
    expect(sink.requests).toEqual([]);
  });

  it('fails when the sink does not accept it, and says why', async () => {
    await sinkAs(() => 400);
    const { action } = JSON.parse(await decide(ONE, ...CHEAP, '--act'));
    expect(action).toMatchObject({ outcome: 'undelivered', error: expect.stringContaining('400') });
    expect(process.exitCode).toBe(EXIT.failure);
  });

  it('needs a sink', async () => {
    await expect(decide(ONE, ...CHEAP, '--act')).rejects.toThrow(/BROKER_URL or K_SINK/);
  });
});

describe('what cannot be used', () => {
  it.each<[RegExp, string[], unknown]>([
    [/broken\.json does not hold JSON/, [at('broken.json')], InvalidInputError],
    [/empty\.json is empty/, [at('empty.json')], InvalidInputError],
    [/missing\.json cannot be read/, [at('missing.json')], InvalidInputError],
    [/labels\.alertname/, [at('nameless.json')], InvalidInputError],
    [/does not hold JSON/, ['{labels: x}'], InvalidInputError],
    [/missing\.json cannot be read/, [ONE, '--catalog', at('missing.json')], InvalidInputError],
    [/rules\.yaml: rules/, [ONE, '--rules', at('rules.yaml')], ConfigurationError],
  ])('is refused by name: %s', async (message, parameters, type) => {
    const run = decide(...parameters, ...CHEAP);
    await expect(run).rejects.toThrow(message);
    const error: unknown = await run.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(type as typeof ConfigurationError);
    expect(exitCodeOf(error)).toBe(EXIT.usage);
  });

  it.each([
    [/phases out of annotation, trm/, ['--phases', 'rules,rga']],
    [/from 0 to 1/, ['--threshold', '70']],
    [/such as rag=0\.8/, ['--phase-threshold', 'rag']],
    [/phases out of/, ['--phase-threshold', 'rga=0.8']],
    [/json, jsonl, text/, ['--format', 'xml']],
    [/auto, cpu/, ['--ep', 'gpu']],
    [/unknown option '--dry-run'/, ['--dry-run']],
  ])('among options is refused by name: %s', async (message, parameters) => {
    const error = (await decide(ONE, ...parameters).catch((thrown: unknown) => thrown)) as CommanderError;
    expect(error.message).toMatch(message);
    expect(error.exitCode).not.toBe(0);
  });
});

it('--help teaches by examples, and names every option', async () => {
  const help = await decide('--help');
  expect(help).toMatch(/does\s+it\s+only\s+with\s+--act/);
  const options = ['--phases', '--threshold', '--phase-threshold', '--runbooks', '--incidents', '--rules', '--act'];
  for (const option of options) {
    expect(help).toContain(option);
  }
  expect(help).toMatch(/Examples:\n +agent-trm decide '\{"labels"/);
  expect(help).toContain('BROKER_URL');
});
