import type { Alert } from './alert.js';

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;
const SEPARATOR = 0xff;

/**
 * The alert's identity: the fingerprint that the sender gave, else the one that Alertmanager would compute from the
 * labels (64-bit FNV-1a over name, 0xff, value, 0xff in name order; 16 hexadecimal digits).
 */
export function alertFingerprint(alert: Pick<Alert, 'labels' | 'fingerprint'>): string {
  if (alert.fingerprint !== undefined && alert.fingerprint !== '') return alert.fingerprint;
  const encoder = new TextEncoder();
  let hash = OFFSET;
  const add = (byte: number): void => {
    hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  };
  const names = Object.keys(alert.labels).sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  for (const name of names) {
    for (const text of [name, alert.labels[name] ?? '']) {
      for (const byte of encoder.encode(text)) add(byte);
      add(SEPARATOR);
    }
  }
  return hash.toString(16).padStart(16, '0');
}
