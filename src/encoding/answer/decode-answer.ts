import { InferenceError } from '../../core/errors.js';
import type { AbstainReason, Candidate, ParameterOrigin, ParameterValue } from '../../domain/decision/decision.js';
import type { EncodedRow } from '../collate.js';
import { type FilledCall, fillParameters } from './fill-parameters.js';
import { argmax, logSoftmax } from './softmax.js';

/** What the graph says about one row after one H cycle. */
export interface RawAnswer {
  /** [1+F] of this row, none first; entries over the row's own functions are ignored. */
  readonly functionLogits: Float32Array;
  /** One [M+1] a pointer parameter of this row; the last entry is the default column. */
  readonly pointerLogits: readonly Float32Array[];
  /** [K]. */
  readonly causeLogits: Float32Array;
  readonly qHaltLogit: number;
}

/** Inputs of the calibration, all finite. */
export interface CalibrationFeatures {
  /** Whether the answer calls a function. */
  readonly acts: boolean;
  readonly qHaltLogit: number;
  /** Probability of the best answer minus that of the second, in [0, 1]. */
  readonly margin: number;
  /** Product of the chosen pointers' probabilities, in [0, 1]; 1 when none applies, 0 when a pointer has no target. */
  readonly pointerProbability: number;
  /** Probability in [0, 1] that none of the functions applies. */
  readonly noneProbability: number;
  /** Probability of the best function among the functions alone, in (0, 1]; 1 for an empty catalog. */
  readonly concentration: number;
  /** Functions of the catalog. */
  readonly catalogSize: number;
  /** Share of the words of the alert's name that the vocabulary does not hold, in [0, 1]. */
  readonly unknownInAlert: number;
  /** The same of the texts of the most probable function; of the whole catalog when that is none. */
  readonly unknownInFunction: number;
  /** Share in [0, 1] of the name and description of the same function, or of all, that training never showed. */
  readonly unseenFunction: number;
}

/** The answer of one row after one H cycle. */
export interface DecodedAnswer {
  readonly lambdaFunction: string | null;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly parameterOrigins: Readonly<Record<string, ParameterOrigin>>;
  /** Functions and none (`null`) with their probabilities, best first. */
  readonly candidates: readonly Candidate[];
  readonly cause: string;
  readonly abstainReason?: AbstainReason;
  /** The most probable function, also when it cannot be called; null when none applies. */
  readonly topFunction: string | null;
  /** Required parameters of `topFunction` that the alert cannot fill. */
  readonly missingParameters: readonly string[];
  readonly features: CalibrationFeatures;
}

/**
 * Turns logits into an answer. The most probable function is named or none is: when it lacks a required parameter or
 * its parameters break its schema, the answer is an abstention, never the second-best function.
 *
 * @param causes Names of the cause classes, in the order of `causeLogits`.
 * @throws InferenceError for logits that are not finite or too few.
 */
export function decodeAnswer(raw: RawAnswer, row: EncodedRow, causes: readonly string[]): DecodedAnswer {
  const { alert, catalog } = row;
  checkLogits(raw, row, causes);
  const logProbabilities = logSoftmax(raw.functionLogits.subarray(0, 1 + catalog.functions.length));
  const probabilities = logProbabilities.map(Math.exp);
  const order = probabilities
    .map((_, index) => index)
    .sort((left, right) => (probabilities[right] ?? 0) - (probabilities[left] ?? 0));
  const nameOf = (index: number): string | null => catalog.functions[index - 1]?.definition.name ?? null;
  const top = order[0] ?? 0;
  const call = top === 0 ? undefined : fillParameters(top - 1, raw.pointerLogits, alert, catalog);
  const abstainReason = abstainReasonOf(call);
  const answered = call !== undefined && abstainReason === undefined;
  return {
    lambdaFunction: answered ? nameOf(top) : null,
    parameters: answered ? call.parameters : {},
    parameterOrigins: answered ? call.origins : {},
    candidates: order.map((index) => ({ lambdaFunction: nameOf(index), probability: probabilities[index] ?? 0 })),
    cause: causes[argmax(raw.causeLogits)] ?? 'unknown',
    ...(abstainReason !== undefined && { abstainReason }),
    topFunction: nameOf(top),
    missingParameters: call?.missing ?? [],
    features: {
      acts: answered,
      qHaltLogit: raw.qHaltLogit,
      margin: (probabilities[top] ?? 0) - (probabilities[order[1] ?? -1] ?? 0),
      pointerProbability: call === undefined ? 1 : call.missing.length > 0 ? 0 : call.probability,
      noneProbability: probabilities[0] ?? 0,
      concentration: concentrationOf(raw.functionLogits.subarray(1, 1 + catalog.functions.length)),
      catalogSize: catalog.functions.length,
      unknownInAlert: alert.unknownShare,
      unknownInFunction: catalog.functions[top - 1]?.unknownShare ?? mean(catalog, 'unknownShare'),
      unseenFunction: catalog.functions[top - 1]?.unseenShare ?? mean(catalog, 'unseenShare'),
    },
  };
}

function concentrationOf(logits: Float32Array): number {
  return logits.length === 0 ? 1 : Math.exp(Math.max(...logSoftmax(logits)));
}

function mean({ functions }: EncodedRow['catalog'], share: 'unknownShare' | 'unseenShare'): number {
  return functions.reduce((sum, entry) => sum + entry[share], 0) / Math.max(1, functions.length);
}

function abstainReasonOf(call: FilledCall | undefined): AbstainReason | undefined {
  if (call === undefined) return 'none-applies';
  if (call.missing.length > 0) return 'missing-parameter';
  return call.fault === undefined ? undefined : 'invalid-parameter';
}

function checkLogits(raw: RawAnswer, { alert, catalog }: EncodedRow, causes: readonly string[]): void {
  const checks: [string, ArrayLike<number> | undefined, number][] = [
    ['function_logits', raw.functionLogits, 1 + catalog.functions.length],
    ['cause_logits', raw.causeLogits, causes.length],
    ['q_halt_logits', [raw.qHaltLogit], 1],
    ...catalog.parameters.map((parameter, index): [string, ArrayLike<number> | undefined, number] => [
      `pointer_logits of ${parameter.name}`,
      raw.pointerLogits[index],
      alert.fields.length + 1,
    ]),
  ];
  for (const [name, logits, least] of checks) {
    if (logits === undefined || logits.length < least) {
      throw new InferenceError(`${name}: expected at least ${least} numbers, received ${logits?.length ?? 0}`);
    }
    if (!allFinite(logits)) {
      throw new InferenceError(
        `${name}: expected finite numbers, received NaN or infinity; the weights may be damaged`,
      );
    }
  }
}

function allFinite(numbers: ArrayLike<number>): boolean {
  for (let index = 0; index < numbers.length; index++) {
    if (!Number.isFinite(numbers[index])) return false;
  }
  return true;
}
