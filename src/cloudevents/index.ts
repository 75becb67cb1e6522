/** CloudEvents and Alertmanager webhooks in, trigger events out, and the side that runs what they ask for. */
export { ALERT_FIRED, LAMBDA_TRIGGER, LARGEST_EVENT_BYTES, SOURCE } from './event-types.js';
export {
  type Claim,
  createMemoryDedupeStore,
  type DedupeStore,
  type MemoryDedupeOptions,
} from './handle/dedupe-store.js';
export {
  handleLambdaEvents,
  type LambdaAnswer,
  type LambdaEvents,
  type LambdaEventsOptions,
} from './handle/handle-lambda-events.js';
export type { LambdaCall } from './handle/lambda-call.js';
export type { LambdaHandler, LambdaOutcome, LambdaResult } from './handle/run-call.js';
export type { EventRequestListener, EventRequestOptions } from './http/event-listener.js';
export type { EventOrigin } from './message/event-origin.js';
export type { EventMessage } from './message/read-message.js';
export { type OutgoingMessage, type SendMode, writeMessage } from './message/write-message.js';
export { type AlertReceiverOptions, createAlertReceiver, type TakeAlerts } from './receive/alert-receiver.js';
export {
  type ReceivedEvent,
  type ReceivedEvents,
  type ReceiveOptions,
  receiveEvents,
} from './receive/receive-events.js';
export type { SkippedAlert } from './receive/skipped-alert.js';
export type { OnDeadLetter } from './sink/dead-letter.js';
export { createEventSink, type Delivery, type EventSink } from './sink/event-sink.js';
export type { EventSinkOptions, SinkRetryOptions } from './sink/sink-options.js';
export { type LambdaTriggerData, lambdaTriggerDataSchema } from './trigger/trigger-data.js';
export { createTriggerDispatcher, type TriggerDispatcherOptions } from './trigger/trigger-dispatcher.js';
export { createTriggerEvent, type TriggerEvent, type TriggerOptions } from './trigger/trigger-event.js';
export { type TriggerIdentity, triggerId } from './trigger/trigger-id.js';
