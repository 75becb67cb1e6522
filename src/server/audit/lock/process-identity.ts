import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A process, in words by which another one can find out whether it still runs. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Name of the machine or container, for people: letters, digits, `_`, `.`, `-`. */
  readonly host: string;
  /** Within one place a number means one process: on Linux the boot and the namespace of numbers, else the host. */
  readonly place: string;
  /** When it started, in ticks of the kernel since its boot; null where the system does not tell. */
  readonly started: string | null;
}

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const [boot, namespace, found] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined),
    readlink('/proc/self/ns/pid').catch(() => undefined),
    readState(process.pid),
  ]);
  const host =
    hostname()
      .replaceAll(/[^\w.-]/g, '_')
      .slice(0, 255) || 'unknown';
  const place = boot !== undefined && namespace !== undefined ? `${boot.trim()} ${namespace}` : host;
  return { pid: process.pid, host, place, started: found?.started ?? null };
}

/**
 * Whether a process runs, as `own` can see it: `unknown` when it is in another place (another machine or container, or
 * before a restart of this one), and when the system does not tell one process from a later one of the same number.
 */
export async function livenessOf(
  { pid, place, started }: ProcessIdentity,
  own: ProcessIdentity,
): Promise<'alive' | 'dead' | 'unknown'> {
  if (place !== own.place) return 'unknown';
  if (!exists(pid)) return 'dead';
  const found = await readState(pid);
  if (found === undefined || started === null) return 'unknown';
  return found.started === started && !found.ended ? 'alive' : 'dead';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Start and end of a process by /proc/PID/stat (proc(5)); undefined where that cannot be read. */
async function readState(pid: number): Promise<{ readonly started: string; readonly ended: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the name in parentheses, and may hold spaces and parentheses; the third is the state.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  const [state, started] = [fields[0], fields[STARTED - 3]];
  if (state === undefined || started === undefined || !/^\d+$/.test(started)) return undefined;
  return { started, ended: ENDED.has(state) };
}

/** Number of the field `starttime`, from 1. */
const STARTED = 22;
/** A zombie waits for its parent to ask how it ended. */
const ENDED: ReadonlySet<string> = new Set(['Z', 'X', 'x']);
