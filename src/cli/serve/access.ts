import { readSmallFile, type ServeConfig } from '../../config/index.js';
import { ConfigurationError } from '../../core/errors.js';
import type { TlsOptions } from '../../server/http/node-server.js';
import {
  type AllowedCertificate,
  type Authenticator,
  combineAuthenticators,
  createCertificateAuthenticator,
  createJwtAuthenticator,
  createTokenFileAuthenticator,
  type Scope,
} from '../../server/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { CloseAll } from './close-all.js';

const LARGEST_FILE_BYTES = 1_048_576;

/** Everybody who is known: by the file of tokens, by JWT, by certificate. Undefined when none of them is set. */
export async function createAuthenticator(
  config: ServeConfig,
  logger: Logger,
  closeAll: CloseAll,
): Promise<Authenticator | undefined> {
  const authenticators: Authenticator[] = [];
  const { tokensFile, jwksUrl, jwtIssuer, jwtAudience, certificatesFile } = config;
  if (tokensFile.value !== undefined) {
    const tokens = await createTokenFileAuthenticator({ path: tokensFile.value });
    closeAll.add(tokens, () => tokens.close());
    tokens.events.on('reloaded', ({ tokens: count }) => logger.info({ tokens: count }, 'tokens_reloaded'));
    tokens.events.on('rejected', ({ error }) => logger.error({ error: error.message }, 'tokens_rejected'));
    authenticators.push(tokens);
  }
  if (jwksUrl.value !== undefined) {
    const [issuer, audience] = [jwtIssuer.value, jwtAudience.value];
    if (!issuer?.length || !audience?.length) {
      throw new ConfigurationError('TRM_JWKS_URL: expected TRM_JWT_ISSUER and TRM_JWT_AUDIENCE beside it');
    }
    const jwt = createJwtAuthenticator({
      jwksUrl: jwksUrl.value,
      issuer,
      audience,
      fetch,
      scopeClaim: config.jwtScopeClaim.value,
      // Texts so far; the authenticator refuses those that are no scopes.
      scopeMap: config.jwtScopeMap.value as Readonly<Record<string, readonly Scope[]>> | undefined,
    });
    closeAll.add(jwt, () => jwt.close?.());
    authenticators.push(jwt);
  }
  if (certificatesFile.value !== undefined) {
    if (config.tlsCa.value === undefined) {
      throw new ConfigurationError(
        'TRM_CERTIFICATES_FILE: expected TRM_TLS_CA_FILE beside it, whose certificates count',
      );
    }
    authenticators.push(createCertificateAuthenticator({ allow: await readAllowed(certificatesFile.value) }));
  }
  return authenticators.length === 0 ? undefined : combineAuthenticators(...authenticators);
}

async function readAllowed(path: string): Promise<readonly AllowedCertificate[]> {
  const text = await readSmallFile(path, LARGEST_FILE_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(`${path}: expected JSON: [{name, scopes, fingerprint256 or subject}]`, {
      cause: error,
    });
  }
  if (!Array.isArray(value)) throw new ConfigurationError(`${path}: expected a list of certificates`);
  return value as AllowedCertificate[];
}

/** The certificate of the server, where there is one. Throws ConfigurationError. */
export async function readTls({ tlsCert, tlsKey, tlsCa }: ServeConfig): Promise<TlsOptions | undefined> {
  if (tlsCert.value === undefined && tlsKey.value === undefined && tlsCa.value === undefined) return undefined;
  if (tlsCert.value === undefined || tlsKey.value === undefined) {
    throw new ConfigurationError('TLS: expected a certificate and a key (--tls-cert and --tls-key)');
  }
  const [cert, key, ca] = await Promise.all(
    [tlsCert.value, tlsKey.value, tlsCa.value].map(async (path) =>
      path === undefined ? undefined : readSmallFile(path, LARGEST_FILE_BYTES),
    ),
  );
  return { cert: cert as string, key: key as string, ca };
}
