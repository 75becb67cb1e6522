import { z } from 'zod';
import { ConfigurationError } from '../../core/errors.js';
import { expectedMessage } from '../../domain/alert/alert-schema.js';
import { formatPath, quote } from '../../domain/describe.js';
import { GUARDRAIL_NAMES, type GuardrailMode, type GuardrailName } from './verdict.js';

/** At most `limit` actions in any span of `windowMs`. */
export interface CooldownWindow {
  /** 1 to 100. */
  readonly limit: number;
  /** Milliseconds, 1 to 30 days. */
  readonly windowMs: number;
}

/** Not for a policy to switch off: the mode it chooses, and the others only say what goes on. */
const ALWAYS_ON = ['mode', 'in-progress', 'approval', 'state-unavailable'] as const;

/** Checks that a policy can switch off. */
export type SwitchableCheck = Exclude<GuardrailName, (typeof ALWAYS_ON)[number]>;

/** What a person permits. Everything has a default, and every check is on. */
export interface GuardrailPolicy {
  /** Default `suggest`, which never acts. */
  readonly mode?: GuardrailMode | undefined;
  /** Checks that are switched off. Default none. */
  readonly disabled?: readonly SwitchableCheck[] | undefined;
  /** What `auto` is limited to. A list left out limits nothing; a destructive function must be in `functions`. */
  readonly auto?:
    | { readonly functions?: readonly string[] | undefined; readonly namespaces?: readonly string[] | undefined }
    | undefined;
  /**
   * Where functions that change something may do so; those that only read may read everywhere. A trailing `*` stands
   * for any ending. Deny goes before allow. Default: no `allow`, so all but `deny`, which is kube-system, kube-public
   * and kube-node-lease.
   */
  readonly namespaces?:
    | { readonly allow?: readonly string[] | undefined; readonly deny?: readonly string[] | undefined }
    | undefined;
  /** Least confidence, 0 to 1, by the function's risk. Default: read 0.7, mutating 0.7, destructive 0.95. */
  readonly confidence?:
    | {
        readonly read?: number | undefined;
        readonly mutating?: number | undefined;
        readonly destructive?: number | undefined;
      }
    | undefined;
  /** How long the alert of an action is remembered. */
  readonly duplicates?:
    | {
        /** Milliseconds, for alerts that say when they started. Default 7 days. */
        readonly windowMs?: number | undefined;
        /** Milliseconds, for alerts that do not, whose next firing looks like a redelivery. Default 1 hour. */
        readonly withoutStartMs?: number | undefined;
      }
    | undefined;
  /** Actions that only read have cooldowns of their own, so that a look never delays a repair. */
  readonly cooldowns?:
    | {
        /** For each target. Default: 1 in 30 minutes. */
        readonly target?: readonly CooldownWindow[] | undefined;
        /** For each function. Default: 3 in 1 hour. */
        readonly function?: readonly CooldownWindow[] | undefined;
      }
    | undefined;
  /** When distinct actions are asked for faster than this, none is taken for a while. */
  readonly storm?:
    | {
        /** Distinct actions in a window, 1 to 1,000. Default 20. */
        readonly limit?: number | undefined;
        /** Milliseconds. Default 5 minutes. */
        readonly windowMs?: number | undefined;
        /** Milliseconds for which nothing is done then. Default 10 minutes. */
        readonly coolOffMs?: number | undefined;
      }
    | undefined;
  /** After so many attempts in vain on a target, none is made until one was effective or the window has passed. */
  readonly ineffective?:
    | {
        /** 1 to 100. Default 2. */
        readonly limit?: number | undefined;
        /** Milliseconds from each attempt on. Default 24 hours. */
        readonly windowMs?: number | undefined;
      }
    | undefined;
  /** Milliseconds that a person has to approve. Default 5 minutes. */
  readonly approval?: { readonly timeoutMs?: number | undefined } | undefined;
  /** Nothing is done while this file exists. Default: TRM_KILL_SWITCH_FILE, read at every evaluation. */
  readonly killSwitch?: { readonly file?: string | undefined } | undefined;
  /**
   * Milliseconds for which an action that may be taken holds its places until it is confirmed, at most as long as it
   * would hold them then. Default 120,000. After this, an action of a process that has died can be taken anew.
   */
  readonly leaseMs?: number | undefined;
  /** Milliseconds for each round of the store and for the kill switch. Default 2,000. */
  readonly stateTimeoutMs?: number | undefined;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONGEST = 30 * DAY;

/** Checks that may stand in `disabled`. */
export const SWITCHABLE_CHECKS = GUARDRAIL_NAMES.filter(
  (name): name is SwitchableCheck => !(ALWAYS_ON as readonly string[]).includes(name),
);

const whole = (maximum: number) => {
  const error = expectedMessage(`a whole number from 1 to ${maximum}`);
  return z.int({ error }).min(1, { error }).max(maximum, { error });
};
const milliseconds = whole(LONGEST);
const probability = (() => {
  const error = expectedMessage('a number from 0 to 1');
  return z.number({ error }).min(0, { error }).max(1, { error });
})();
const listOf = <T extends z.ZodType>(item: T, what: string) =>
  z
    .array(item, { error: expectedMessage(`an array of ${what}`) })
    .max(1_000, { error: expectedMessage('at most 1000') });
const functions = listOf(
  z
    .string({ error: expectedMessage('the name of a function') })
    .min(1, { error: expectedMessage('the name of a function') }),
  'names of functions',
);
const NAMESPACE = 'a namespace, or the beginning of one and a trailing "*"';
const namespaces = listOf(
  z
    .string({ error: expectedMessage(NAMESPACE) })
    .regex(/^[a-z0-9][-a-z0-9]{0,62}\*?$|^\*$/, { error: expectedMessage(NAMESPACE) }),
  'namespaces',
);
const window = z.strictObject(
  { limit: whole(100), windowMs: milliseconds },
  { error: expectedMessage('{limit, windowMs}') },
);
const windows = z
  .array(window, { error: expectedMessage('an array of {limit, windowMs}') })
  .max(8, { error: expectedMessage('at most 8 windows') });
const settings = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, { error: expectedMessage('an object of settings') });

