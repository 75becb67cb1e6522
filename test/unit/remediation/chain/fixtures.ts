import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { triggerId } from '../../../../src/cloudevents/trigger/trigger-id.js';
import type {
  Action,
  ActionDispatcher,
  Selection,
  Selector,
  SelectorOutcome,
  SelectRequest,
} from '../../../../src/domain/index.js';
import type { ChainDecision, PhaseOutcome } from '../../../../src/remediation/chain/index.js';

/** A pod that crashes, as an Alertmanager would say it. */
export const ALERT = {
  labels: { alertname: 'PodCrashLooping', pod: 'checkout-0', namespace: 'shop' },
  annotations: {},
  startsAt: '2026-01-31T07:55:00Z',
};

/** The call that a sound phase makes of `ALERT`. */
export function restart(confidence: number): Selection {
  return {
    kind: 'selected',
    lambdaFunction: 'pod-restart',
    parameters: { name: 'checkout-0', namespace: 'shop', type: 'pod' },
    parameterOrigins: {
      name: { kind: 'label', key: 'pod' },
      namespace: { kind: 'label', key: 'namespace' },
      type: { kind: 'rule', rule: 'kind-of', key: 'pod' },
    },
    confidence,
    reasoning: 'it crashes',
    evidence: [],
  };
}

export interface ScriptedSelector extends Selector {
  readonly asked: readonly SelectRequest[];
  readonly disposals: number;
  dispose(): Promise<void>;
}

/** A phase that says what it is told to, and remembers what it was asked. */
export function scripted(
  name: string,
  say: SelectorOutcome | ((request: SelectRequest) => Promise<SelectorOutcome>),
): ScriptedSelector {
  const asked: SelectRequest[] = [];
  let disposals = 0;
  return {
    specificationVersion: 'v1',
    name,
    asked,
    get disposals() {
      return disposals;
    },
    async doSelect(request) {
      asked.push(request);
      return typeof say === 'function' ? say(request) : say;
    },
    async dispose() {
      disposals++;
    },
  };
}

/** Work that never ends, and does not listen. */
export const hanging = (): Promise<never> => new Promise(() => undefined);

export interface CountingDispatcher extends ActionDispatcher {
  /** What was dispatched, oldest first. */
  readonly actions: Action[];
}

/** A sink that accepts everything and counts it; ids are those of trigger events. */
export function countingDispatcher(): CountingDispatcher {
  const actions: Action[] = [];
  return {
    actions,
    async dispatch(action) {
      actions.push(action);
      const { alert, call } = action;
      return { eventId: triggerId({ alert, ...call, policyVersion: 'test' }) };
    },
  };
}

/** A folder with files, by their paths within it; `remove` takes it away. */
export async function folderOf(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-chain-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What a decision says of its phases, in order. */
export function outcomesOf({ attempts }: ChainDecision): readonly (readonly [phase: string, outcome: PhaseOutcome])[] {
  return attempts.map(({ phase, outcome }) => [phase, outcome]);
}

/** Everything in a decision that is a number is one in its range, and every attempt says why it ended so. */
export function expectSoundNumbers(decision: ChainDecision): void {
  const { attempts, confidence, durationMs } = decision;
  for (const share of [confidence, ...attempts.map((attempt) => attempt.confidence ?? 0)]) {
    expect(share >= 0 && share <= 1, `confidence ${share}`).toBe(true);
  }
  for (const time of [durationMs, ...attempts.map((attempt) => attempt.durationMs)]) {
    expect(Number.isFinite(time) && time >= 0, `duration ${time}`).toBe(true);
  }
  for (const { reason, threshold } of attempts) {
    expect(reason).not.toBe('');
    expect(threshold >= 0 && threshold <= 1).toBe(true);
  }
}
