import { ConfigurationError } from '../core/errors.js';
import { describeValue } from '../domain/describe.js';

/** What one process of the service takes at most, so that no client can take it away from the others. */
export interface ServiceLimits {
  /** Bytes of one body. Default 2 MiB. */
  readonly maxBodyBytes: number;
  /** Bytes of all bodies that are being read or answered. Default 256 MiB. */
  readonly maxBufferedBytes: number;
  /** Objects and arrays within each other. Default 32. */
  readonly maxDepth: number;
  /** Bytes of the headers of one request. Default 16 KiB. */
  readonly maxHeaderBytes: number;
  /** Headers of one request. Default 100. */
  readonly maxHeaders: number;
  /** Alerts of one request. Default 1,000. */
  readonly maxAlerts: number;
  /** Requests that are being read or answered; more are answered 503. Default 2,048. */
  readonly maxInFlight: number;
  /** Connections; more are not taken. Default 4,096. */
  readonly maxConnections: number;
  /** Alerts that are decided at once. Default 64, which fills two batches of the model. */
  readonly maxConcurrent: number;
  /** Alerts that may wait for that; more are answered 503. Default 2,048. */
  readonly maxWaiting: number;
  /** Milliseconds from the arrival of a request to its answer. Default 15,000. */
  readonly requestTimeoutMs: number;
  /** Milliseconds for the headers of a request to arrive. Default 10,000. */
  readonly headersTimeoutMs: number;
  /** Milliseconds for a whole request to arrive. Default 20,000. */
  readonly arrivalTimeoutMs: number;
  /** Milliseconds that an idle connection is kept. Default 65,000, longer than load balancers keep theirs. */
  readonly keepAliveTimeoutMs: number;
  /** Milliseconds between the order to stop and the last new connection, for load balancers to hear of it. Default 1,000. */
  readonly drainDelayMs: number;
  /** Milliseconds for what is under way when the service stops; then it is given up. Default 25,000. */
  readonly drainTimeoutMs: number;
}

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

/** Default, least and most of each limit. */
const RANGES: Readonly<Record<keyof ServiceLimits, readonly [fallback: number, least: number, most: number]>> = {
  maxBodyBytes: [2 * MIB, 1_024, 64 * MIB],
  maxBufferedBytes: [256 * MIB, 1_024, 64 * 1024 * MIB],
  maxDepth: [32, 8, 256],
  maxHeaderBytes: [16 * 1024, 1_024, MIB],
  maxHeaders: [100, 10, 10_000],
  maxAlerts: [1_000, 1, 10_000],
  maxInFlight: [2_048, 1, 1_000_000],
  maxConnections: [4_096, 1, 1_000_000],
  maxConcurrent: [64, 1, 10_000],
  maxWaiting: [2_048, 0, 1_000_000],
  requestTimeoutMs: [15_000, 1, HOUR_MS],
  headersTimeoutMs: [10_000, 100, HOUR_MS],
  arrivalTimeoutMs: [20_000, 100, HOUR_MS],
  keepAliveTimeoutMs: [65_000, 1, HOUR_MS],
  drainDelayMs: [1_000, 0, HOUR_MS],
  drainTimeoutMs: [25_000, 0, HOUR_MS],
};

/** The limits that hold. Throws ConfigurationError that names one out of its range, or one that does not exist. */
export function resolveServiceLimits(
  given: Partial<Readonly<Record<keyof ServiceLimits, number | undefined>>> = {},
): ServiceLimits {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(RANGES, name));
  if (unknown !== undefined) {
    throw new ConfigurationError(`limits: expected names out of ${Object.keys(RANGES).join(', ')}`);
  }
  const resolved = Object.entries(RANGES).map(([name, [fallback, least, most]]) => {
    const value = given[name as keyof ServiceLimits] ?? fallback;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return [name, value] as const;
    throw new ConfigurationError(
      `limits.${name}: expected a whole number from ${least} to ${most}, received ${describeValue(value)}`,
    );
  });
  const limits = Object.fromEntries(resolved) as unknown as ServiceLimits;
  if (limits.arrivalTimeoutMs < limits.headersTimeoutMs) {
    throw new ConfigurationError('limits.arrivalTimeoutMs: expected no less than headersTimeoutMs');
  }
  return limits;
}
