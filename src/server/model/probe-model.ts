import { createDeadline } from '../../core/deadline.js';
import { ModelLoadError } from '../../core/errors.js';
import { untilAborted } from '../../core/until-aborted.js';
import { type Alert, DEFAULT_CATALOG } from '../../domain/index.js';
import type { ServiceModel } from './service-model.js';

/** An alert that every model of this package knows what to make of. */
const PROBE: Alert = {
  labels: { alertname: 'PodCrashLoopBackOff', namespace: 'probe', pod: 'probe-7d4b9c6f5d-x2x4z', container: 'app' },
  annotations: { summary: 'Pod probe/probe-7d4b9c6f5d-x2x4z is in CrashLoopBackOff' },
  metrics: {},
  status: 'firing',
};

/**
 * Asks a model about an alert before anybody else does. What it answers need not be right, which only an evaluation can
 * tell, but it must be an answer: in time, numbers that are numbers, a function of the catalog or none.
 *
 * @throws ModelLoadError that says what was wrong
 */
export async function probeModel(model: ServiceModel, timeoutMs: number): Promise<void> {
  const { id } = model.identity;
  const deadline = createDeadline({ timeoutMs });
  try {
    const { signal } = deadline;
    const decision = await untilAborted(() => model.select(PROBE, { catalog: DEFAULT_CATALOG, signal }), signal);
    const { lambdaFunction, confidence, candidates } = decision;
    if (!isShare(confidence))
      throw faulty(id, `its confidence is ${String(confidence)}, which is no number from 0 to 1`);
    const known = lambdaFunction === null || DEFAULT_CATALOG.some(({ name }) => name === lambdaFunction);
    if (!known) throw faulty(id, 'it names a function that is not in the catalog');
    const wrong = candidates.length === 0 || candidates.some(({ probability }) => !isShare(probability));
    if (wrong) throw faulty(id, 'its candidates have no probabilities from 0 to 1');
  } catch (error) {
    if (ModelLoadError.isInstance(error)) throw error;
    throw faulty(id, error instanceof Error ? error.message : String(error), error);
  } finally {
    deadline.dispose();
  }
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

function faulty(id: string, why: string, cause?: unknown): ModelLoadError {
  return new ModelLoadError(`${id} was loaded but does not answer its probe: ${why}`, { cause });
}
