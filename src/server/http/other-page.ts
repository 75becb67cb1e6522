/**
 * Whether a request comes from a page of another origin. Browsers send an Origin with every POST, `null` where they keep
 * it to themselves; other clients send none.
 */
export function isOfOtherPage(headers: Headers): boolean {
  const origin = headers.get('origin');
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== headers.get('host')?.toLowerCase();
}
