/** Token log-probabilities as a result carries them, or why it carries none. */
export interface LogprobsOutcome {
  readonly logprobs?: readonly number[];
  readonly warning?: string;
}

/** Rounding may lift the log-probability of a certain token this far above 0. */
const ROUNDING = 1e-3;

/**
 * Takes a server's log-probabilities over if all of them are: finite and at most 0. One that is not makes every sum
 * over them meaningless, so they are dropped together.
 *
 * @param values as the server gave them; undefined or empty when it gave none
 * @param asked whether the call asked for them
 */
export function readLogprobs(values: readonly unknown[] | undefined, asked: boolean): LogprobsOutcome {
  if (!asked) return {};
  if (values === undefined || values.length === 0) return { warning: 'the server gave no token log-probabilities' };
  const logprobs = values.filter(
    (value): value is number => typeof value === 'number' && Number.isFinite(value) && value <= ROUNDING,
  );
  if (logprobs.length < values.length) {
    const bad = values.length - logprobs.length;
    return { warning: `${bad} of ${values.length} token log-probabilities were no numbers up to 0; all were dropped` };
  }
  return { logprobs: logprobs.map((value) => Math.min(0, value)) };
}
