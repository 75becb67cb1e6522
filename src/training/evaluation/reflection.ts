import type { ReasoningStep } from '../../trm/remediation/index.js';
import type { AnsweredExample } from './answer-examples.js';
import { judge } from './judge.js';
import { share } from './metrics.js';

/** Answers that one stretch of the recursion turned from wrong to right, and from right to wrong. */
export interface Change {
  readonly repaired: number;
  readonly harmed: number;
}

/** The answers after one H cycle; shares are in [0, 1]. */
export interface CycleReport extends Change {
  /** Supervision step, from 1. */
  readonly step: number;
  /** H cycle within it, from 1. */
  readonly hCycle: number;
  readonly functionAccuracy: number;
  /** Function and every pointer right. */
  readonly callAccuracy: number;
  readonly meanConfidence: number;
}

/** What a rule to stop by would have come to. */
export interface StopReport {
  /** Share of cases that stop before the last supervision step. */
  readonly early: number;
  readonly meanSteps: number;
  readonly callAccuracy: number;
  /** Against the answer after the first supervision step: what reflecting as long as the rule says is worth. */
  readonly change: Change;
}

export interface ReflectionReport {
  readonly cases: number;
  /** In order; `repaired` and `harmed` count against the cycle before. */
  readonly cycles: readonly CycleReport[];
  /** From the first H cycle of all to the last. */
  readonly sinceFirstCycle: Change;
  /** From the end of the first supervision step to the last one: reflection as a client counts it. */
  readonly sinceFirstStep: Change;
  readonly stops: Readonly<Record<string, StopReport>>;
}

/**
 * Decides at the end of a supervision step whether to stop.
 *
 * @param last the answer after the step
 * @param before the answer after the step before; undefined for the first
 */
export type StopRule = (last: ReasoningStep, before: ReasoningStep | undefined) => boolean;

/** The model's own head, as the selector stops. */
export const stopOnHead: StopRule = ({ answer }) => answer.features.qHaltLogit > 0;

/** The AUTO mode of TRMClient: a confidence over the threshold, or the same answer again. */
export const stopOnConfidence =
  (threshold: number): StopRule =>
  (last, before) =>
    last.confidence > threshold || (before !== undefined && contentOf(last) === contentOf(before));

/**
 * What the recursion did to answers, cycle by cycle. Every row must have run to the last supervision step
 * (`AnswerOptions.shouldHalt`), so that the rules to stop by can be compared on the same answers.
 */
export function measureReflection(
  answered: readonly AnsweredExample[],
  rules: Readonly<Record<string, StopRule>> = {},
): ReflectionReport {
  const cases = answered.map(({ example, steps }) => ({
    steps,
    verdicts: steps.map(({ answer }) => judge(answer, example)),
    /** Where each supervision step ends. */
    ends: steps.flatMap(({ step }, index) => (steps[index + 1]?.step === step ? [] : [index])),
  }));
  type Case = (typeof cases)[number];
  const right = ({ verdicts }: Case, cycle: number | undefined): boolean => verdicts[cycle ?? -1]?.callRight ?? false;
  const shareOf = (test: (entry: Case) => boolean): number => share(cases.filter(test).length, cases.length);
  const mean = (value: (entry: Case) => number): number =>
    cases.reduce((sum, entry) => sum + value(entry), 0) / cases.length;
  const changeOf = (from: (entry: Case) => number | undefined, to: (entry: Case) => number | undefined): Change => ({
    repaired: cases.filter((entry) => !right(entry, from(entry)) && right(entry, to(entry))).length,
    harmed: cases.filter((entry) => right(entry, from(entry)) && !right(entry, to(entry))).length,
  });
  const last = ({ ends }: Case): number | undefined => ends.at(-1);
  const firstStep = ({ ends }: Case): number | undefined => ends[0];

  return {
    cases: cases.length,
    cycles: (cases[0]?.steps ?? []).map(({ step, hCycle }, cycle) => ({
      step,
      hCycle,
      functionAccuracy: shareOf(({ verdicts }) => verdicts[cycle]?.functionRight ?? false),
      callAccuracy: shareOf((entry) => right(entry, cycle)),
      meanConfidence: mean(({ steps }) => steps[cycle]?.confidence ?? Number.NaN),
      ...changeOf(
        () => Math.max(0, cycle - 1),
        () => cycle,
      ),
    })),
    sinceFirstCycle: changeOf(() => 0, last),
    sinceFirstStep: changeOf(firstStep, last),
    stops: Object.fromEntries(
      Object.entries(rules).map(([name, rule]) => {
        const stops = new Map(cases.map((entry) => [entry, stopOf(entry, rule)]));
        const stopped = (entry: Case): number => stops.get(entry) ?? 0;
        const cycleOf = (entry: Case): number | undefined => entry.ends[stopped(entry)];
        const report: StopReport = {
          early: shareOf((entry) => stopped(entry) < entry.ends.length - 1),
          meanSteps: mean((entry) => stopped(entry) + 1),
          callAccuracy: shareOf((entry) => right(entry, cycleOf(entry))),
          change: changeOf(firstStep, cycleOf),
        };
        return [name, report];
      }),
    ),
  };
}

/** The supervision step, from 0, at which a rule stops; the last one when it never does. */
function stopOf(
  { steps, ends }: { readonly steps: readonly ReasoningStep[]; readonly ends: readonly number[] },
  rule: StopRule,
): number {
  const at = (index: number): ReasoningStep | undefined => steps[ends[index] ?? -1];
  const found = ends.findIndex((_, index) => rule(at(index) as ReasoningStep, at(index - 1)));
  return found < 0 ? Math.max(0, ends.length - 1) : found;
}

/** What an answer says to the one who asked. */
function contentOf({ answer }: ReasoningStep): string {
  const { lambdaFunction, parameters, cause, abstainReason, missingParameters } = answer;
  return JSON.stringify([lambdaFunction, parameters, cause, abstainReason, missingParameters]);
}
