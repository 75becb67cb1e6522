/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

/** Shorter secrets would blank out ordinary words; nothing that protects a service is this short. */
const SHORTEST_SECRET = 4;

/** Secrets that are recognised by their shape, each with what replaces them. No pattern looks back over long text. */
const SHAPES: readonly (readonly [shape: RegExp, replacement: string])[] = [
  // user:password of a URL; the last @ before the path ends them, since passwords may hold an @ too.
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'<>]*@/gi, `$1${REDACTED}@`],
  [/(\b(?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:Bearer|Basic|Token)\s+)?)[^\s"',]+/gi, `$1${REDACTED}`],
  // A digit or sign tells a token from words such as "Basic authentication".
  [/\b(Bearer|Basic)(\s+)(?=\S*[0-9=_+/~])[A-Za-z0-9+/_.~=*-]{8,}/gi, `$1$2${REDACTED}`],
  [/([?&](?:api[-_]?key|key|token|access[-_]?token|auth|signature|sig|password)=)[^&\s"'#]+/gi, `$1${REDACTED}`],
  // A JSON Web Token, and what begins like one: base64url of an object in JSON.
  [/\beyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+){0,4}/g, REDACTED],
  [/\b(?:trmtoken|hf|sk|pk|rk|gsk|ghp|gho|xox[abp])[-_][A-Za-z0-9_*-]{6,}/g, REDACTED],
];

/**
 * Blanks out secrets: those given, as they are and as a URL or JSON writes them, and what looks like one:
 * credentials of a URL, the value of an Authorization header, API keys of well-known forms.
 *
 * @param secrets texts that must not appear; those of fewer than four characters are left alone
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of longestFirst(secrets.flatMap(spellings))) clean = clean.replaceAll(secret, REDACTED);
  for (const [shape, replacement] of SHAPES) clean = clean.replace(shape, replacement);
  return clean;
}

/**
 * An error that says what another one says, without its secrets: name, message, `code` and causes are kept, all other
 * fields (which may hold requests and headers) are not.
 */
export function redactError(error: unknown, secrets: readonly string[] = []): Error {
  return copyOf(error, secrets, 0);
}

/** Deep enough for every real chain, and an end for one that goes in a circle. */
const DEEPEST_CAUSE = 5;

function copyOf(error: unknown, secrets: readonly string[], depth: number): Error {
  const source = error instanceof Error ? error : new Error(String(error));
  const cause =
    source.cause !== undefined && depth < DEEPEST_CAUSE ? copyOf(source.cause, secrets, depth + 1) : undefined;
  const copy = new Error(redact(describeError(source), secrets), cause && { cause });
  copy.name = source.name;
  const code = (source as { code?: unknown }).code;
  if (typeof code === 'string') Object.assign(copy, { code });
  return copy;
}

/** The message; for an AggregateError, which often has none (a host with several addresses), those of its parts. */
function describeError(error: Error): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map((part: unknown) => (part instanceof Error ? part.message : String(part))).join('; ');
  }
  return error.message;
}

function spellings(secret: string): string[] {
  if (secret.length < SHORTEST_SECRET) return [];
  return [secret, encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '')), JSON.stringify(secret).slice(1, -1)];
}

function longestFirst(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort((a, b) => b.length - a.length);
}
