import { createHash, randomBytes } from 'node:crypto';
import { Secret } from '../../../core/secret.js';

/** What tokens made here begin with, so that scanners for secrets, and `redact`, know one when they see it. */
const PREFIX = 'trmtoken_';

/** 256 bits: nobody guesses a token or inverts its hash, so that a plain SHA-256 of it can be kept. */
const TOKEN_BYTES = 32;

/** A fresh token of 52 printable characters. */
export function createToken(): Secret {
  return new Secret(PREFIX + randomBytes(TOKEN_BYTES).toString('base64url'));
}

/** SHA-256 of a token, 32 bytes. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
