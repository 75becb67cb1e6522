import type { ProviderFailure } from '../core/errors.js';

/** What a server can do wrong, by name. */
export type FaultName = keyof typeof HTTP_FAULTS;

/** How a call with a fault ends: a ProviderError of that reason, an answer all the same, or at the deadline. */
export type FaultExpectation = ProviderFailure | 'answers' | 'deadline';

/** The faults that every HTTP provider meets, each with the end that it shall have. */
export const HTTP_FAULTS = {
  refused: 'unavailable',
  'hang-before-headers': 'timeout',
  'hang-in-body': 'timeout',
  drip: 'deadline',
  'reset-before-headers': 'unavailable',
  'reset-mid-body': 'unavailable',
  'mid-stream-error': 'unavailable',
  'no-http': 'bad-response',
  html: 'bad-response',
  'truncated-json': 'bad-response',
  'invalid-utf8': 'bad-response',
  'huge-body': 'bad-response',
  'compressed-body': 'bad-response',
  'redirect-loop': 'bad-response',
  'wrong-content-type': 'answers',
  'wrong-types': 'bad-response',
  'empty-body': 'bad-response',
  'empty-choices': 'bad-response',
  'queue-full': 'overloaded',
  'unsupported-option': 'unsupported',
  unauthorized: 'unauthorized',
  forbidden: 'unauthorized',
  'model-missing': 'model-missing',
  'request-timeout': 'timeout',
  conflict: 'bad-request',
  gone: 'unavailable',
  'too-large': 'bad-request',
  unprocessable: 'bad-request',
  'failed-dependency': 'unavailable',
  'rate-limited': 'overloaded',
  'rate-limited-seconds': 'overloaded',
  'rate-limited-past': 'overloaded',
  'rate-limited-garbage': 'overloaded',
  'rate-limited-long': 'overloaded',
  'server-error': 'unavailable',
  'bad-gateway': 'unavailable',
  'gateway-timeout': 'unavailable',
  'logprobs-missing': 'answers',
  'logprobs-infinite': 'answers',
  'length-limit': 'answers',
} as const satisfies Readonly<Record<string, FaultExpectation>>;

/** An answer that is nothing but a status and words. */
export interface StatusFault {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const RATE_LIMITED = { status: 429, message: 'rate limit reached' };

/** The faults that are an error status, with what servers say. */
export const STATUS_FAULTS: Readonly<Partial<Record<FaultName, StatusFault>>> = {
  'queue-full': { status: 503, message: 'server busy, please try again.  maximum pending requests exceeded' },
  'unsupported-option': { status: 400, message: 'registry.ollama.ai/library/gemma3:1b does not support tools' },
  unauthorized: { status: 401, message: 'invalid credentials' },
  forbidden: { status: 403, message: 'this token lacks a permission' },
  'request-timeout': { status: 408, message: 'request timed out' },
  conflict: { status: 409, message: 'conflict' },
  gone: { status: 410, message: 'this API is no longer supported' },
  'too-large': { status: 413, message: 'the request is too large' },
  unprocessable: { status: 422, message: 'the request is not valid' },
  'failed-dependency': { status: 424, message: 'the backend did not start' },
  'rate-limited': RATE_LIMITED,
  'rate-limited-seconds': { ...RATE_LIMITED, headers: { 'retry-after': '0' } },
  'rate-limited-past': { ...RATE_LIMITED, headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
  'rate-limited-garbage': { ...RATE_LIMITED, headers: { 'retry-after': 'soon' } },
  'rate-limited-long': { ...RATE_LIMITED, headers: { 'retry-after': '86400' } },
  'server-error': { status: 500, message: 'llama runner process has terminated: exit status 2' },
  'bad-gateway': { status: 502, message: 'bad gateway' },
  'gateway-timeout': { status: 504, message: 'gateway timeout' },
};
