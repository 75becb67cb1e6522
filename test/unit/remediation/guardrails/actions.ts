import { type Alert, type Catalog, DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { resolveCall } from '../../../../src/remediation/call/index.js';
import {
  createGuardrails,
  type GuardedAction,
  type GuardrailName,
  type Guardrails,
  type GuardrailsOptions,
  type Verdict,
} from '../../../../src/remediation/guardrails/index.js';

/** The default functions, one that destroys, and one whose schema lets unknown parameters pass. */
export const CATALOG: Catalog = [
  ...DEFAULT_CATALOG,
  {
    name: 'delete-claim',
    description: 'Delete a persistent volume claim.',
    parameters: {
      type: 'object',
      properties: {
        name: { type: 'string', 'x-kind': 'persistentvolumeclaim' },
        namespace: { type: 'string' },
        grace: { type: 'number', default: 30 },
      },
      required: ['name', 'namespace'],
    },
    risk: 'destructive',
  },
];

/** A time at which tests begin, in milliseconds since 1970. */
export const START = Date.parse('2026-01-31T08:00:00Z');

/** A clock that stands still until it is told otherwise. */
export function handClock(): { now: number; readonly read: () => number } {
  const clock = { now: START, read: () => clock.now };
  return clock;
}

/** A pod that crashes; labels that are given as undefined are left out. */
export function alertOf(labels: Record<string, string | undefined> = {}, changes: Partial<Alert> = {}): Alert {
  const all = { alertname: 'PodCrashLoopBackOff', pod: 'shop-0', namespace: 'shop', ...labels };
  return {
    labels: Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    annotations: {},
    metrics: {},
    status: 'firing',
    startsAt: '2026-01-31T07:55:00Z',
    ...changes,
  };
}

/** The call that a sound phase would make for an alert. */
export function actionOf(
  alert: Alert = alertOf(),
  lambdaFunction = 'pod-restart',
  { confidence = 0.99, parameters = {} }: { confidence?: number; parameters?: Record<string, unknown> } = {},
): GuardedAction {
  const resolved = resolveCall({ alert, catalog: CATALOG }, { lambdaFunction, parameters, by: 'rules' });
  if (resolved.kind === 'refused') throw new Error(resolved.detail);
  const { parameters: filled, parameterOrigins } = resolved;
  return { alert, call: { lambdaFunction, parameters: filled, parameterOrigins }, confidence, phase: 'rules' };
}

/** The same action with another call, as a phase would make it that is not sound. */
export function forged(action: GuardedAction, changes: Partial<GuardedAction['call']>): GuardedAction {
  return { ...action, call: { ...action.call, ...changes } };
}

/** Another firing of the same alert. */
export function firingAgain(action: GuardedAction, minutes: number): GuardedAction {
  const startsAt = new Date(START + minutes * 60_000).toISOString();
  return { ...action, alert: { ...action.alert, startsAt } };
}

/** Guardrails in the mode `auto`, unless the policy says otherwise. */
export function guard(options: Partial<GuardrailsOptions> = {}): Guardrails {
  return createGuardrails({ catalog: CATALOG, ...options, policy: { mode: 'auto', ...options.policy } });
}

/** Evaluates an action and, where it may be taken, confirms it at once, as if its sink had accepted it. */
export async function act(guardrails: Guardrails, action: GuardedAction): Promise<Verdict> {
  const verdict = await guardrails.evaluate(action);
  await guardrails.confirm(verdict);
  return verdict;
}

/** The checks that refused, each once. */
export function refusedBy(verdict: Verdict): readonly GuardrailName[] {
  return [...new Set(verdict.refusals.map(({ check }) => check))];
}
