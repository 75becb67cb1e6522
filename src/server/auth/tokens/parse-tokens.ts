import { z } from 'zod';
import { ConfigurationError } from '../../../core/errors.js';
import { quote } from '../../../domain/describe.js';
import { SCOPES, type Scope } from '../../types.js';
import { isPrincipalName, isScope, NAME_RULE } from '../scopes.js';

/** A token as it is kept: who has it and what for, never itself. */
export interface StoredToken {
  /** Name of the principal. Several tokens may have one name, so that an old and a new one work side by side. */
  readonly name: string;
  /** SHA-256 of the token, 64 hexadecimal digits. */
  readonly sha256: string;
  /** One or more. */
  readonly scopes: readonly Scope[];
  /** End of its validity, as ISO 8601 with a time zone; left out for none. */
  readonly expires?: string | undefined;
}

/** Every request is compared with every token, so their number is bounded. */
const MOST_TOKENS = 1_000;

const HASH = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

const jsonShape = z.strictObject({
  tokens: z.array(
    z.strictObject({
      name: z.string(),
      sha256: z.string(),
      scopes: z.array(z.string()),
      expires: z.string().optional(),
    }),
  ),
});

/**
 * Reads a file of tokens, in one of two forms:
 *
 * - lines `NAME sha256:HASH SCOPE[,SCOPE...] [EXPIRES]`; blank lines and those that begin with `#` are skipped;
 * - JSON `{"tokens": [{"name", "sha256", "scopes", "expires"?}]}`. Only this form may hold no token at all: an empty
 *   file of lines is taken for one that is being written.
 *
 * @throws ConfigurationError that names the line or entry and what is wrong; it repeats no hash, since what stands in
 *   its place may be the token
 */
export function parseTokens(text: string): readonly StoredToken[] {
  const body = text.replace(/^\uFEFF/, '');
  const tokens = body.trimStart().startsWith('{') ? readJson(body) : readLines(body);
  if (tokens.length > MOST_TOKENS) {
    throw new ConfigurationError(`tokens: expected at most ${MOST_TOKENS}, received ${tokens.length}`);
  }
  checkTokens(tokens.map((token, index) => [`tokens[${index}]`, token]));
  return tokens;
}

/** @throws ConfigurationError for the first token that cannot be used, and for a hash that is there twice */
export function checkTokens(entries: readonly (readonly [place: string, token: StoredToken])[]): void {
  const seen = new Set<string>();
  for (const [place, { name, sha256, scopes, expires }] of entries) {
    const wrong = (what: string): ConfigurationError => new ConfigurationError(`${place}: ${what}`);
    if (!isPrincipalName(name)) throw wrong(`expected a name of ${NAME_RULE}`);
    if (!HASH.test(sha256)) {
      throw wrong('expected the SHA-256 of the token as 64 lower-case hexadecimal digits, never the token itself');
    }
    if (seen.has(sha256)) throw wrong('expected another hash, this one is there already');
    seen.add(sha256);
    const unknown = scopes.find((scope) => !isScope(scope));
    if (unknown !== undefined) throw wrong(`expected scopes out of ${SCOPES.join(', ')}, received ${quote(unknown)}`);
    if (scopes.length === 0) throw wrong(`expected one scope or more out of ${SCOPES.join(', ')}`);
    if (expires !== undefined && !(TIME.test(expires) && Number.isFinite(Date.parse(expires)))) {
      throw wrong(`expected an end such as 2030-01-31T00:00:00Z, received ${quote(expires)}`);
    }
  }
}

/** The line of a file of tokens that `parseTokens` reads as this token. */
export function formatTokenLine(token: StoredToken): string {
  const { name, sha256, scopes, expires } = token;
  return [name, `sha256:${sha256}`, scopes.join(','), ...(expires === undefined ? [] : [expires])].join(' ');
}

function readJson(text: string): readonly StoredToken[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The cause is left out: V8 quotes the text around the fault, and that may be a token.
    throw new ConfigurationError('tokens: expected JSON such as {"tokens": []}, received text that does not parse');
  }
  const parsed = jsonShape.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigurationError(
      `${issue?.path.join('.') || 'tokens'}: expected {"tokens": [{"name", "sha256", "scopes", "expires"?}]}`,
    );
  }
  return parsed.data.tokens as unknown as readonly StoredToken[];
}

function readLines(text: string): readonly StoredToken[] {
  const tokens: StoredToken[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]?.startsWith('#')) continue;
    const [name = '', hash = '', scopes = '', expires] = words;
    if (words.length < 3 || words.length > 4 || !hash.startsWith('sha256:')) {
      throw new ConfigurationError(`line ${index + 1}: expected NAME sha256:HASH SCOPE[,SCOPE...] [EXPIRES]`);
    }
    const token = { name, sha256: hash.slice('sha256:'.length), scopes: scopes.split(',') as Scope[], expires };
    checkTokens([[`line ${index + 1}`, token]]);
    tokens.push(token);
  }
  if (tokens.length === 0) {
    throw new ConfigurationError('tokens: expected one line or more (write {"tokens": []} to allow nobody)');
  }
  return tokens;
}
