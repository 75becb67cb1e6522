import { SCOPES, type Scope } from '../types.js';

const KNOWN: ReadonlySet<string> = new Set(SCOPES);

export function isScope(value: unknown): value is Scope {
  return typeof value === 'string' && KNOWN.has(value);
}

/** Names of principals stand in logs, audit lines and keys of rate limits. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@:/|+-]{0,99}$/;

/** What a name of a principal has to look like, for error messages. */
export const NAME_RULE = '1 to 100 letters, digits or . _ @ : / | + -, a letter or digit first';

export function isPrincipalName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}
