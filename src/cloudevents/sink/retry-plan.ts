/** Longest wait between two attempts that the sink did not ask for, in milliseconds. */
const LONGEST_BACKOFF_MS = 10_000;

/** What an HTTP status means for an event that was sent (Knative, "Data Plane Contract"). */
export type Verdict = 'accepted' | 'retry' | 'refused';

/** 2xx is done; 404, 408, 409, 429 and 5xx may pass; all else, redirects among it, does not. */
export function verdictOf(status: number): Verdict {
  if (status >= 200 && status <= 299) return 'accepted';
  return status >= 500 || [404, 408, 409, 429].includes(status) ? 'retry' : 'refused';
}

/** One attempt that failed. Never leaves this folder. */
export class FailedDelivery extends Error {
  readonly verdict: Exclude<Verdict, 'accepted'>;
  readonly status: number | undefined;
  /** The sink's own words, without secrets. */
  readonly text: string;
  /** Milliseconds that the sink asked to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(
    verdict: Exclude<Verdict, 'accepted'>,
    message: string,
    options: { status?: number; text?: string; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.verdict = verdict;
    this.status = options.status;
    this.text = options.text ?? '';
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Milliseconds to wait before the next attempt, or undefined when there should be none: the failure is final, or the
 * wait would not end before the deadline.
 *
 * @param retry 1 for the first retry
 * @param random in [0, 1), spreads senders that failed together
 */
export function planDelivery(
  failure: unknown,
  retry: number,
  options: { readonly delayMs: number; readonly remainingMs: number; readonly random: number },
): number | undefined {
  if (!(failure instanceof FailedDelivery) || failure.verdict === 'refused') return undefined;
  const backoff = Math.min(LONGEST_BACKOFF_MS, options.delayMs * 2 ** (retry - 1));
  const delay = Math.max(backoff * (0.5 + options.random / 2), failure.retryAfterMs ?? 0);
  return delay >= options.remainingMs ? undefined : delay;
}
