import { createHash } from 'node:crypto';
import type { Alert, Catalog } from '../../domain/index.js';

/** What makes two alerts the same question: all that the answer can depend on, and not when it was asked. */
export function alertKey({ labels, annotations, metrics, status }: Alert): string {
  return JSON.stringify([sorted(labels), sorted(annotations), sorted(metrics), status]);
}

/** A short text that stands for parts, and for no others. */
export function digest(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('base64url');
}

/** A short text that stands for a catalog that was read. */
export function catalogKey(catalog: Catalog): string {
  return digest(JSON.stringify(catalog));
}

function sorted(entries: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(entries).sort(([left], [right]) => (left < right ? -1 : 1));
}
