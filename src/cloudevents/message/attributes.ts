import { CloudEvent } from 'cloudevents';
import { EventError } from '../../core/errors.js';
import { describeValue, quote } from '../../domain/describe.js';
import { isAttributeName, isAttributeText, LONGEST_ATTRIBUTE } from './attribute-text.js';
import { parseMediaType } from './media-type.js';
import { parseTimestamp } from './timestamp.js';

/** A value of an extension attribute. */
export type AttributeValue = string | number | boolean;

/** The attributes of a valid CloudEvent 1.0. */
export interface EventAttributes {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly extensions: Readonly<Record<string, AttributeValue>>;
}

const REQUIRED = ['specversion', 'id', 'source', 'type'] as const;
const OPTIONAL = ['subject', 'time', 'datacontenttype', 'dataschema'] as const;
const CORE: ReadonlySet<string> = new Set([...REQUIRED, ...OPTIONAL]);

/** Most attributes of one event; headers could not hold more. */
const MOST_ATTRIBUTES = 128;

/**
 * Checks attributes by the specification. The SDK's own reader is not asked for this: it makes up an id, a time and a
 * version where they are missing or empty, and does not validate what it reads. Its schema has the last word.
 *
 * @param entries attributes as they came, without data; null counts as not given
 * @param where where they stand, for errors: empty, or such as `[3].`
 * @throws EventError `malformed`
 */
export function checkAttributes(entries: Iterable<readonly [string, unknown]>, where = ''): EventAttributes {
  const core = new Map<string, string>();
  const extensions: Record<string, AttributeValue> = Object.create(null) as Record<string, AttributeValue>;
  let count = 0;
  for (const [name, value] of entries) {
    count += 1;
    if (count > MOST_ATTRIBUTES) throw malformed(where, `expected at most ${MOST_ATTRIBUTES} attributes`);
    if (!isAttributeName(name)) {
      throw malformed(where, `expected attribute names of lower-case letters and digits, received ${quote(name)}`);
    }
    if (value === null || value === undefined) continue;
    if (CORE.has(name)) core.set(name, coreText(name, value, where));
    else extensions[name] = extensionValue(name, value, where);
  }
  for (const name of REQUIRED) {
    if (!core.has(name)) throw malformed(where, `expected the attribute ${name}, which every CloudEvent has`);
  }
  if (core.get('specversion') !== '1.0') {
    throw malformed(where, `specversion: expected "1.0", received ${quote(core.get('specversion') ?? '')}`);
  }
  checkTime('time', core.get('time'), where);
  checkTime('expirytime', extensions['expirytime'], where);
  const contentType = core.get('datacontenttype');
  if (contentType !== undefined && parseMediaType(contentType) === undefined) {
    throw malformed(where, `datacontenttype: expected a media type, received ${quote(contentType)}`);
  }
  const attributes = Object.fromEntries(core);
  checkBySdk(attributes, where);
  const { specversion: _version, ...named } = attributes;
  return { ...(named as Omit<EventAttributes, 'extensions'>), extensions };
}

function coreText(name: string, value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') {
    throw malformed(where, `${name}: expected text that is not empty, received ${describeValue(value)}`);
  }
  return text(name, value, where);
}

function extensionValue(name: string, value: unknown, where: string): AttributeValue {
  if (typeof value === 'string') return text(name, value, where);
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return value as AttributeValue;
  throw malformed(where, `${name}: expected text, a whole number or a boolean, received ${describeValue(value)}`);
}

function text(name: string, value: string, where: string): string {
  if (value.length > LONGEST_ATTRIBUTE) {
    throw malformed(where, `${name}: expected at most ${LONGEST_ATTRIBUTE} characters, received ${value.length}`);
  }
  if (!isAttributeText(value)) throw malformed(where, `${name}: expected no control characters or lone surrogates`);
  return value;
}

function checkTime(name: string, value: AttributeValue | undefined, where: string): void {
  if (value === undefined || (typeof value === 'string' && parseTimestamp(value) !== undefined)) return;
  throw malformed(
    where,
    `${name}: expected a time by RFC 3339 such as "2026-01-31T08:00:00Z", received ${describeValue(value)}`,
  );
}

/** Of the core attributes only: an extension that is called like a method of the SDK's class would hide it. */
function checkBySdk(attributes: Readonly<Record<string, string>>, where: string): void {
  try {
    new CloudEvent<unknown>(attributes, true);
  } catch (error) {
    throw new EventError('malformed', `${where}expected the URI attributes to be URIs, as CloudEvents 1.0 has them`, {
      cause: error,
    });
  }
}

function malformed(where: string, message: string): EventError {
  return new EventError('malformed', `${where}${message}`);
}
