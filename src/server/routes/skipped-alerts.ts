import type { SkippedAlert } from '../../cloudevents/index.js';
import { redact } from '../../core/redact.js';
import type { ServiceContext } from '../http/context.js';
import type { ServiceKernel } from '../service-route.js';

/** Tells of alerts that were left out of a request: an event and an audit line for each. */
export function reportSkipped(kernel: ServiceKernel, context: ServiceContext, skipped: readonly SkippedAlert[]): void {
  const { requestId, route } = context.get('state');
  const clean = (text: string | undefined): string | undefined => (text === undefined ? undefined : redact(text));
  for (const { eventIndex, alertIndex, alertname, fingerprint, expected, error } of skipped) {
    kernel.events.emit('alert_skipped', {
      requestId,
      route,
      eventIndex,
      alertIndex,
      alertname: clean(alertname),
      fingerprint: clean(fingerprint),
      expected: redact(expected),
    });
    kernel.audit(context, {
      action: 'refused',
      // As the lines about the valid alerts of the request have it.
      status: 202,
      reason: `${error.reason}: ${expected}`,
      outcome: 'skipped',
      ...(fingerprint !== undefined && { alertFingerprint: fingerprint }),
    });
  }
}
