export type { Approve } from './approval.js';
export { createGuardrails, type Guardrails, type GuardrailsOptions } from './guardrails.js';
export type { KillSwitch } from './kill-switch.js';
export type { CooldownWindow, GuardrailPolicy, SwitchableCheck } from './policy.js';
export type { GuardrailStore } from './store/guardrail-store.js';
export { createMemoryGuardrailStore, type MemoryGuardrailStoreOptions } from './store/memory-store.js';
export {
  createRedisGuardrailStore,
  type RedisGuardrailClient,
  type RedisGuardrailStoreOptions,
} from './store/redis-store.js';
export { describeTarget, type Target, targetOf } from './target.js';
export {
  GUARDRAIL_NAMES,
  type GuardedAction,
  type GuardedCall,
  type GuardrailMode,
  type GuardrailName,
  type OutcomeReport,
  type Refusal,
  type Verdict,
} from './verdict.js';
