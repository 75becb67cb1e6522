import { ConfigurationError } from '../core/errors.js';
import { type Reader, readFlag, readScopeMap, readText, readUrl, readWhole } from './readers.js';
import { type ConfigValue, type Environment, resolveValue } from './resolve-value.js';

/** Settings of `agent-trm serve` given as options; each wins over the environment. */
export interface ServeConfigOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly insecure?: boolean | undefined;
  readonly act?: boolean | undefined;
  readonly ui?: boolean | undefined;
  readonly tokensFile?: string | undefined;
  readonly certificatesFile?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsCa?: string | undefined;
  readonly auditLog?: string | undefined;
  readonly auditMaxFiles?: number | undefined;
  readonly rateLimit?: number | undefined;
  readonly maxQueue?: number | undefined;
  readonly deadlineMs?: number | undefined;
  readonly drainTimeoutMs?: number | undefined;
}

/** The settings of `agent-trm serve`, each with its source. Secrets are read by `resolveSecret` where they are used. */
export interface ServeConfig {
  /** TRM_SERVE_HOST; default 127.0.0.1. */
  readonly host: ConfigValue<string>;
  /** TRM_SERVE_PORT, else PORT, which Knative sets; default 8080. */
  readonly port: ConfigValue<number>;
  /** TRM_SERVE_INSECURE; default false. */
  readonly insecure: ConfigValue<boolean>;
  /** Whether what the guardrails permit is triggered: TRM_SERVE_ACT; default false. */
  readonly act: ConfigValue<boolean>;
  /** Whether there is a page for people: TRM_SERVE_UI; default true. */
  readonly ui: ConfigValue<boolean>;
  /** File of hashed tokens: TRM_TOKENS_FILE. */
  readonly tokensFile: ConfigValue<string | undefined>;
  /** Where the keys of JWTs are: TRM_JWKS_URL. */
  readonly jwksUrl: ConfigValue<string | undefined>;
  /** TRM_JWT_ISSUER and TRM_JWT_AUDIENCE, several separated by commas. */
  readonly jwtIssuer: ConfigValue<readonly string[] | undefined>;
  readonly jwtAudience: ConfigValue<readonly string[] | undefined>;
  /** Claim of a JWT that its scopes come from: TRM_JWT_SCOPE_CLAIM; undefined for `scope`. */
  readonly jwtScopeClaim: ConfigValue<string | undefined>;
  /** Scopes by what that claim says, as JSON: TRM_JWT_SCOPE_MAP; undefined takes them by their names. */
  readonly jwtScopeMap: ConfigValue<Readonly<Record<string, readonly string[]>> | undefined>;
  /** JSON file of client certificates that are let in: TRM_CERTIFICATES_FILE. */
  readonly certificatesFile: ConfigValue<string | undefined>;
  /** PEM files: TRM_TLS_CERT_FILE, TRM_TLS_KEY_FILE, TRM_TLS_CA_FILE. */
  readonly tlsCert: ConfigValue<string | undefined>;
  readonly tlsKey: ConfigValue<string | undefined>;
  readonly tlsCa: ConfigValue<string | undefined>;
  /** Addresses and networks, separated by commas: TRM_TRUSTED_PROXIES; default none. */
  readonly trustedProxies: ConfigValue<readonly string[]>;
  /** Requests a minute of one principal, and of one address: TRM_RATE_LIMIT; default 6,000. 0 for no limit. */
  readonly rateLimit: ConfigValue<number>;
  /** Redis that replicas share for limits and guardrails: TRM_REDIS_URL; undefined for counts in memory. */
  readonly redisUrl: ConfigValue<string | undefined>;
  /** Current file of the audit log: TRM_AUDIT_LOG; undefined for none. */
  readonly auditLog: ConfigValue<string | undefined>;
  /** Rotated files of it that are kept: TRM_AUDIT_MAX_FILES; undefined for all. */
  readonly auditMaxFiles: ConfigValue<number | undefined>;
  /** TRM_LOG_LEVEL: debug, info, warn, error or silent; default info. */
  readonly logLevel: ConfigValue<'debug' | 'info' | 'warn' | 'error' | 'silent'>;
  /** Who may scrape: TRM_METRICS_SCOPE, public or admin; default public. */
  readonly metricsScope: ConfigValue<'public' | 'admin'>;
  /** Alerts that may wait: TRM_SERVE_MAX_QUEUE. */
  readonly maxQueue: ConfigValue<number | undefined>;
  /** Milliseconds for one request: TRM_SERVE_DEADLINE_MS. */
  readonly deadlineMs: ConfigValue<number | undefined>;
  /** Milliseconds to go on taking connections after SIGTERM: TRM_SERVE_DRAIN_DELAY_MS. */
  readonly drainDelayMs: ConfigValue<number | undefined>;
  /** Milliseconds for what is under way after SIGTERM: TRM_SERVE_DRAIN_TIMEOUT_MS. */
  readonly drainTimeoutMs: ConfigValue<number | undefined>;
  /** Alerts of one request: TRM_SERVE_MAX_ALERTS. */
  readonly maxAlerts: ConfigValue<number | undefined>;
  /** Bytes of one body: TRM_SERVE_MAX_BODY_BYTES. */
  readonly maxBodyBytes: ConfigValue<number | undefined>;
}

const HOUR_MS = 3_600_000;

