import { cpus } from 'node:os';

/** What the figures below it were measured on. */
export function machine(): string {
  return `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}`;
}

/** The time that a share of them, [0, 1], does not exceed. */
export function at(times: readonly number[], share: number): number {
  const sorted = [...times].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

/**
 * Share of one core that this process is given, [0, 1]: what is left of a busy loop without its pauses of over 2 ms.
 * A virtual machine whose host has other work gives less than 1, and every figure below grows by as much.
 */
export function grantedShare(milliseconds: number): number {
  const start = performance.now();
  let last = start;
  let paused = 0;
  while (last - start < milliseconds) {
    const now = performance.now();
    if (now - last > 2) paused += now - last;
    last = now;
  }
  return 1 - paused / (last - start);
}
