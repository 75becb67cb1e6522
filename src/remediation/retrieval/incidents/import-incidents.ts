import { readRecord } from './file-incident-store.js';
import type { Incident } from './incident.js';
import type { IncidentStore, StoreCallOptions } from './incident-store.js';

/** A line that was not taken. */
export interface RefusedLine {
  /** From 1. */
  readonly line: number;
  /** What was expected and what came, with the field. */
  readonly reason: string;
}

/** Reads incidents from JSON Lines; empty lines do not count. Never throws for any text. */
export function parseIncidents(jsonl: string): {
  readonly incidents: readonly Incident[];
  readonly refused: readonly RefusedLine[];
} {
  const incidents: Incident[] = [];
  const refused: RefusedLine[] = [];
  const encoder = new TextEncoder();
  for (const [index, text] of jsonl
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const read = readRecord(encoder.encode(text));
    if (read === undefined) continue;
    if ('reason' in read) refused.push({ line: index + 1, reason: read.reason });
    else incidents.push(read.incident);
  }
  return { incidents, refused };
}

/**
 * Adds the incidents of JSON Lines to a store. Lines that are no incident are refused, the others are added all the
 * same.
 *
 * @throws what the store throws when it cannot take one; those before it stay
 */
export async function importIncidents(
  store: IncidentStore,
  jsonl: string,
  options: StoreCallOptions = {},
): Promise<{ readonly added: number; readonly refused: readonly RefusedLine[] }> {
  const { incidents, refused } = parseIncidents(jsonl);
  for (const incident of incidents) await store.add(incident, options);
  return { added: incidents.length, refused };
}
