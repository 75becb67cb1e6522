import { z } from 'zod';
import { createDeadline, type Deadline } from '../../core/deadline.js';
import { AbortedError, DeadlineExceededError } from '../../core/errors.js';
import { redact } from '../../core/redact.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { Alert } from '../../domain/alert/alert.js';
import type { Catalog } from '../../domain/catalog/catalog.js';
import { quote } from '../../domain/describe.js';
import type { Selection, SelectorOutcome } from '../../domain/selection/selector.js';
import { resolveCall } from '../call/index.js';
import type { PhaseAttempt } from './chain-decision.js';
import type { ResolvedPhase } from './phase.js';

/** How a phase ended, and what it said where that counts. */
export interface PhaseRun {
  readonly attempt: PhaseAttempt;
  /** Set when the attempt's outcome is `taken` or `none-applies`. */
  readonly outcome?: SelectorOutcome;
}

export interface PhaseQuestion {
  readonly alert: Alert;
  readonly catalog: Catalog;
  /** Read when the phase has ended, so that a change counts at once. */
  readonly threshold: () => number;
  /** The chain's own, of which the phase gets its share. */
  readonly deadline: Deadline;
}

const confidence = z.number().min(0).max(1);
const evidence = z.array(
  z.object({
    kind: z.enum(['annotation', 'model', 'runbook', 'incident', 'llm', 'rule']),
    source: z.string(),
    text: z.string().optional(),
    score: z.number().optional(),
  }),
);

/** What a selector must give; one that comes from outside this package is not believed unseen. */
const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('selected'),
    lambdaFunction: z.string(),
    parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    parameterOrigins: z.record(z.string(), z.object({ kind: z.string() })),
    confidence,
    reasoning: z.string(),
    evidence,
  }),
  z.object({
    kind: z.literal('abstained'),
    reason: z.string(),
    confidence: confidence.optional(),
    detail: z.string(),
    evidence: evidence.optional(),
  }),
]);

/**
 * Asks one phase within its time and judges what it says. Whatever the phase does wrong is an attempt, never a throw.
 *
 * @throws AbortedError when the caller's signal fires
 */
export async function runPhase(phase: ResolvedPhase, question: PhaseQuestion): Promise<PhaseRun> {
  const { alert, catalog, deadline } = question;
  const start = performance.now();
  const end = (part: Omit<PhaseAttempt, 'phase' | 'threshold' | 'durationMs'>): PhaseAttempt => ({
    phase: phase.name,
    ...part,
    threshold: question.threshold(),
    durationMs: performance.now() - start,
  });
  if (phase.skip !== undefined) return { attempt: end({ outcome: 'skipped', reason: phase.skip }) };
  if (deadline.remainingMs() === 0) {
    return { attempt: end({ outcome: 'timed-out', reason: "the chain's deadline had passed" }) };
  }

  const share = createDeadline({ signal: deadline.signal, timeoutMs: phase.timeoutMs });
  let raw: SelectorOutcome;
  try {
    const { signal } = share;
    raw = await untilAborted(() => phase.selector.doSelect({ alert, catalog, signal }), signal);
  } catch (error) {
    if (deadline.signal.aborted && AbortedError.isInstance(error)) throw error;
    if (DeadlineExceededError.isInstance(error)) {
      return { attempt: end({ outcome: 'timed-out', reason: messageOf(error) }) };
    }
    return { attempt: end({ outcome: 'failed', reason: messageOf(error) }) };
  } finally {
    share.dispose();
  }

  const checked = outcomeSchema.safeParse(raw);
  if (!checked.success) {
    const where = checked.error.issues[0]?.path.join('.') || 'the outcome';
    return { attempt: end({ outcome: 'failed', reason: `gave an outcome that breaks its contract at ${where}` }) };
  }
  if (raw.kind === 'abstained') return judgeAbstention(raw, question.threshold(), end);
  const fault = faultOf(raw, question);
  const said = { lambdaFunction: raw.lambdaFunction, confidence: raw.confidence };
  if (fault !== undefined) return { attempt: end({ ...said, outcome: 'refused', reason: fault }) };
  if (raw.confidence < question.threshold()) {
    return { attempt: end({ ...said, outcome: 'below-threshold', reason: `not sure enough: ${raw.reasoning}` }) };
  }
  return { attempt: end({ ...said, outcome: 'taken', reason: raw.reasoning }), outcome: raw };
}

function judgeAbstention(
  raw: Extract<SelectorOutcome, { kind: 'abstained' }>,
  threshold: number,
  end: (part: Omit<PhaseAttempt, 'phase' | 'threshold' | 'durationMs'>) => PhaseAttempt,
): PhaseRun {
  const said = raw.confidence === undefined ? {} : { confidence: raw.confidence };
  const sure = raw.reason === 'none-applies' && raw.confidence !== undefined && raw.confidence >= threshold;
  if (sure) return { attempt: end({ ...said, outcome: 'none-applies', reason: raw.detail }), outcome: raw };
  return { attempt: end({ ...said, outcome: 'abstained', reason: `${raw.reason}: ${raw.detail}` }) };
}

/** What speaks against a call that a phase would make, whoever wrote the phase; undefined when nothing does. */
function faultOf(selection: Selection, { alert, catalog }: PhaseQuestion): string | undefined {
  const { lambdaFunction, parameters } = selection;
  const call = resolveCall({ alert, catalog }, { lambdaFunction, parameters, by: 'selector' });
  if (call.kind === 'refused') return call.detail;
  const changed = Object.keys(parameters).find((name) => call.parameters[name] !== parameters[name]);
  return changed === undefined ? undefined : `${quote(changed)} does not hold what the alert gives for it`;
}

function messageOf(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error));
}
