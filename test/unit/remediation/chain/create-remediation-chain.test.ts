import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, DisposedError, InvalidInputError } from '../../../../src/core/errors.js';
import {
  type CreateRemediationChainOptions,
  createRemediationChain,
  DEFAULT_PHASES,
} from '../../../../src/remediation/chain/index.js';
import { createMemoryIncidentStore } from '../../../../src/remediation/retrieval/incidents/index.js';
import { TRMRemediationSelector } from '../../../../src/remediation/selectors/trm.js';
import { createFakeTextProvider } from '../../../../src/testing/index.js';
import { listen } from '../../cloudevents/loopback.js';
import { ALERT, folderOf, outcomesOf, restart, scripted } from './fixtures.js';

const VARIABLES = [
  ...['USE_TRM', 'TRM_CONFIDENCE_THRESHOLD', 'TRM_CHAIN_TIMEOUT_MS', 'TRM_RUNBOOKS', 'TRM_INCIDENTS', 'TRM_RULES'],
  ...['OLLAMA_URL', 'OLLAMA_MODEL'],
];
const INCIDENT = {
  id: 'incident-1',
  alert: ALERT,
  call: { lambdaFunction: 'pod-restart', parameters: { name: 'checkout-0', namespace: 'shop' } },
  outcome: 'effective',
  at: '2026-01-31T08:00:00Z',
};
const files = await folderOf({
  'RUNBOOK.md': '# PodCrashLooping\n\nUse `pod-restart`.\n',
  'incidents.jsonl': `${JSON.stringify(INCIDENT)}\n`,
  'rules.yaml':
    'version: 1\nrules:\n  - {name: all, when: {labels: {pod: "*"}}, call: pod-check-status, confidence: 0.99}\n',
  'faulty.yaml': 'version: 1\nrules: nothing\n',
});
const at = (name: string): string => path.join(files.path, name);
afterAll(() => files.remove());