const policySchema = settings({
  mode: z
    .enum(['suggest', 'approve', 'auto'], { error: expectedMessage('"suggest", "approve" or "auto"') })
    .default('suggest'),
  disabled: listOf(
    z.enum(SWITCHABLE_CHECKS, { error: expectedMessage(`one of ${SWITCHABLE_CHECKS.join(', ')}`) }),
    'checks',
  ).default([]),
  auto: settings({ functions: functions.optional(), namespaces: namespaces.optional() }).prefault({}),
  namespaces: settings({
    allow: namespaces.optional(),
    deny: namespaces.default(['kube-system', 'kube-public', 'kube-node-lease']),
  }).prefault({}),
  confidence: settings({
    read: probability.default(0.7),
    mutating: probability.default(0.7),
    destructive: probability.default(0.95),
  }).prefault({}),
  duplicates: settings({
    windowMs: milliseconds.default(7 * DAY),
    withoutStartMs: milliseconds.default(HOUR),
  }).prefault({}),
  cooldowns: settings({
    target: windows.default([{ limit: 1, windowMs: 30 * MINUTE }]),
    function: windows.default([{ limit: 3, windowMs: HOUR }]),
  }).prefault({}),
  storm: settings({
    limit: whole(1_000).default(20),
    windowMs: milliseconds.default(5 * MINUTE),
    coolOffMs: milliseconds.default(10 * MINUTE),
  }).prefault({}),
  ineffective: settings({ limit: whole(100).default(2), windowMs: milliseconds.default(DAY) }).prefault({}),
  approval: settings({ timeoutMs: milliseconds.default(5 * MINUTE) }).prefault({}),
  killSwitch: settings({
    file: z
      .string({ error: expectedMessage('the path of a file') })
      .min(1, { error: expectedMessage('the path of a file') })
      .optional(),
  }).prefault({}),
  leaseMs: milliseconds.default(2 * MINUTE),
  stateTimeoutMs: milliseconds.default(2_000),
});

/** A policy with all defaults in place. */
export type ResolvedPolicy = z.output<typeof policySchema>;

/** Throws ConfigurationError that names the field, such as `policy.cooldowns.target[0].limit`. */
export function readPolicy(policy: GuardrailPolicy = {}): ResolvedPolicy {
  const result = policySchema.safeParse(policy);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const path = formatPath(['policy', ...issue.path]);
    throw new ConfigurationError(`${path}: there is no setting ${quote(issue.keys[0] ?? '')}; look for a typing error`);
  }
  throw new ConfigurationError(`${formatPath(['policy', ...(issue?.path ?? [])])}: ${issue?.message ?? 'not valid'}`);
}

/** Whether a namespace is named by a list, in which a trailing `*` stands for any ending. */
export function isListed(namespace: string, list: readonly string[]): boolean {
  return list.some((entry) => (entry.endsWith('*') ? namespace.startsWith(entry.slice(0, -1)) : namespace === entry));
}
