import type { Dispatcher } from 'undici';
import { abortError, createDeadline } from '../../core/deadline.js';
import { redactError } from '../../core/redact.js';
import { untilAborted } from '../../core/until-aborted.js';
import { readStart } from '../../http/body.js';
import { failureOfNetwork } from '../../http/failure.js';
import { parseRetryAfter } from '../../http/retry.js';
import { serverText } from '../../http/server-text.js';
import type { OutgoingMessage } from '../message/write-message.js';
import { FailedDelivery, verdictOf } from './retry-plan.js';
import type { SinkAddress } from './sink-address.js';

/** Bytes of an answer that are read for what it says. */
const LONGEST_ANSWER_BYTES = 16_384;

/** After the last part of an answer the sink may take this long to end it. */
const END_GRACE_MS = 100;

/** Connections that the sink ended with an informational answer, which undici reports as broken. */
const INFORMATIONAL = /^bad (?:upgrade|response)$/;

export interface Attempt {
  readonly dispatcher: Dispatcher;
  readonly address: SinkAddress;
  readonly message: OutgoingMessage;
  /** Ends the delivery. */
  readonly signal: AbortSignal;
  /** Milliseconds for this attempt. */
  readonly timeoutMs: number;
}

/**
 * Sends an event once and gives the status of a 2xx answer, whose body is no reply and not read.
 *
 * @throws FailedDelivery for any other end; DeadlineExceededError or AbortedError when the delivery's signal fires
 */
export async function postEvent({ dispatcher, address, message, signal, timeoutMs }: Attempt): Promise<number> {
  const deadline = createDeadline({ signal, timeoutMs });
  try {
    return await untilAborted(() => exchange(dispatcher, address, message, deadline.signal), deadline.signal);
  } catch (error) {
    if (error instanceof FailedDelivery) throw error;
    if (signal.aborted) throw abortError(signal);
    if (deadline.signal.aborted) {
      throw new FailedDelivery('retry', `${address.origin} did not answer within ${timeoutMs} ms`);
    }
    const cause = redactError(error, address.secrets);
    if (error instanceof Error && INFORMATIONAL.test(error.message)) {
      throw new FailedDelivery(
        'refused',
        `${address.origin} answered with an informational status, which is no answer`,
        {
          cause,
        },
      );
    }
    throw new FailedDelivery('retry', failureOfNetwork(error, address.origin, 'before-answer').message, { cause });
  } finally {
    deadline.dispose();
  }
}

async function exchange(
  dispatcher: Dispatcher,
  address: SinkAddress,
  message: OutgoingMessage,
  signal: AbortSignal,
): Promise<number> {
  const { statusCode, headers, body } = await dispatcher.request({
    origin: address.origin,
    path: address.path,
    method: 'POST',
    headers: { ...message.headers },
    body: message.body,
    signal,
  });
  // A destroyed body emits errors that nobody may be waiting for any more.
  body.on('error', () => undefined);
  const verdict = verdictOf(statusCode);
  if (verdict === 'accepted') {
    // The answer counts from its first line on; what follows is let go, so that the connection can serve again.
    const done = (): undefined => undefined;
    body.dump({ limit: LONGEST_ANSWER_BYTES, signal: AbortSignal.timeout(END_GRACE_MS) }).then(done, done);
    return statusCode;
  }
  // An answer that breaks off has its status all the same.
  const text = serverText(await readStart(body, LONGEST_ANSWER_BYTES).catch(() => ''), address.secrets);
  body.destroy();
  const retryAfter = headers['retry-after'];
  throw new FailedDelivery(verdict, `${address.origin} answered ${statusCode}${text === '' ? '' : `: ${text}`}`, {
    status: statusCode,
    text,
    retryAfterMs: parseRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, Date.now()),
  });
}
