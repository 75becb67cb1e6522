import { CloudEvent, type CloudEventV1 } from 'cloudevents';
import type { DeliveryError } from '../../core/errors.js';
import { toAttributeText } from '../message/attribute-text.js';
import type { FailedDelivery } from './retry-plan.js';
import type { SinkAddress } from './sink-address.js';

/**
 * Takes an event that could not be delivered. The event carries `knativeerrordest`, and `knativeerrorcode` and
 * `knativeerrordata` where the sink answered. It counts as taken when this returns, or when the promise that it returns
 * resolves.
 */
export type OnDeadLetter = (event: CloudEvent<unknown>, error: DeliveryError) => unknown;

/** The event as a dead-letter sink of Knative would get it. */
export function deadLetterOf(
  event: CloudEventV1<unknown>,
  { shown }: Pick<SinkAddress, 'shown'>,
  { status, text }: Pick<FailedDelivery, 'status' | 'text'>,
): CloudEvent<unknown> {
  return new CloudEvent<unknown>({
    ...event,
    knativeerrordest: shown,
    ...(status !== undefined && { knativeerrorcode: status }),
    ...(text !== '' && { knativeerrordata: toAttributeText(text) }),
  });
}
