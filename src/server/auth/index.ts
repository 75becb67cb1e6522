export { readBearer } from './bearer.js';
export {
  type AllowedCertificate,
  type ClientCertificate,
  clientCertificateOf,
  createCertificateAuthenticator,
} from './certificate-authenticator.js';
export { challengeOf } from './challenge.js';
export { combineAuthenticators } from './combine-authenticators.js';
export {
  AuthenticationUnavailableError,
  createJwtAuthenticator,
  type JwtAuthenticatorOptions,
} from './jwt/jwt-authenticator.js';
export { JWT_ALGORITHMS, type JwtAlgorithm, type JwtOptions } from './jwt/jwt-options.js';
export { createOpenAuthenticator, isLoopbackAddress, isLoopbackHost } from './open-authenticator.js';
export { isPrincipalName, isScope, NAME_RULE } from './scopes.js';
export { formatTokenLine, parseTokens, type StoredToken } from './tokens/parse-tokens.js';
export { createTokenAuthenticator, type TokenAuthenticatorOptions } from './tokens/token-authenticator.js';
export {
  createTokenFileAuthenticator,
  type TokenFileAuthenticator,
  type TokenFileEvents,
  type TokenFileOptions,
} from './tokens/token-file.js';
export { createToken, hashToken } from './tokens/token-hash.js';
