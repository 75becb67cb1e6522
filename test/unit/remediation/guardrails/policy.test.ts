import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../../src/core/errors.js';
import {
  createGuardrails,
  createMemoryGuardrailStore,
  createRedisGuardrailStore,
  type GuardrailPolicy,
  type GuardrailsOptions,
} from '../../../../src/remediation/guardrails/index.js';
import { readPolicy } from '../../../../src/remediation/guardrails/policy.js';
import { CATALOG } from './actions.js';

describe('a policy', () => {
  it('has defaults', () => {
    expect(readPolicy()).toEqual({
      mode: 'suggest',
      disabled: [],
      auto: {},
      namespaces: { deny: ['kube-system', 'kube-public', 'kube-node-lease'] },
      confidence: { read: 0.7, mutating: 0.7, destructive: 0.95 },
      duplicates: { windowMs: 604_800_000, withoutStartMs: 3_600_000 },
      cooldowns: { target: [{ limit: 1, windowMs: 1_800_000 }], function: [{ limit: 3, windowMs: 3_600_000 }] },
      storm: { limit: 20, windowMs: 300_000, coolOffMs: 600_000 },
      ineffective: { limit: 2, windowMs: 86_400_000 },
      approval: { timeoutMs: 300_000 },
      killSwitch: {},
      leaseMs: 120_000,
      stateTimeoutMs: 2_000,
    });
  });

  it('keeps the defaults of what it leaves out', () => {
    const policy = readPolicy({ mode: 'auto', confidence: { read: 0.5 }, cooldowns: { function: [] } });
    expect(policy.confidence).toEqual({ read: 0.5, mutating: 0.7, destructive: 0.95 });
    expect(policy.cooldowns).toEqual({ target: [{ limit: 1, windowMs: 1_800_000 }], function: [] });
  });

  it.each([
    [null, /^policy: expected an object of settings, received null/],
    [{ mode: 'on' }, /^policy\.mode: expected "suggest", "approve" or "auto", received string "on"/],
    [{ moed: 'auto' }, /^policy: there is no setting "moed"/],
    [{ storm: { limits: 3 } }, /^policy\.storm: there is no setting "limits"/],
    [{ disabled: ['mode'] }, /^policy\.disabled\[0\]: expected one of resolved, .* received string "mode"/],
    [{ disabled: 'storm' }, /^policy\.disabled: expected an array of checks, received string "storm"/],
    [{ auto: { functions: [''] } }, /^policy\.auto\.functions\[0\]: expected the name of a function/],
    [
      { namespaces: { deny: ['a*b'] } },
      /^policy\.namespaces\.deny\[0\]: expected a namespace.* received string "a\*b"/,
    ],
    [{ confidence: { read: 70 } }, /^policy\.confidence\.read: expected a number from 0 to 1, received number 70/],
    [{ confidence: { read: Number.NaN } }, /^policy\.confidence\.read: expected a number/],
    [{ duplicates: { windowMs: 0 } }, /^policy\.duplicates\.windowMs: expected a whole number from 1 to 2592000000/],
    [
      { cooldowns: { target: [{ limit: 101, windowMs: 5 }] } },
      /^policy\.cooldowns\.target\[0\]\.limit: expected a whole number from 1 to 100, received number 101/,
    ],
    [{ cooldowns: { target: { limit: 1 } } }, /^policy\.cooldowns\.target: expected an array of \{limit, windowMs\}/],
    [
      { cooldowns: { function: [3] } },
      /^policy\.cooldowns\.function\[0\]: expected \{limit, windowMs\}, received number 3/,
    ],
    [{ storm: { limit: 2.5 } }, /^policy\.storm\.limit: expected a whole number from 1 to 1000/],
    [{ ineffective: { limit: '2' } }, /^policy\.ineffective\.limit: expected a whole number/],
    [{ approval: { timeoutMs: -1 } }, /^policy\.approval\.timeoutMs: expected a whole number/],
    [{ killSwitch: { file: '' } }, /^policy\.killSwitch\.file: expected the path of a file/],
    [{ leaseMs: 0 }, /^policy\.leaseMs: expected a whole number from 1 to 2592000000, received number 0/],
    [{ disabled: ['in-progress'] }, /^policy\.disabled\[0\]: expected one of resolved, /],
    [{ stateTimeoutMs: Number.POSITIVE_INFINITY }, /^policy\.stateTimeoutMs: expected a whole number/],
  ])('is refused, and the field named: %j', (policy, message) => {
    expect(() => readPolicy(policy as GuardrailPolicy)).toThrow(message);
    expect(() => readPolicy(policy as GuardrailPolicy)).toThrow(ConfigurationError);
  });
});

describe('createGuardrails', () => {
  const make = (options: object) => createGuardrails({ catalog: CATALOG, ...options } as GuardrailsOptions);

  it.each([
    [{ policy: { mode: 'approve' } }, /^approve: the mode "approve" needs a function that asks a person/],
    [{ approve: true }, /^approve: expected a function, received boolean true/],
    [{ clock: 5 }, /^clock: expected a function, received number 5/],
    [{ killSwitch: 'off' }, /^killSwitch: expected a function, received string "off"/],
    [{ store: {} }, /^store: expected a guardrail store, which has reserve\(\)/],
    [
      { store: { ...createMemoryGuardrailStore(), replace: undefined } },
      /^store: expected a guardrail store, which has replace\(\)/,
    ],
    [{ store: null }, /^store: expected a guardrail store/],
  ])('refuses %j', (options, message) => {
    expect(() => make(options)).toThrow(message);
    expect(() => make(options)).toThrow(ConfigurationError);
  });

  it('refuses a faulty catalog', () => {
    expect(() => make({ catalog: [] })).toThrow(/expected at least one function/);
    expect(() => make({ catalog: [{ name: 'x', risk: 'harmless' }] })).toThrow(/risk/);
  });

  it('refuses what is no client of Redis', () => {
    expect(() => createRedisGuardrailStore({ client: {} as never })).toThrow(/^client: expected a client of Redis/);
    const client = { sendCommand: async () => null };
    expect(() => createRedisGuardrailStore({ client, prefix: 5 as never })).toThrow(/^prefix: expected text/);
  });
});
