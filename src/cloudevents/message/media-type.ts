import { EventError } from '../../core/errors.js';
import { quote } from '../../domain/describe.js';

const MEDIA_TYPE = /^([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)\s*(?:;(.*))?$/;

/** A media type in lower case with the character set that its parameters name. */
export interface MediaType {
  readonly essence: string;
  readonly charset: string | undefined;
}

/** Reads a Content-Type; undefined for a text that is none. */
export function parseMediaType(text: string): MediaType | undefined {
  const match = MEDIA_TYPE.exec(text.trim());
  if (match === null) return undefined;
  const charset = /(?:^|;)\s*charset\s*=\s*"?([^";\s]+)"?/i.exec(match[2] ?? '')?.[1];
  return { essence: (match[1] ?? '').toLowerCase(), charset: charset?.toLowerCase() };
}

/** Whether a media type says JSON: `application/json`, `text/json` or one that ends in `+json`. */
export function isJson(essence: string): boolean {
  return essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json');
}

/** How a message carries what it carries. `plain` is JSON that is no CloudEvent. */
export type ContentMode = 'binary' | 'structured' | 'batch' | 'plain';

const REQUIRED_HEADERS = ['ce-specversion', 'ce-id', 'ce-source', 'ce-type'];

/**
 * The content mode of a message by its headers, which have lower-case names.
 *
 * @throws EventError `unsupported-media-type` for a format other than JSON, a character set other than UTF-8 and
 *   compressed bodies
 */
export function contentModeOf(headers: ReadonlyMap<string, string>): ContentMode {
  const contentType = headers.get('content-type');
  const mediaType = contentType === undefined ? undefined : parseMediaType(contentType);
  if (contentType !== undefined && mediaType === undefined) {
    throw unsupported(`expected a media type in content-type, received ${quote(contentType)}`);
  }
  const { essence = '', charset = 'utf-8' } = mediaType ?? {};
  if (!['utf-8', 'utf8', 'us-ascii'].includes(charset)) {
    throw unsupported(`expected UTF-8, received the character set ${quote(charset)}`);
  }
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw unsupported(`expected a body that is not compressed, received content-encoding ${quote(encoding)}`);
  }
  // The batch prefix first: it begins with that of single events.
  if (essence.startsWith('application/cloudevents-batch')) {
    return inFormat(essence, 'application/cloudevents-batch+json', 'batch');
  }
  if (essence.startsWith('application/cloudevents')) {
    return inFormat(essence, 'application/cloudevents+json', 'structured');
  }
  if (essence !== '' && !isJson(essence)) {
    throw unsupported(`expected application/json or application/cloudevents+json, received ${quote(essence)}`);
  }
  if (REQUIRED_HEADERS.some((name) => headers.has(name))) return 'binary';
  if (essence !== '') return 'plain';
  throw unsupported('expected a content-type: application/json or application/cloudevents+json');
}

function inFormat<T extends ContentMode>(essence: string, expected: string, mode: T): T {
  if (essence !== expected) throw unsupported(`expected events in JSON (${expected}), received ${quote(essence)}`);
  return mode;
}

function unsupported(message: string): EventError {
  return new EventError('unsupported-media-type', message);
}
