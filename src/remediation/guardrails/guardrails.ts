import { createDeadline, throwIfAborted } from '../../core/deadline.js';
import { AgentTrmError, ConfigurationError } from '../../core/errors.js';
import { describeValue, quote } from '../../domain/describe.js';
import { type Catalog, DEFAULT_CATALOG, parseCatalog } from '../../domain/index.js';
import { type Approve, whyNotApproved } from './approval.js';
import { runPureChecks } from './checks/pure-checks.js';
import { type KillSwitch, whyStopped } from './kill-switch.js';
import { type GuardrailPolicy, type ResolvedPolicy, readPolicy } from './policy.js';
import { messageOf, refusal } from './refusal.js';
import { GuardrailState } from './state/guardrail-state.js';
import type { Reservation } from './state/store-keys.js';
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
  /** Milliseconds for which an action that may be taken holds its places; it has to be confirmed within them. */
  readonly leaseMs: number;
  /**
   * Says whether an action may be taken, and if not why. An action that may be taken holds its places at once, for the
   * policy's `leaseMs`: a second evaluation of it is refused as `in-progress` until then. So take it and `confirm`, or
   * `release`. Of a process that dies in between the places end with the lease, and the alert, delivered again, can be
   * acted on. Never throws for what the alert says; a store that fails refuses.
   *
   * @throws AbortedError or DeadlineExceededError when the signal fires; nothing is held then
   */
  evaluate(action: GuardedAction, options?: { readonly signal?: AbortSignal | undefined }): Promise<Verdict>;
  /**
   * Keeps the places of an action that was taken, since its sink has accepted it, for their whole time from this moment
   * on: the same alert is refused as a duplicate then, and the cooldowns count. Takes the very object that `evaluate`
   * gave; does nothing for a verdict that holds no place, after `release`, or a second time. Works after the lease too,
   * unless another action has got a place in between: it then rejects with AgentTrmError. Rejects with what the store
   * throws, and can then be called again.
   */
  confirm(verdict: Verdict, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Gives back the places of an action that was not taken after all, since its sink refused. Takes the very object that
   * `evaluate` gave; does nothing for a verdict that holds no place, after `confirm`, or a second time. Rejects with
   * what the store throws, and can then be called again; places that are never given back end with the lease.
   */
  release(verdict: Verdict, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Takes note of how an action ended. Rejects with what the store throws, and can then be called again: a report
   * counts once.
   */
  recordOutcome(report: OutcomeReport, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * How the storm breaker stands at this moment, of all that share the store: `open` while too many different actions
   * hold back every action. Always `closed` where the policy switches it off. Rejects with what the store throws.
   */
  stormBreaker(options?: { readonly signal?: AbortSignal | undefined }): Promise<'closed' | 'open'>;
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
 * if (verdict.act) {
 *   await send(decision).then(
 *     () => guardrails.confirm(verdict),
 *     () => guardrails.release(verdict),
 *   );
 * }
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
    const asked = await state.askAlone(action, ask, signal);
    if ('check' in asked) return [asked];
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
      let look = await state.look(action, definition, signal);
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
        // Minutes may have passed since what was done before was looked at.
        look = await state.look(action, definition, signal);
        if (look.refusals.length > 0) return refuse(look.refusals);
      }
      const taken = await state.take(action, look.places, signal);
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
    leaseMs: policy.leaseMs,
    async evaluate(action, { signal } = {}) {
      const deadline = createDeadline({ signal });
      try {
        return await judge(action, deadline.signal);
      } finally {
        deadline.dispose();
      }
    },
    async confirm(verdict, { signal } = {}) {
      const reservations = held.get(verdict);
      if (reservations === undefined) return;
      const lost = await state.keep(reservations, signal);
      if (lost.length > 0) {
        const checks = [...new Set(lost.map(({ check }) => check))].join(', ');
        const waited = `it was not confirmed within ${policy.leaseMs} ms (policy.leaseMs)`;
        throw new AgentTrmError(`another action has got a place (${checks}) of one that was taken: ${waited}`);
      }
      held.delete(verdict);
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
    stormBreaker: async ({ signal } = {}) => ((await state.isStormOpen(signal)) ? 'open' : 'closed'),
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
  for (const method of ['reserve', 'replace', 'release', 'holders'] as const) {
    if (typeof store?.[method] !== 'function') {
      throw new ConfigurationError(`store: expected a guardrail store, which has ${method}()`);
    }
  }
}
