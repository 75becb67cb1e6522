/** Longest token that is looked at: a JWT with many claims has a few thousand characters. */
const LONGEST = 8_192;

/** `token68` of RFC 9110: what may stand behind the name of the scheme. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * The token of an `Authorization: Bearer` header. `missing` without the header or with another scheme, which is
 * somebody else's to look at; `invalid` for one that no token can look like, such as two headers in one.
 */
export function readBearer(headers: Headers): { readonly token: string } | { readonly refused: 'missing' | 'invalid' } {
  const value = headers.get('authorization')?.trim();
  if (!value || !/^bearer\b/i.test(value.slice(0, 16))) return { refused: 'missing' };
  if (value.length > LONGEST) return { refused: 'invalid' };
  const token = BEARER.exec(value)?.[1];
  return token === undefined ? { refused: 'invalid' } : { token };
}
