import { z } from 'zod';
import { createDeadline, type Deadline } from '../../core/deadline.js';
import { AbortedError, DeadlineExceededError } from '../../core/errors.js';
import { redact } from '../../core/redact.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { Alert } from '../../domain/alert/alert.js';
import type { Catalog } from '../../domain/catalog/catalog.js';
import { schemaCheck } from '../../domain/catalog/json-schema.js';
import { describeValue, quote } from '../../domain/describe.js';
import type { Abstention, Evidence, Selection, SelectorOutcome } from '../../domain/selection/selector.js';
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
    parameterOrigins: z.record(z.string(), z.looseObject({ kind: z.string() })),
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
  const end: EndAttempt = (part) => ({
    phase: phase.name,
    ...part,
    reason: part.reason.trim() === '' ? 'it gave no reason' : redact(part.reason),
    threshold: question.threshold(),
    durationMs: performance.now() - start,
  });
  if (phase.skip !== undefined) return { attempt: end({ outcome: 'skipped', reason: phase.skip }) };
  if (deadline.remainingMs() === 0) {
    return { attempt: end({ outcome: 'timed-out', reason: "the chain's deadline had passed" }) };
  }

  const share = createDeadline({ signal: deadline.signal, timeoutMs: phase.timeoutMs });
  let raw: unknown;
  try {
    const { signal } = share;
    raw = await untilAborted(() => phase.selector.doSelect({ alert, catalog, signal }), signal);
  } catch (error) {
    if (deadline.signal.aborted && AbortedError.isInstance(error)) throw error;
    const outcome = DeadlineExceededError.isInstance(error) ? 'timed-out' : 'failed';
    return { attempt: end({ outcome, reason: messageOf(error) }) };
  } finally {
    share.dispose();
  }
  try {
    return judge(raw, question, end);
  } catch (error) {
    const reason = `gave an outcome that cannot be read: ${messageOf(error)}`;
    return { attempt: end({ outcome: 'failed', reason }) };
  }
}

type EndAttempt = (part: Omit<PhaseAttempt, 'phase' | 'threshold' | 'durationMs'>) => PhaseAttempt;

function judge(raw: unknown, question: PhaseQuestion, end: EndAttempt): PhaseRun {
  const checked = outcomeSchema.safeParse(raw);
  if (!checked.success) {
    const where = checked.error.issues[0]?.path.join('.') || 'the outcome';
    return { attempt: end({ outcome: 'failed', reason: `gave an outcome that breaks its contract at ${where}` }) };
  }
  // What was checked counts, whatever the selector makes of its object afterwards.
  const outcome = withoutSecrets({ ...(raw as SelectorOutcome), ...(checked.data as object) });
  if (outcome.kind === 'abstained') return judgeAbstention(outcome, question.threshold(), end);
  const fault = faultOf(outcome, question);
  const said = { lambdaFunction: outcome.lambdaFunction, confidence: outcome.confidence };
  if (fault !== undefined) return { attempt: end({ ...said, outcome: 'refused', reason: fault }) };
  if (outcome.confidence < question.threshold()) {
    return { attempt: end({ ...said, outcome: 'below-threshold', reason: `not sure enough: ${outcome.reasoning}` }) };
  }
  return { attempt: end({ ...said, outcome: 'taken', reason: outcome.reasoning }), outcome };
}

function judgeAbstention(outcome: Abstention, threshold: number, end: EndAttempt): PhaseRun {
  const said = outcome.confidence === undefined ? {} : { confidence: outcome.confidence };
  const sure = outcome.reason === 'none-applies' && outcome.confidence !== undefined && outcome.confidence >= threshold;
  if (sure) return { attempt: end({ ...said, outcome: 'none-applies', reason: outcome.detail }), outcome };
  return { attempt: end({ ...said, outcome: 'abstained', reason: `${outcome.reason}: ${outcome.detail}` }) };
}

/** What speaks against a call that a phase would make, whoever wrote the phase; undefined when nothing does. */
function faultOf(selection: Selection, { alert, catalog }: PhaseQuestion): string | undefined {
  const { lambdaFunction, parameters } = selection;
  const call = resolveCall({ alert, catalog }, { lambdaFunction, parameters, by: 'selector' });
  if (call.kind === 'refused') return call.detail;
  const changed = Object.keys(parameters).find((name) => call.parameters[name] !== parameters[name]);
  if (changed !== undefined) return `${quote(changed)} does not hold what the alert gives for it`;
  // That the alert could fill what was left out does not make the call complete.
  const definition = catalog.find(({ name }) => name === lambdaFunction);
  return definition && schemaCheck(definition.parameters)(parameters);
}

/** What people read of an outcome goes into events and logs. */
function withoutSecrets(outcome: SelectorOutcome): SelectorOutcome {
  const evidence = outcome.evidence?.map(
    ({ source, text, ...rest }): Evidence => ({
      ...rest,
      source: redact(source),
      ...(text !== undefined && { text: redact(text) }),
    }),
  );
  if (outcome.kind === 'abstained') {
    return { ...outcome, detail: redact(outcome.detail), ...(evidence && { evidence }) };
  }
  return { ...outcome, reasoning: redact(outcome.reasoning), evidence: evidence ?? [] };
}

/** What was thrown, in words, which even an error without a message has. */
function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message === '' ? error.name : String(error.message);
  return typeof error === 'string' && error !== '' ? error : `threw ${describeValue(error)}`;
}
