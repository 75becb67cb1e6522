import { createDeadline, throwIfAborted } from '../../core/deadline.js';
import { ConfigurationError } from '../../core/errors.js';
import { describeValue, quote } from '../../domain/describe.js';
import { type Catalog, DEFAULT_CATALOG, parseCatalog } from '../../domain/index.js';
import { type Approve, whyNotApproved } from './approval.js';
import { runPureChecks } from './checks/pure-checks.js';
import { type KillSwitch, whyStopped } from './kill-switch.js';
import { type GuardrailPolicy, type ResolvedPolicy, readPolicy } from './policy.js';
import { messageOf, refusal } from './refusal.js';
import { GuardrailState, type Reservation } from './state/guardrail-state.js';
import type { GuardrailStore } from './store/guardrail-store.js';
import { createMemoryGuardrailStore } from './store/memory-store.js';
import { definitionOf, describeTarget } from './target.js';
import type { GuardedAction, GuardrailMode, GuardrailName, OutcomeReport, Refusal, Verdict } from './verdict.js';

export interface GuardrailsOptions {
  /** Functions that may be called; nothing else ever is. */
  readonly catalog: Catalog;
  readonly policy?: GuardrailPolicy | undefined;
  /** Default: one in memory, for a single process. Replicas need one that they share. */
  readonly store?: GuardrailStore | undefined;
  /** Asks a person; needed in the mode `approve`, not used in others. */
  readonly approve?: Approve | undefined;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly clock?: (() => number) | undefined;
  /** A kill switch of one's own, asked at every evaluation beside TRM_KILL_SWITCH and the file. */
  readonly killSwitch?: KillSwitch | undefined;
}

