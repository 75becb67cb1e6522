import { ConfigurationError } from '../../../core/errors.js';
import { describeValue, quote } from '../../../domain/describe.js';
import { SCOPES, type Scope } from '../../types.js';
import { isLoopbackHost } from '../open-authenticator.js';
import { isScope } from '../scopes.js';

/** Signatures by a private key whose public half the JWKS shows. A shared key (HS256) and `none` are never allowed. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

export interface JwtOptions {
  /** Where the public keys are; https, or http on this machine. */
  readonly jwksUrl: string;
  /** `iss` of the tokens: one, or any of several. */
  readonly issuer: string | readonly string[];
  /** `aud` that a token must name: one, or any of several. */
  readonly audience: string | readonly string[];
  /** Default RS256, ES256 and EdDSA. */
  readonly algorithms?: readonly JwtAlgorithm[] | undefined;
  /** Seconds by which clocks may differ, 0 to 300. Default 30. */
  readonly clockToleranceSeconds?: number | undefined;
  /** Claim with the scopes, a text of words or a list. Default `scope`. */
  readonly scopeClaim?: string | undefined;
  /** What the scopes or roles of the issuer stand for here. Left out, they are taken by their names. */
  readonly scopeMap?: Readonly<Record<string, readonly Scope[]>> | undefined;
  /** Claim with the name of the principal. Default `sub`. */
  readonly nameClaim?: string | undefined;
  /** Milliseconds for fetching the keys, 1 to 60,000. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds between two fetches for keys that are not known, 0 to 600,000. Default 10,000. */
  readonly cooldownMs?: number | undefined;
  /** Milliseconds for which fetched keys hold, 1,000 to 86,400,000. Default 600,000: a key taken back holds as long. */
  readonly cacheMs?: number | undefined;
}

const NUMBERS = {
  clockToleranceSeconds: [30, 0, 300],
  timeoutMs: [5_000, 1, 60_000],
  cooldownMs: [10_000, 0, 600_000],
  cacheMs: [600_000, 1_000, 86_400_000],
} as const;

/** Every setting in place. Throws ConfigurationError that names the option and its allowed values. */
export function resolveJwtOptions(options: JwtOptions) {
  const number = (name: keyof typeof NUMBERS): number => {
    const [fallback, minimum, maximum] = NUMBERS[name];
    const value = options[name] ?? fallback;
    if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
    throw wrong(name, `a whole number from ${minimum} to ${maximum}`, value);
  };
  return {
    jwksUrl: readJwksUrl(options.jwksUrl),
    issuer: readTexts('issuer', options.issuer),
    audience: readTexts('audience', options.audience),
    algorithms: readAlgorithms(options.algorithms ?? ['RS256', 'ES256', 'EdDSA']),
    scopeClaim: readTexts('scopeClaim', options.scopeClaim ?? 'scope')[0] as string,
    nameClaim: readTexts('nameClaim', options.nameClaim ?? 'sub')[0] as string,
    scopeMap: readScopeMap(options.scopeMap ?? {}),
    clockToleranceSeconds: number('clockToleranceSeconds'),
    timeoutMs: number('timeoutMs'),
    cooldownMs: number('cooldownMs'),
    cacheMs: number('cacheMs'),
  };
}

function wrong(option: string, expected: string, value: unknown): ConfigurationError {
  return new ConfigurationError(`${option}: expected ${expected}, received ${describeValue(value)}`);
}

function readJwksUrl(text: string): URL {
  // The message does not repeat the URL, which may carry a password.
  const expected = new ConfigurationError(
    'jwksUrl: expected an https URL without credentials, or an http one on loopback',
  );
  if (!URL.canParse(text)) throw expected;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw expected;
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))) return url;
  throw expected;
}

function readTexts(option: string, value: string | readonly string[]): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  // Without issuer and audience, a token that the same issuer made for another service would get in here.
  if (texts.length === 0 || !texts.every((text) => typeof text === 'string' && text.trim() !== '')) {
    throw wrong(option, 'text that is not empty', value);
  }
  return texts as readonly string[];
}

function readAlgorithms(algorithms: readonly JwtAlgorithm[]): readonly JwtAlgorithm[] {
  const unknown = algorithms.find((name) => !JWT_ALGORITHMS.includes(name));
  if (algorithms.length > 0 && unknown === undefined) return algorithms;
  throw wrong('algorithms', `one or more of ${JWT_ALGORITHMS.join(', ')}`, unknown ?? algorithms);
}

function readScopeMap(map: Readonly<Record<string, readonly Scope[]>>): ReadonlyMap<string, readonly Scope[]> {
  for (const [word, scopes] of Object.entries(map)) {
    if (!Array.isArray(scopes) || !scopes.every(isScope)) {
      throw wrong(`scopeMap[${quote(word)}]`, `a list of scopes out of ${SCOPES.join(', ')}`, scopes);
    }
  }
  return new Map(Object.entries(map));
}
