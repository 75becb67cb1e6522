import { randomUUID } from 'node:crypto';
import { redact } from '../../core/redact.js';

/** Long enough to be unique, short enough for every log, and nothing that breaks out of a line or a header. */
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._~-]{7,63}$/;

/**
 * The name of a request: the one that the client gave when it is well-formed, else a new one. It goes into logs and
 * events as it is, so a token that was put into the wrong header is no name.
 */
export function requestIdOf(given: string | null | undefined): string {
  if (given === null || given === undefined || !WELL_FORMED.test(given)) return randomUUID();
  return redact(given) === given ? given : randomUUID();
}