/** The gate between a decision and an action. */
export interface Guardrails {
  readonly mode: GuardrailMode;
  /**
   * Says whether an action may be taken, and if not why. An action that may be taken holds its place at once: a second
   * evaluation of it is refused as a duplicate, so take it, or give the place back with `release`. Never throws for
   * what the alert says; a store that fails refuses.
   *
   * @throws AbortedError or DeadlineExceededError when the signal fires; nothing is held then
   */
  evaluate(action: GuardedAction, options?: { readonly signal?: AbortSignal | undefined }): Promise<Verdict>;
  /**
   * Gives back the place of an action that was not taken after all, since its sink refused. Takes the very object that
   * `evaluate` gave; does nothing for a verdict that holds no place, or a second time. Rejects with what the store
   * throws, and can then be called again; places that are never given back end by themselves.
   */
  release(verdict: Verdict, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Takes note of how an action ended. Rejects with what the store throws, and can then be called again: a report
   * counts once.
   */
  recordOutcome(report: OutcomeReport, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/**
 * Makes the gate between a decision and an action. Every check is on unless the policy switches it off, and the mode is
 * `suggest` unless the policy says otherwise, so nothing is done by default.
 *
 * @throws ConfigurationError that names the setting, InvalidInputError for a faulty catalog
 *
 * @example
 * const policy = { mode: 'auto', auto: { functions: ['pod-restart'] } };
 * const guardrails = createGuardrails({ catalog: DEFAULT_CATALOG, policy });
 * const verdict = await guardrails.evaluate({ alert, call: decision, confidence: decision.confidence, phase: 'trm' });
 * if (verdict.act) await send(decision).catch(() => guardrails.release(verdict));
 */
export function createGuardrails(options: GuardrailsOptions): Guardrails {
  const policy = readPolicy(options.policy);
  const { clock = Date.now, approve, killSwitch } = options;
  checkOptions(options, policy);
  const catalog = options.catalog === DEFAULT_CATALOG ? DEFAULT_CATALOG : parseCatalog(options.catalog);
  const state = new GuardrailState(options.store ?? createMemoryGuardrailStore({ clock }), policy, clock);
  const held = new WeakMap<Verdict, readonly Reservation[]>();
  const { mode } = policy;

  const stopped = async (signal: AbortSignal): Promise<readonly Refusal[]> => {
    if (policy.disabled.includes('kill-switch')) return [];
    const { file } = policy.killSwitch;
    const why = await whyStopped({ file, own: killSwitch, timeoutMs: policy.stateTimeoutMs }, signal);
    return why === undefined ? [] : [refusal('kill-switch', why)];
  };

  const approved = async (action: GuardedAction, signal: AbortSignal): Promise<readonly Refusal[]> => {
    const { timeoutMs } = policy.approval;
    const ask = () => whyNotApproved(approve as Approve, action, timeoutMs, signal);
    const asked = await state.alone(action.call, timeoutMs, ask, signal);
    if (asked === undefined) return [refusal('approval', 'a person is being asked about the same action already')];
    if (asked.result !== undefined) return [refusal('approval', asked.result)];
    // Minutes may have passed since the kill switch was looked at.
    return stopped(signal);
  };

  const judge = async (action: GuardedAction, signal: AbortSignal): Promise<Verdict> => {
    throwIfAborted(signal);
    const pure = runPureChecks(action, catalog, policy);
    const checks: GuardrailName[] = [...pure.checks];
    const refuse = (refusals: readonly Refusal[]): Verdict => ({ act: false, mode, refusals, checks });
    if (pure.refusals.length > 0) return refuse(pure.refusals);

    if (!policy.disabled.includes('kill-switch')) checks.push('kill-switch');
    const stops = await stopped(signal);
    if (stops.length > 0) return refuse(stops);

    try {
      const definition = definitionOf(catalog, action.call.lambdaFunction);
      const look = await state.look(action, definition, signal);
      checks.push(...look.checks);
      if (look.refusals.length > 0) return refuse(look.refusals);
      if (mode === 'suggest') {
        const what = `${quote(action.call.lambdaFunction)} on ${quote(describeTarget(definition, action.call))}`;
        return refuse([refusal('mode', `would have called ${what}, but the mode is "suggest"`)]);
      }
      if (mode === 'approve') {
        checks.push('approval');
        const objections = await approved(action, signal);
        if (objections.length > 0) return refuse(objections);
      }
      const taken = await state.take(look.places, signal);
      if ('check' in taken) return refuse([taken]);
      const verdict: Verdict = { act: true, mode, refusals: [], checks };
      held.set(verdict, taken);
      return verdict;
    } catch (error) {
      throwIfAborted(signal);
      return refuse([refusal('state-unavailable', `what was done before cannot be known: ${messageOf(error)}`)]);
    }
  };

  return {
    mode,
    async evaluate(action, { signal } = {}) {
      const deadline = createDeadline({ signal });
      try {
        return await judge(action, deadline.signal);
      } finally {
        deadline.dispose();
      }
    },
    async release(verdict, { signal } = {}) {
      const reservations = held.get(verdict);
      if (reservations === undefined) return;
      await state.giveBack(reservations, signal);
      held.delete(verdict);
    },
    async recordOutcome(report, { signal } = {}) {
      await state.recordOutcome(report, definitionOf(catalog, report.call.lambdaFunction), signal);
    },
  };
}

function checkOptions(options: GuardrailsOptions, { mode }: ResolvedPolicy): void {
  for (const name of ['approve', 'clock', 'killSwitch'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new ConfigurationError(`${name}: expected a function, received ${describeValue(options[name])}`);
    }
  }
  if (mode === 'approve' && options.approve === undefined) {
    throw new ConfigurationError('approve: the mode "approve" needs a function that asks a person');
  }
  const { store } = options;
  if (store === undefined) return;
  for (const method of ['reserve', 'release', 'holders'] as const) {
    if (typeof store?.[method] !== 'function') {
      throw new ConfigurationError(`store: expected a guardrail store, which has ${method}()`);
    }
  }
}