const readList: Reader<readonly string[]> = (_variable, text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function readOneOf<T extends string>(...allowed: readonly T[]): Reader<T> {
  return (variable, text) => {
    const found = allowed.find((name) => name === text.toLowerCase());
    if (found !== undefined) return found;
    throw new ConfigurationError(`${variable}: expected one of ${allowed.join(', ')}`);
  };
}

/** A Redis URL. The message does not repeat it, since it may carry a password. */
const readRedisUrl: Reader<string> = (variable, text) => {
  if (URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol)) return text;
  throw new ConfigurationError(`${variable}: expected a URL such as redis://127.0.0.1:6379`);
};

/**
 * The settings of `agent-trm serve`: option, else environment, else default. A variable that is empty or blank counts
 * as not set.
 *
 * @throws ConfigurationError that names the option or variable and its allowed values, and shows no secret
 */
export function resolveServeConfig(options: ServeConfigOptions = {}, env: Environment = process.env): ServeConfig {
  const whole = (value: number | undefined, variable: string, least: number, most: number) =>
    resolveValue<number, undefined>(checked(variable, value, least, most), undefined, env, [
      [variable, readWhole(least, most)],
    ]);
  const path = (value: string | undefined, variable: string) =>
    resolveValue<string, undefined>(value, undefined, env, [[variable, readText]]);
  return {
    host: resolveValue<string, string>(options.host, '127.0.0.1', env, [['TRM_SERVE_HOST', readText]]),
    port: resolveValue<number, number>(checked('port', options.port, 0, 65_535), 8_080, env, [
      ['TRM_SERVE_PORT', readWhole(0, 65_535)],
      ['PORT', readWhole(0, 65_535)],
    ]),
    insecure: resolveValue<boolean, boolean>(options.insecure, false, env, [['TRM_SERVE_INSECURE', readFlag]]),
    act: resolveValue<boolean, boolean>(options.act, false, env, [['TRM_SERVE_ACT', readFlag]]),
    ui: resolveValue<boolean, boolean>(options.ui, true, env, [['TRM_SERVE_UI', readFlag]]),
    tokensFile: path(options.tokensFile, 'TRM_TOKENS_FILE'),
    jwksUrl: resolveValue<string, undefined>(undefined, undefined, env, [['TRM_JWKS_URL', readUrl]]),
    jwtIssuer: resolveValue<readonly string[], undefined>(undefined, undefined, env, [['TRM_JWT_ISSUER', readList]]),
    jwtAudience: resolveValue<readonly string[], undefined>(undefined, undefined, env, [
      ['TRM_JWT_AUDIENCE', readList],
    ]),
    jwtScopeClaim: path(undefined, 'TRM_JWT_SCOPE_CLAIM'),
    jwtScopeMap: resolveValue<Readonly<Record<string, readonly string[]>>, undefined>(undefined, undefined, env, [
      ['TRM_JWT_SCOPE_MAP', readScopeMap],
    ]),
    certificatesFile: path(options.certificatesFile, 'TRM_CERTIFICATES_FILE'),
    tlsCert: path(options.tlsCert, 'TRM_TLS_CERT_FILE'),
    tlsKey: path(options.tlsKey, 'TRM_TLS_KEY_FILE'),
    tlsCa: path(options.tlsCa, 'TRM_TLS_CA_FILE'),
    trustedProxies: resolveValue<readonly string[], readonly string[]>(undefined, [], env, [
      ['TRM_TRUSTED_PROXIES', readList],
    ]),
    rateLimit: resolveValue<number, number>(checked('rateLimit', options.rateLimit, 0, 1e9), 6_000, env, [
      ['TRM_RATE_LIMIT', readWhole(0, 1e9)],
    ]),
    redisUrl: resolveValue<string, undefined>(undefined, undefined, env, [['TRM_REDIS_URL', readRedisUrl]]),
    auditLog: path(options.auditLog, 'TRM_AUDIT_LOG'),
    auditMaxFiles: whole(options.auditMaxFiles, 'TRM_AUDIT_MAX_FILES', 1, 1_000_000),
    logLevel: resolveValue<'debug' | 'info' | 'warn' | 'error' | 'silent', 'info'>(undefined, 'info', env, [
      ['TRM_LOG_LEVEL', readOneOf('debug', 'info', 'warn', 'error', 'silent')],
    ]),
    metricsScope: resolveValue<'public' | 'admin', 'public'>(undefined, 'public', env, [
      ['TRM_METRICS_SCOPE', readOneOf('public', 'admin')],
    ]),
    maxQueue: whole(options.maxQueue, 'TRM_SERVE_MAX_QUEUE', 0, 1_000_000),
    deadlineMs: whole(options.deadlineMs, 'TRM_SERVE_DEADLINE_MS', 1, HOUR_MS),
    drainDelayMs: whole(undefined, 'TRM_SERVE_DRAIN_DELAY_MS', 0, HOUR_MS),
    drainTimeoutMs: whole(options.drainTimeoutMs, 'TRM_SERVE_DRAIN_TIMEOUT_MS', 0, HOUR_MS),
    maxAlerts: whole(undefined, 'TRM_SERVE_MAX_ALERTS', 1, 10_000),
    maxBodyBytes: whole(undefined, 'TRM_SERVE_MAX_BODY_BYTES', 1_024, 67_108_864),
  };
}

/** The readers know the allowed values, so options go through them as text. */
function checked(name: string, value: number | undefined, least: number, most: number): number | undefined {
  return value === undefined ? undefined : readWhole(least, most)(name, String(value));
}
