import { ConfigurationError } from '../../core/errors.js';
import { describeValue } from '../../domain/describe.js';
import { type PlainValue, plainFields } from '../text/plain-fields.js';
import { plainText } from '../text/plain-text.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

type Fields = Readonly<Record<string, unknown>>;

/** Takes structured log lines; pino's order of parameters. */
export type Logger = { readonly [L in LogLevel]: (fields: Fields, message: string) => void };

/** A logger of the embedding agent: pino, console, winston, or whatever else has these four methods. */
export type LoggerLike = { readonly [L in LogLevel]: (...parameters: never[]) => unknown };

export interface GuardOptions {
  /** Texts that must never be logged, besides what looks like a secret. */
  readonly secrets?: readonly string[] | undefined;
  /** What the logger takes first. Default `fields`, as pino has it; winston takes the `message` first. */
  readonly first?: 'fields' | 'message' | undefined;
}

const LONGEST_MESSAGE = 1_000;

/**
 * A logger that untrusted values can be passed to, and that never fails: texts are redacted, escaped and bounded before
 * the other logger gets them, and what that one throws or rejects with becomes a process warning, once.
 *
 * @throws ConfigurationError when the logger lacks a method
 */
export function guardLogger(logger: LoggerLike, { secrets = [], first = 'fields' }: GuardOptions = {}): Logger {
  for (const level of LOG_LEVELS) {
    if (typeof logger?.[level] !== 'function') {
      throw new ConfigurationError(
        `logger: expected debug, info, warn and error, received ${describeValue(logger?.[level])} as ${level}`,
      );
    }
  }
  let reported = false;
  const report = (error: unknown): void => {
    if (reported) return;
    reported = true;
    const kind = error instanceof Error ? error.name : typeof error;
    process.emitWarning(`a logger failed, which is ignored: ${kind}`, 'AgentTrmWarning');
  };
  const write =
    (level: LogLevel) =>
    (fields: Fields, message: string): void => {
      try {
        if (isSilent(logger, level)) return;
        const clean: Record<string, PlainValue> = plainFields(fields, secrets);
        const text = plainText(String(message), LONGEST_MESSAGE, secrets);
        const call = logger[level] as (...parameters: unknown[]) => unknown;
        const done = first === 'fields' ? call.call(logger, clean, text) : call.call(logger, text, clean);
        if (isThenable(done)) done.then(undefined, report);
      } catch (error) {
        report(error);
      }
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Whether the logger says, as pino does, that it drops the level: then its line need not be cleaned. */
function isSilent(logger: LoggerLike, level: LogLevel): boolean {
  const { isLevelEnabled } = logger as { isLevelEnabled?: unknown };
  return typeof isLevelEnabled === 'function' && isLevelEnabled.call(logger, level) === false;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
