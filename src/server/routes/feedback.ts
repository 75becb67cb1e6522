import { z } from 'zod';
import { InvalidInputError } from '../../core/errors.js';
import { expectedMessage } from '../../domain/alert/alert-schema.js';
import { parseWith } from '../../domain/alert/parse-alerts.js';
import { alertFingerprint, CATALOG_LIMITS, parseAlerts } from '../../domain/index.js';
import type { ReportedOutcome } from '../../remediation/acting/index.js';
import { Problem } from '../http/problem.js';
import { feedbackRequestSchema } from '../openapi/schemas.js';
import type { ServiceKernel, ServiceRoute } from '../service-route.js';

const OUTCOMES = ['effective', 'ineffective', 'failed', 'unknown'] as const;

const feedbackSchema = z.object(
  {
    event_id: z
      .string({ error: expectedMessage('the id of an event') })
      .regex(/^[\x21-\x7e]{1,256}$/, { error: expectedMessage('1 to 256 printable characters without spaces') }),
    lambda_function: z
      .string({ error: expectedMessage('the name of a function') })
      .min(1, { error: expectedMessage('the name of a function') })
      .max(CATALOG_LIMITS.nameLength, { error: `expected at most ${CATALOG_LIMITS.nameLength} characters` }),
    parameters: z
      .record(z.string().max(256), z.union([z.string().max(4_096), z.number(), z.boolean()]), {
        error: expectedMessage('an object of texts, numbers and switches'),
      })
      .nullish(),
    alert: z.unknown().optional(),
    outcome: z.enum(OUTCOMES, { error: expectedMessage(`one of ${OUTCOMES.join(', ')}`) }),
  },
  { error: expectedMessage('{event_id, lambda_function, parameters, alert, outcome}') },
);

/** Takes outcomes back to where they count, as `createOutcomeRecorder` does. */
export type OnOutcome = (result: ReportedOutcome) => Promise<void>;

/** POST /feedback: how an action ended. 204 once it counts; after a 503 send the same again, it counts once. */
export function feedbackRoute(kernel: ServiceKernel, onOutcome: OnOutcome | undefined): ServiceRoute {
  return {
    method: 'POST',
    path: '/feedback',
    scope: 'feedback',
    operation: {
      id: 'reportOutcome',
      summary: 'Report how an action ended',
      request: { schema: feedbackRequestSchema },
      responses: { 204: { description: 'It counts.' } },
    },
    async handle(context) {
      const feedback = parseWith(feedbackSchema, await kernel.readJson(context), []);
      const [alert, ...others] = parseAlerts(feedback.alert);
      if (!alert || others.length > 0) {
        throw new InvalidInputError('alert', `expected one alert, received ${others.length + 1}`);
      }
      if (!onOutcome) throw new Problem('not-configured', { detail: 'outcomes are not recorded here' });
      const { event_id: id, lambda_function: lambdaFunction, parameters, outcome } = feedback;
      const call = { lambdaFunction, parameters: parameters ?? {}, alert, origin: { id } };
      try {
        await onOutcome({ call, outcome });
      } catch (error) {
        // A store that is out of reach; the same report can be given again.
        throw new Problem('unavailable', {
          detail: 'the outcome could not be kept; send it again',
          retryAfterSeconds: 1,
          cause: error,
        });
      }
      kernel.audit(context, { action: 'feedback', alertFingerprint: alertFingerprint(alert), outcome, status: 204 });
      return context.body(null, 204);
    },
  };
}