beforeEach(() => {
  for (const variable of VARIABLES) vi.stubEnv(variable, '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A chain without a TRM, unless the options have one. */
const create = (options: CreateRemediationChainOptions = {}) => createRemediationChain({ useTrm: false, ...options });

describe('by default', () => {
  it('all phases are there in their order, and those that have nothing to go by say what they miss', async () => {
    await using chain = await create();
    expect(chain.phases).toEqual(DEFAULT_PHASES);
    expect(chain.threshold()).toBe(0.7);
    const decision = await chain.decide({ labels: { alertname: 'OfficePlantThirsty' } });
    expect(decision.outcome).toBe('escalated');
    expect(decision.attempts.map(({ phase, outcome, reason }) => [phase, outcome, reason])).toEqual([
      ['annotation', 'abstained', expect.stringContaining('no annotation')],
      ['trm', 'skipped', expect.stringContaining('USE_TRM')],
      ['rag', 'skipped', expect.stringContaining('TRM_RUNBOOKS')],
      ['few-shot', 'skipped', expect.stringContaining('TRM_INCIDENTS')],
      ['function-calling', 'skipped', expect.stringContaining('OLLAMA_MODEL')],
      ['rules', 'abstained', expect.stringContaining('no rule applies')],
    ]);
  });

  it('the TRM is loaded once, in the background, and disposed with the chain', async () => {
    const dispose = vi.fn(async () => undefined);
    const loaded = { select: async () => Promise.reject(new Error('not today')), dispose };
    const load = vi.spyOn(TRMRemediationSelector, 'load').mockResolvedValue(loaded as never);
    const chain = await createRemediationChain({ trm: { threads: 1 } });
    await chain.decideAll([ALERT, ALERT]);
    expect(load).toHaveBeenCalledExactlyOnceWith({ threads: 1 });
    expect(dispose).not.toHaveBeenCalled();
    await chain.dispose();
    await chain.dispose();
    expect(dispose).toHaveBeenCalledOnce();
    await expect(chain.decide(ALERT)).rejects.toThrow(DisposedError);
  });

  it('a TRM that cannot be loaded is an attempt, and is tried again', async () => {
    const load = vi.spyOn(TRMRemediationSelector, 'load').mockRejectedValue(new Error('no such model'));
    await using chain = await createRemediationChain();
    for (let alert = 0; alert < 2; alert++) {
      const { attempts, phase } = await chain.decide(ALERT);
      expect(attempts[1]).toMatchObject({ phase: 'trm', outcome: 'failed', reason: 'no such model' });
      expect(phase).toBe('rules');
    }
    expect(load.mock.calls.length).toBeGreaterThanOrEqual(2);
  });
});

describe('settings', () => {
  it('come from the environment', async () => {
    vi.stubEnv('TRM_CONFIDENCE_THRESHOLD', '0.85');
    vi.stubEnv('TRM_RUNBOOKS', at('RUNBOOK.md'));
    vi.stubEnv('TRM_INCIDENTS', at('incidents.jsonl'));
    vi.stubEnv('TRM_RULES', at('rules.yaml'));
    vi.stubEnv('TRM_CHAIN_TIMEOUT_MS', '20000');
    await using chain = await createRemediationChain({ useTrm: false, thresholds: { rag: 1 } });
    expect(chain.threshold()).toBe(0.85);
    const decision = await chain.decide(ALERT);
    expect(outcomesOf(decision).slice(2)).toEqual([
      ['rag', 'below-threshold'],
      ['few-shot', 'below-threshold'],
      ['function-calling', 'skipped'],
      ['rules', 'taken'],
    ]);
    expect(decision).toMatchObject({ lambdaFunction: 'pod-check-status', confidence: 0.99 });
  });

  it('in options go before it', async () => {
    vi.stubEnv('TRM_CONFIDENCE_THRESHOLD', '0.85');
    vi.stubEnv('TRM_RULES', at('missing.yaml'));
    await using chain = await create({ confidenceThreshold: 0.65, rules: at('rules.yaml') });
    expect(chain.threshold()).toBe(0.65);
    expect((await chain.decide(ALERT)).lambdaFunction).toBe('pod-check-status');
  });

  it('name an Ollama server, which is then asked', async () => {
    let requests = 0;
    const server = await listen((_request, response) => {
      requests++;
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"model \\"x\\" not found"}');
    });
    try {
      vi.stubEnv('OLLAMA_URL', server.origin);
      vi.stubEnv('OLLAMA_MODEL', 'x');
      const timeouts = { 'function-calling': 60_000 };
      await using chain = await create({ phases: ['function-calling', 'rules'], timeoutMs: 90_000, timeouts });
      const decision = await chain.decide(ALERT);
      expect(decision.attempts[0]).toMatchObject({ phase: 'function-calling', outcome: 'failed' });
      expect(decision.phase).toBe('rules');
      expect(requests).toBeGreaterThan(0);
    } finally {
      await server.close();
    }
  });

  it('give single phases a threshold and a time of their own', async () => {
    const phases = ['rules', 'annotation'] as const;
    await using chain = await create({ phases, thresholds: { rules: 0.995, rag: 0.9 }, timeouts: { rules: 5_000 } });
    expect([chain.threshold('rules'), chain.threshold('annotation'), chain.threshold()]).toEqual([0.995, 0.7, 0.7]);
    expect(outcomesOf(await chain.decide(ALERT))).toEqual([
      ['rules', 'below-threshold'],
      ['annotation', 'abstained'],
    ]);
  });
});

it("takes selectors of one's own, in any order and with a place of their own", async () => {
  const own = scripted('own', restart(0.8));
  const other = scripted('other', restart(0.8));
  await using chain = await create({ phases: ['rules', { selector: own, threshold: 0.9 }, other, 'annotation'] });
  expect(chain.phases).toEqual(['rules', 'own', 'other', 'annotation']);
  chain.setThreshold(1, 'rules');
  expect(outcomesOf(await chain.decide(ALERT))).toEqual([
    ['rules', 'below-threshold'],
    ['own', 'below-threshold'],
    ['other', 'taken'],
  ]);
});

describe('a faulty option', () => {
  it.each<[RegExp, unknown]>([
    [/^phases: expected annotation, trm, .* or a selector, received "rga"/, { phases: ['rga'] }],
    [/^phases: .*received "constructor"/, { phases: ['constructor'] }],
    [/^phases: expected a list/, { phases: [] }],
    [/^phases: expected a list/, { phases: 'rules' }],
    [/^phases\[0\]: expected a selector/, { phases: [null] }],
    [/^phases\[1\]: expected distinct names, received "rules"/, { phases: ['rules', 'rules'] }],
    [/^thresholds\.rag: expected a number from 0 to 1/, { thresholds: { rag: 7 } }],
    [/^thresholds: expected phases out of .*, received "rga"/, { thresholds: { rga: 0.7 } }],
    [/^thresholds: expected an object/, { thresholds: 0.7 }],
    [/^timeouts\.trm: expected milliseconds/, { timeouts: { trm: 0 } }],
    [/^timeouts: expected phases out of/, { timeouts: { all: 1_000 } }],
    [/^confidenceThreshold: expected a number from 0 to 1/, { confidenceThreshold: 70 }],
    [/^timeoutMs: /, { timeoutMs: -1 }],
    [/^useTrm: expected true or false/, { useTrm: 'no' }],
    [/^trm: expected a TRM or options/, { trm: 'models/x' }],
    [/^provider: expected one that has doGenerate\(\)/, { provider: {} }],
    [/^incidentStore: expected one that has nearest\(\)/, { incidentStore: 'incidents.jsonl' }],
    [/^runbooks: expected a list of paths/, { runbooks: 'RUNBOOK.md' }],
    [/^incidents: expected a text/, { incidents: ' ' }],
    [/^ollamaUrl: expected a URL/, { ollamaUrl: 'localhost' }],
    [/^rules: .*missing\.yaml cannot be read/, { rules: at('missing.yaml') }],
    [/faulty\.yaml: rules/, { rules: at('faulty.yaml') }],
  ])('is refused by name: %s', async (message, options) => {
    const made = create(options as CreateRemediationChainOptions);
    await expect(made).rejects.toThrow(message);
    await expect(made).rejects.toThrow(ConfigurationError);
  });

  it('in the environment is refused by name, too', async () => {
    vi.stubEnv('USE_TRM', 'perhaps');
    await expect(createRemediationChain()).rejects.toThrow(/^USE_TRM: /);
  });

  it('of the catalog names its field', async () => {
    const made = create({ catalog: [{ name: '' }] as never });
    await expect(made).rejects.toThrow(InvalidInputError);
  });

  it('leaves nothing behind that was made before it', async () => {
    const dispose = vi.fn(async () => undefined);
    vi.spyOn(TRMRemediationSelector, 'load').mockResolvedValue({ dispose } as never);
    await expect(createRemediationChain({ rules: at('missing.yaml') })).rejects.toThrow(ConfigurationError);
    expect(dispose).toHaveBeenCalledOnce();
  });
});

it('leaves what it was given to its caller', async () => {
  const provider = createFakeTextProvider(() => 'none');
  const incidentStore = createMemoryIncidentStore();
  const trm = { select: async () => Promise.reject(new Error('not today')), dispose: vi.fn(async () => undefined) };
  const own = scripted('own', restart(0.1));
  const chain = await createRemediationChain({ provider, incidentStore, trm, phases: [own, ...DEFAULT_PHASES] });
  await chain.decide(ALERT);
  await chain.dispose();
  expect([provider.disposals, own.disposals]).toEqual([0, 0]);
  expect(trm.dispose).not.toHaveBeenCalled();
  expect(await incidentStore.all()).toEqual([]);
});
