import type { ParameterOrigin, ParameterValue } from '../../domain/decision/decision.js';
import { type DecisionJson, decisionToJson } from '../../domain/decision/decision-json.js';
import type { Evidence } from '../../domain/selection/selector.js';
import type { ChainDecision, ChainOutcome, PhaseOutcome } from './chain-decision.js';

/** A chain's decision as it goes over the wire: snake_case keys in a fixed order. */
export interface ChainDecisionJson {
  readonly outcome: ChainOutcome;
  readonly lambda_function: string | null;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly confidence: number;
  readonly phase: string | null;
  readonly reasoning: string;
  readonly attempts: readonly {
    readonly phase: string;
    readonly outcome: PhaseOutcome;
    readonly lambda_function?: string;
    readonly confidence?: number;
    readonly threshold: number;
    readonly reason: string;
    readonly duration_ms: number;
  }[];
  readonly evidence: readonly Evidence[];
  readonly parameter_origins: Readonly<Record<string, ParameterOrigin>>;
  /** The TRM's own decision with its recursion trace, when that phase was taken. */
  readonly trm?: DecisionJson;
  readonly correlation_id: string;
  readonly duration_ms: number;
}

/** Renders a chain's decision for JSON output. */
export function chainDecisionToJson(decision: ChainDecision): ChainDecisionJson {
  return {
    outcome: decision.outcome,
    lambda_function: decision.lambdaFunction,
    parameters: decision.parameters,
    confidence: decision.confidence,
    phase: decision.phase,
    reasoning: decision.reasoning,
    attempts: decision.attempts.map((attempt) => ({
      phase: attempt.phase,
      outcome: attempt.outcome,
      ...(attempt.lambdaFunction !== undefined && { lambda_function: attempt.lambdaFunction }),
      ...(attempt.confidence !== undefined && { confidence: attempt.confidence }),
      threshold: attempt.threshold,
      reason: attempt.reason,
      duration_ms: attempt.durationMs,
    })),
    evidence: decision.evidence,
    parameter_origins: decision.parameterOrigins,
    ...(decision.decision && { trm: decisionToJson(decision.decision) }),
    correlation_id: decision.correlationId,
    duration_ms: decision.durationMs,
  };
}
