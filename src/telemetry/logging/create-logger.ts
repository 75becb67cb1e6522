import { ConfigurationError } from '../../core/errors.js';
import { describeValue } from '../../domain/describe.js';
import { guardLogger, LOG_LEVELS, type Logger, type LogLevel } from './logger.js';

export interface LoggerOptions {
  /** The least level that is written; `silent` for none. Default `info`. */
  readonly level?: LogLevel | 'silent' | undefined;
  /** Field `name` of every line. Default `agent-trm`. */
  readonly name?: string | undefined;
  /** Where lines go, one JSON object each. Default the standard output. */
  readonly destination?: { write(line: string): unknown } | undefined;
  /** Texts that must never be logged, besides what looks like a secret. */
  readonly secrets?: readonly string[] | undefined;
}

/**
 * A logger that writes JSON lines with pino, which it loads: `{"level":"info","time":"...","name":"agent-trm",...}`.
 * Untrusted values can be passed to it, and it never fails: see `guardLogger`. Rejects with ConfigurationError.
 */
export async function createLogger(options: LoggerOptions = {}): Promise<Logger> {
  const { level = 'info', name = 'agent-trm', destination, secrets } = options;
  if (level !== 'silent' && !LOG_LEVELS.includes(level)) {
    throw new ConfigurationError(
      `level: expected one of ${LOG_LEVELS.join(', ')} and silent, received ${describeValue(level)}`,
    );
  }
  const { pino } = await import('pino');
  const settings = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return guardLogger(destination ? pino(settings, { write: (line) => void destination.write(line) }) : pino(settings), {
    secrets,
  });
}
