import type { Decision, ParameterOrigin, ParameterValue } from './decision.js';

/** A decision as it goes over the wire: snake_case keys in a fixed order. */
export interface DecisionJson {
  readonly lambda_function: string | null;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly confidence: number;
  readonly accepted: boolean;
  readonly reasoning: string;
  readonly method: string;
  readonly iterations: number;
  readonly candidates: readonly { readonly lambda_function: string | null; readonly probability: number }[];
  readonly trace: readonly {
    readonly step: number;
    readonly h_cycle: number;
    readonly lambda_function: string | null;
    readonly parameters: Readonly<Record<string, ParameterValue>>;
    readonly confidence: number;
  }[];
  /** Only when no function is named. */
  readonly abstain_reason?: string;
  readonly cause: string;
  readonly parameter_origins: Readonly<Record<string, ParameterOrigin>>;
}

/** Renders a decision for JSON output. */
export function decisionToJson(decision: Decision): DecisionJson {
  return {
    lambda_function: decision.lambdaFunction,
    parameters: decision.parameters,
    confidence: decision.confidence,
    accepted: decision.accepted,
    reasoning: decision.reasoning,
    method: decision.method,
    iterations: decision.iterations,
    candidates: decision.candidates.map((candidate) => ({
      lambda_function: candidate.lambdaFunction,
      probability: candidate.probability,
    })),
    trace: decision.trace.map((step) => ({
      step: step.step,
      h_cycle: step.hCycle,
      lambda_function: step.lambdaFunction,
      parameters: step.parameters,
      confidence: step.confidence,
    })),
    ...(decision.abstainReason !== undefined && { abstain_reason: decision.abstainReason }),
    cause: decision.cause,
    parameter_origins: decision.parameterOrigins,
  };
}
