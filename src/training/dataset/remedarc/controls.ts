import type { Random } from '../../../core/random.js';
import type { Alert, Demonstration, ParameterOrigin } from '../../../domain/index.js';
import type { Example } from '../example.js';

/** The same question without the answered alerts: no better than chance can be done. */
export function withoutDemonstrations(example: Example): Example {
  const { demonstrations: _, ...rest } = example;
  return rest;
}

/**
 * The demonstrations with their answers dealt out anew, so that they show another rule or none; the label stays that of
 * the true rule. Every demonstration whose answer differs from another's gets an answer that it had not, where the
 * answers allow it.
 */
export function withShuffledAnswers(example: Example, random: Random): Example {
  const demonstrations = example.demonstrations ?? [];
  const answers = demonstrations.map(({ lambdaFunction, parameterOrigins }) => ({ lambdaFunction, parameterOrigins }));
  const changed = (order: readonly (typeof answers)[number][]): number =>
    order.filter((answer, at) => answer.lambdaFunction !== answers[at]?.lambdaFunction).length;
  const shift = 1 + random.integer(Math.max(1, answers.length - 1));
  const rotated = answers.map((_, at) => answers[(at + shift) % answers.length] as (typeof answers)[number]);
  let best = rotated;
  for (let attempt = 0; attempt < 12; attempt++) {
    const order = random.shuffle(answers);
    if (changed(order) > changed(best)) best = order;
  }
  return {
    ...example,
    demonstrations: demonstrations.map((one, at): Demonstration => ({ ...one, ...best[at] })),
  };
}

/** An answer as a demonstration states it. */
export type CopiedAnswer = Pick<Demonstration, 'lambdaFunction' | 'parameterOrigins'>;

/**
 * The baseline that understands no rule: the answer of the demonstration that shares most labels and metrics with the
 * query, its parameters from the same keys. The first one wins a tie.
 */
export function nearestDemonstrationCopy(example: Example): CopiedAnswer {
  const [first, ...others] = example.demonstrations ?? [];
  if (first === undefined) return { lambdaFunction: null, parameterOrigins: {} };
  let best = first;
  for (const other of others) {
    if (sharedFields(other.alert, example.alert) > sharedFields(best.alert, example.alert)) best = other;
  }
  const { lambdaFunction, parameterOrigins } = best;
  return { lambdaFunction, parameterOrigins };
}

/** True when an answer is the example's: the function, and an acceptable origin for every parameter. */
export function isExact(example: Example, answer: CopiedAnswer): boolean {
  if (answer.lambdaFunction === null) return example.functions.length === 0 || example.noneAcceptable;
  if (!example.functions.includes(answer.lambdaFunction)) return false;
  const accepted = Object.entries(example.parameters[answer.lambdaFunction] ?? {});
  return accepted.every(([name, origins]) => {
    const given = answer.parameterOrigins[name];
    return given !== undefined && origins.some((origin) => isSameOrigin(origin, given));
  });
}

function isSameOrigin(left: ParameterOrigin, right: ParameterOrigin): boolean {
  const keyOf = (origin: ParameterOrigin): string | undefined => ('key' in origin ? origin.key : undefined);
  return left.kind === right.kind && keyOf(left) === keyOf(right);
}

function sharedFields(one: Alert, other: Alert): number {
  const count = (left: Readonly<Record<string, unknown>>, right: Readonly<Record<string, unknown>>): number =>
    Object.keys(left).filter((key) => Object.hasOwn(right, key) && left[key] === right[key]).length;
  return count(one.labels, other.labels) + count(one.metrics, other.metrics);
}
