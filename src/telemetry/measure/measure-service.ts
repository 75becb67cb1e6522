import type { Handlers, ModelSeen } from '../observer/events.js';
import type { LabelBounds } from './label-bounds.js';
import type { Meters } from './metrics.js';
import { BREAKER_STATES, type BreakerState, HTTP_METHODS, OTHER, REFUSALS } from './values.js';

/** What no event tells: gauges that are set by hand. Nothing here throws for a value. */
export interface Gauges {
  /** @param dependency a name of the configuration, such as `ollama` */
  breaker(dependency: string, state: BreakerState): void;
  /** The model that answers from now on, null when there is none. A service that is observed tells it by itself. */
  model(model: Pick<ModelSeen, 'sha256' | 'calibration' | 'calibratedAt'> | null): void;
  /** @param total records that the audit log has lost since it was opened */
  auditLost(total: number): void;
}

const SHOWN_DIGITS = 12;

export function createGauges(meters: Meters, bounds: LabelBounds): Gauges {
  let lost = 0;
  return {
    breaker(dependency, state) {
      const level = BREAKER_STATES.indexOf(state);
      meters.set('breaker_state', { dependency: bounds.name('dependency', dependency) }, level);
    },
    model(model) {
      meters.clear('model_info');
      meters.clear('calibration_timestamp_seconds');
      if (model === null) return;
      const { sha256, calibration = 'unknown', calibratedAt } = model;
      const sha = /^[0-9a-f]{12,64}$/i.test(sha256) ? sha256.slice(0, SHOWN_DIGITS).toLowerCase() : OTHER;
      meters.set('model_info', { sha, calibration: /^[\w.-]{1,40}$/.test(calibration) ? calibration : OTHER }, 1);
      if (calibratedAt !== undefined) meters.set('calibration_timestamp_seconds', {}, calibratedAt / 1000);
    },
    auditLost(total) {
      if (!(total > lost)) return;
      meters.count('audit_records_lost_total', {}, total - lost);
      lost = total;
    },
  };
}

/** Counts what the inference service tells of itself. */
export function measureService(meters: Meters, bounds: LabelBounds, gauges: Gauges): Handlers {
  const load = ({ waiting, active }: { readonly waiting: number; readonly active: number }): void => {
    meters.set('inference_queue_size', {}, waiting);
    meters.set('inference_requests_in_flight', {}, waiting + active);
  };
  return {
    request_ended({ route: pattern, method: given, status, durationMs }) {
      const route = bounds.name('route', pattern);
      const method = bounds.oneOf(HTTP_METHODS, given);
      meters.count('http_requests_total', { route, method, code: bounds.status(status) });
      meters.record('http_request_duration_seconds', { route }, durationMs / 1000);
    },
    request_refused: ({ reason }) => meters.count('requests_refused_total', { reason: bounds.oneOf(REFUSALS, reason) }),
    work_queued: load,
    work_started(event) {
      load(event);
      meters.record('inference_queue_duration_seconds', {}, event.waitMs / 1000);
    },
    work_ended: load,
    work_shared: () => meters.count('inference_shared_total', {}),
    batch_computed: ({ rows }) => meters.record('inference_batch_size', {}, rows),
    model_switched({ model }) {
      meters.count('model_reloads_total', { result: 'switched' });
      gauges.model(model);
    },
    model_refused: () => meters.count('model_reloads_total', { result: 'rejected' }),
    limiter_failed: () => meters.count('limiter_failures_total', {}),
  };
}
