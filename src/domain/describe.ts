/** How faulty input is named in error messages: short, printable, never a large echo of what came in. */

const MAX_ECHO = 40;

/** Names the type of a value and shows scalars, e.g. `number 5`, `string "abc"`, `null`, `an array of 3`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string') return value === '' ? 'an empty string' : `string ${quote(value)}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value} ${String(value)}`;
  if (typeof value === 'bigint') return 'a bigint';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** JSON-quotes text, cut to 40 characters; control, format and lone surrogate characters come out escaped. */
export function quote(text: string): string {
  const cut = text.length > MAX_ECHO ? `${text.slice(0, MAX_ECHO)}...` : text;
  return JSON.stringify(cut).replace(
    /[\p{Cf}\p{Cs}\u007f-\u009f\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Joins path segments as JavaScript would: `alerts[3].labels.alertname`, `labels["a.b"]`. */
export function formatPath(segments: readonly PropertyKey[]): string {
  let path = '';
  for (const segment of segments) {
    if (typeof segment === 'number') path += `[${segment}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(String(segment))) path += path === '' ? String(segment) : `.${String(segment)}`;
    else path += `[${quote(String(segment))}]`;
  }
  return path;
}
