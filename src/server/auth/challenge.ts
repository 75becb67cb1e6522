/**
 * The `WWW-Authenticate` header of a 401, as RFC 6750, section 3, has it: no error code for a request without
 * credentials, `invalid_token` for the others. It says nothing that the client did not send.
 */
export function challengeOf(refused: 'missing' | 'invalid' | 'expired'): string {
  if (refused === 'missing') return 'Bearer realm="agent-trm"';
  const description = refused === 'expired' ? 'the token has expired' : 'the token is not valid';
  return `Bearer realm="agent-trm", error="invalid_token", error_description="${description}"`;
}
