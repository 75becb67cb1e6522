import type { TLSSocket } from 'node:tls';
import { ConfigurationError } from '../../core/errors.js';
import { type Authenticator, type Principal, SCOPES, type Scope } from '../types.js';
import { isPrincipalName, isScope, NAME_RULE } from './scopes.js';

/** What is known of the certificate of a client. */
export interface ClientCertificate {
  /** As Node writes it, one attribute a line: `O=Example\nCN=sre-agent`. */
  readonly subject: string;
  /** SHA-256 of the certificate, hexadecimal digits with or without colons. */
  readonly fingerprint256: string;
}

/** A certificate that is let in: by its fingerprint, by its whole subject, or by both when both are given. */
export interface AllowedCertificate {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** 64 hexadecimal digits, in any case, with or without colons. */
  readonly fingerprint256?: string | undefined;
  /** All attributes in their order, a line or a `, ` between two. Any certificate of the trusted CA with it gets in. */
  readonly subject?: string | undefined;
}

/**
 * Mutual TLS: the certificates that are let in. The TLS server has checked the chain to its CA before (see
 * `clientCertificateOf`); this list says which of the CA's certificates may do what.
 *
 * @throws ConfigurationError for an entry that cannot be used
 */
export function createCertificateAuthenticator(options: {
  readonly allow: readonly AllowedCertificate[];
}): Authenticator {
  const entries = options.allow.map((entry, index) => readEntry(`allow[${index}]`, entry));
  if (entries.length === 0) throw new ConfigurationError('allow: expected one certificate or more');
  return {
    async authenticate({ clientCertificate }) {
      if (clientCertificate === undefined) return { refused: 'missing' };
      const fingerprint = plainFingerprint(clientCertificate.fingerprint256);
      const subject = plainSubject(clientCertificate.subject);
      const found = entries.find(
        (entry) =>
          (entry.fingerprint === undefined || entry.fingerprint === fingerprint) &&
          (entry.subject === undefined || entry.subject === subject),
      );
      return found === undefined ? { refused: 'invalid' } : found.principal;
    },
  };
}

/**
 * The certificate of the client at the other end, for `authenticate`. Undefined unless the TLS server has verified it
 * (`requestCert`, `ca`), and after its validity, which a connection that is kept open may outlive.
 *
 * @param now milliseconds since 1970
 */
export function clientCertificateOf(
  socket: Pick<TLSSocket, 'authorized' | 'getPeerX509Certificate'>,
  now: number = Date.now(),
): ClientCertificate | undefined {
  if (socket.authorized !== true) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined || !(now < Date.parse(certificate.validTo))) return undefined;
  return { subject: certificate.subject ?? '', fingerprint256: certificate.fingerprint256 };
}

function readEntry(place: string, entry: AllowedCertificate) {
  const { name, scopes, fingerprint256, subject } = entry;
  const wrong = (what: string): ConfigurationError => new ConfigurationError(`${place}: expected ${what}`);
  if (!isPrincipalName(name)) throw wrong(`a name of ${NAME_RULE}`);
  if (scopes.length === 0 || !scopes.every(isScope)) throw wrong(`one scope or more out of ${SCOPES.join(', ')}`);
  const fingerprint = fingerprint256 === undefined ? undefined : plainFingerprint(fingerprint256);
  if (fingerprint === undefined && subject === undefined) throw wrong('a fingerprint256, a subject, or both');
  if (fingerprint !== undefined && !/^[0-9a-f]{64}$/.test(fingerprint)) {
    throw wrong('fingerprint256 to be 64 hexadecimal digits, with or without colons');
  }
  if (subject !== undefined && plainSubject(subject) === '') throw wrong('a subject that is not empty');
  const principal: Principal = { name, scopes: new Set(scopes), via: 'mtls' };
  return { principal, fingerprint, subject: subject === undefined ? undefined : plainSubject(subject) };
}

const plainFingerprint = (text: string): string => text.replaceAll(':', '').toLowerCase();

/** One attribute a line; Node escapes line breaks and commas within the values of a certificate, so none is added. */
const plainSubject = (text: string): string =>
  text
    .split(/\n|(?<!\\), /)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n');
