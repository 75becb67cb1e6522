import { createHash } from 'node:crypto';
import { readSmallFile } from '../../../config/index.js';
import { ConfigurationError } from '../../../core/errors.js';
import { GuardedEmitter } from '../../../core/guarded-emitter.js';
import type { Authenticator } from '../../types.js';
import { parseTokens } from './parse-tokens.js';
import { createTokenAuthenticator } from './token-authenticator.js';

/** What a watched file of tokens tells. Nothing of it holds a token or a hash. */
export interface TokenFileEvents {
  /** New tokens hold from now on. */
  reloaded: [{ readonly path: string; readonly tokens: number }];
  /** The file cannot be read or used; the tokens from before go on holding. Told once for each state of the file. */
  rejected: [{ readonly path: string; readonly error: ConfigurationError }];
}

export interface TokenFileOptions {
  /** See `parseTokens` for the two forms. */
  readonly path: string;
  /**
   * Milliseconds between two looks at the file, 10 or more. Default 1,000. A new content holds once two looks in a row
   * have seen it, so that a file in the middle of being written is not taken for a shorter one.
   */
  readonly pollMs?: number | undefined;
  readonly clock?: (() => number) | undefined;
}

export interface TokenFileAuthenticator extends Authenticator {
  readonly events: GuardedEmitter<TokenFileEvents>;
  /** Reads the file now. True when its tokens hold now, false when it cannot be used, which `rejected` has told. */
  reload(): Promise<boolean>;
  close(): Promise<void>;
}

/** A thousand tokens with long names take a quarter of this. */
const LARGEST_FILE_BYTES = 1_048_576;

type Look = { readonly digest: string; readonly text: string } | { readonly digest: string; readonly failure: unknown };

/**
 * Bearer tokens of a file that may change while the service runs. The file is read anew at every look instead of being
 * watched by the operating system: that also sees the swapped links of a mounted Kubernetes secret, and network disks.
 * A file that is gone or broken takes nobody's access away; to do so, write one without the token.
 *
 * @throws ConfigurationError when the file cannot be used at the start
 */
export async function createTokenFileAuthenticator(options: TokenFileOptions): Promise<TokenFileAuthenticator> {
  const { path, pollMs = 1_000, clock } = options;
  if (!Number.isSafeInteger(pollMs) || pollMs < 10) {
    throw new ConfigurationError(`pollMs: expected a whole number of 10 or more, received ${String(pollMs)}`);
  }
  const events = new GuardedEmitter<TokenFileEvents>();
  const read = (text: string): { readonly count: number; readonly authenticator: Authenticator } => {
    const tokens = parseTokens(text);
    return { count: tokens.length, authenticator: createTokenAuthenticator({ tokens, clock }) };
  };

  const first = await lookAt(path);
  if ('failure' in first) throw asConfigurationError(path, first.failure);
  let current: Authenticator;
  try {
    current = read(first.text).authenticator;
  } catch (error) {
    throw asConfigurationError(path, error);
  }
  /** What the last look saw, and what was last taken or rejected. */
  let seen = first.digest;
  let settled = first.digest;

  const settle = (look: Look): boolean => {
    settled = look.digest;
    try {
      if ('failure' in look) throw look.failure;
      const { count, authenticator } = read(look.text);
      current = authenticator;
      events.emit('reloaded', { path, tokens: count });
      return true;
    } catch (error) {
      events.emit('rejected', { path, error: asConfigurationError(path, error) });
      return false;
    }
  };
  const poll = async (): Promise<void> => {
    const look = await lookAt(path);
    if (look.digest !== settled && look.digest === seen) settle(look);
    seen = look.digest;
  };

  let closed = false;
  let polling: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const schedule = (): void => {
    if (closed) return;
    timer = setTimeout(() => {
      polling = poll().finally(schedule);
    }, pollMs).unref();
  };
  schedule();

  return {
    events,
    authenticate: (request) => current.authenticate(request),
    async reload() {
      const look = await lookAt(path);
      seen = look.digest;
      return settle(look);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await polling;
    },
  };
}

/** What stands in the file, or why it cannot be read; never rejects. */
async function lookAt(path: string): Promise<Look> {
  try {
    const text = await readSmallFile(path, LARGEST_FILE_BYTES);
    return { digest: createHash('sha256').update(text).digest('hex'), text };
  } catch (failure) {
    return { digest: `failure: ${failure instanceof Error ? failure.message : String(failure)}`, failure };
  }
}

function asConfigurationError(path: string, error: unknown): ConfigurationError {
  const message = error instanceof Error ? error.message : String(error);
  return new ConfigurationError(`tokens file ${path}: ${message}`);
}
