export type { ChainDecision, ChainOutcome, PhaseAttempt, PhaseOutcome } from './chain-decision.js';
export { type ChainDecisionJson, chainDecisionToJson } from './chain-decision-json.js';
export {
  type CreateRemediationChainOptions,
  createDefaultProvider,
  createRemediationChain,
  DEFAULT_OLLAMA_URL,
  DEFAULT_PHASES,
  type DefaultPhase,
} from './create-remediation-chain.js';
export type {
  ChainAbortedEvent,
  ChainDecidedEvent,
  ChainStartedEvent,
  PhaseEndedEvent,
  PhaseStartedEvent,
  RemediationChainEmitter,
  RemediationChainEvents,
  ThresholdChangedEvent,
} from './events.js';
export type { ChainPhase } from './phase.js';
export { type DecideOptions, RemediationChain, type RemediationChainOptions } from './remediation-chain.js';
