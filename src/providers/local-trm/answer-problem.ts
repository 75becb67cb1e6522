import type { GenerateCall, RecursionStep } from '../../domain/index.js';
import { type EncodedCatalog, encodeAlert, encodeCatalog, explain } from '../../encoding/index.js';
import { isSettled, type ReasoningStep, type RemediationReasoner } from '../../trm/remediation/index.js';
import type { Problem } from './read-problem.js';

/**
 * Answers one problem: after each supervision step the JSON text `{lambda_function, parameters, reasoning}` and the
 * calibrated probability that it is right, the final answer last.
 *
 * @param catalog the problem's catalog as the model sees it, where the caller keeps it
 * @throws what `RemediationReasoner.reason` rejects with
 */
export async function answerProblem(
  problem: Problem,
  reasoner: RemediationReasoner,
  { recursion, signal }: Pick<GenerateCall, 'recursion' | 'signal'>,
  catalog: EncodedCatalog = encodeCatalog(problem.catalog, reasoner.tokenizer),
): Promise<readonly RecursionStep[]> {
  const row = { alert: encodeAlert(problem.alert, reasoner.tokenizer), catalog };
  const render = ({ answer }: ReasoningStep): string =>
    JSON.stringify({
      lambda_function: answer.lambdaFunction,
      parameters: answer.parameters,
      reasoning: explain(answer, row.alert),
    });
  const rule = haltRule(recursion, render);
  const cycles = await reasoner.reason(row, { signal, ...(rule && { shouldHalt: rule }) });
  return cycles
    .filter(({ step }, index) => cycles[index + 1]?.step !== step)
    .map((cycle) => ({ text: render(cycle), confidence: cycle.confidence }));
}

/** Without a word from the caller the model's own head decides. */
function haltRule(
  recursion: GenerateCall['recursion'],
  render: (step: ReasoningStep) => string,
): ((cycles: readonly ReasoningStep[], step: number) => boolean) | undefined {
  if (!recursion) return undefined;
  const { maxSteps, stopConfidence, haltByHead = false } = recursion;
  let previous: string | undefined;
  return (cycles, step) => {
    const last = cycles.at(-1) as ReasoningStep;
    const text = render(last);
    const sure = stopConfidence !== undefined && (last.confidence > stopConfidence || text === previous);
    previous = text;
    return sure || (haltByHead && isSettled(cycles)) || step >= maxSteps;
  };
}
