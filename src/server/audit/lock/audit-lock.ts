import { randomUUID } from 'node:crypto';
import { readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../../../core/errors.js';
import { livenessOf, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** Milliseconds between two signs of life of who holds a lock. */
const BEAT_MS = 1_000;
/** Milliseconds after which who has taken a lock over sees whether another one did so at the same time. */
const SETTLE_MS = 200;
/** Times that a lock may come free and be taken by others while one tries to have it. */
const ATTEMPTS = 5;

/** A file of a lock as it was found. */
interface Found {
  readonly text: string;
  readonly mtimeMs: number;
  /** Undefined when the text names nobody, such as that of a process that ended while it wrote it. */
  readonly holder: ProcessIdentity | undefined;
}

export interface AuditLockOptions {
  /** The current file of the log; the lock stands beside it. */
  readonly log: string;
  /** Milliseconds without a sign of life after which a process that cannot be seen from here counts as ended. */
  readonly staleMs: number;
  /** Told once when signs of life cannot be given, and again when they fail after they went well. */
  readonly onFailure: (error: Error) => void;
}

export function lockPath(log: string): string {
  return `${log}.lock`;
}

/**
 * The right to write a log, which one process has at a time: a file beside it that names the process, whose time is set
 * anew every second. The lock of a process that has ended is taken over: at once where this one can see that it has
 * (same machine and container), else when it gave no sign of life for `staleMs`.
 */
export class AuditLock {
  readonly #options: AuditLockOptions;
  readonly #file: string;
  readonly #text: string;
  #lost: ConfigurationError | undefined;
  #failing = false;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();

  private constructor(options: AuditLockOptions, text: string) {
    this.#options = options;
    this.#file = lockPath(options.log);
    this.#text = text;
    this.#schedule();
  }

  /**
   * Takes the lock. Waits up to `staleMs` when another place has left one.
   *
   * @throws ConfigurationError that names the process that has it; the system's error when its file cannot be written
   */
  static async acquire(options: AuditLockOptions): Promise<AuditLock> {
    const file = lockPath(options.log);
    const own = await ownIdentity();
    const id = randomUUID();
    const text = `${JSON.stringify({ ...own, since: new Date().toISOString(), id })}\n`;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await create(file, text)) return new AuditLock(options, text);
      const found = await look(file);
      if (found === undefined) continue;
      const held = await findHolder(file, found, own, options.staleMs);
      if (held) throw new ConfigurationError(`${describe(held, own)} (${file}); ${ADVICE}`);
      if (await replace(file, found, text, id)) return new AuditLock(options, text);
    }
    throw new ConfigurationError(`several processes want to write it (${file}); ${ADVICE}`);
  }

  /** Throws ConfigurationError when another process has taken the lock over. */
  check(): void {
    if (this.#lost) throw this.#lost;
  }

  /** Gives the lock back. Rejects with the system's error. */
  async release(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#beating;
    if ((await look(this.#file))?.text === this.#text) await unlink(this.#file);
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat();
    }, BEAT_MS).unref();
  }

  async #beat(): Promise<void> {
    try {
      const found = await look(this.#file);
      // Where somebody has removed the file, nothing would keep others away.
      const isOwn = found === undefined ? await create(this.#file, this.#text) : found.text === this.#text;
      if (isOwn) {
        const now = new Date();
        await utimes(this.#file, now, now);
      } else {
        const by = found?.holder ? nameOf(found.holder) : 'another process';
        this.#lost = new ConfigurationError(`${by} has taken over ${this.#file}; nothing is written here any more`);
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#options.onFailure(error instanceof Error ? error : new Error(String(error)));
      this.#failing = true;
    }
    if (this.#timer && !this.#lost) this.#schedule();
  }
}

const ADVICE = 'give every process a file of its own, or end that one first';

/** Who holds a lock that was found; undefined when nobody does. */
async function findHolder(
  file: string,
  found: Found,
  own: ProcessIdentity,
  staleMs: number,
): Promise<Found | undefined> {
  const liveness = found.holder ? await livenessOf(found.holder, own) : 'unknown';
  if (liveness !== 'unknown') return liveness === 'alive' ? found : undefined;
  // Clocks of two machines need not agree, so what counts is that the time changes, and not what it is.
  const end = performance.now() + staleMs;
  while (performance.now() < end) {
    await sleep(Math.min(BEAT_MS / 4, staleMs));
    const now = await look(file);
    if (now === undefined) return undefined;
    if (now.text !== found.text || now.mtimeMs !== found.mtimeMs) return now;
  }
  return undefined;
}

/** Puts a lock in the place of one that is over. False when others were faster. */
async function replace(file: string, over: Found, text: string, id: string): Promise<boolean> {
  const temporary = `${file}.${id}`;
  await writeFile(temporary, text, { mode: 0o600 });
  try {
    // Others may have found out the same: most are seen here, and the rest once it has settled, by whose lock is there.
    if ((await look(file))?.text !== over.text) return false;
    await rename(temporary, file);
  } finally {
    await unlink(temporary).catch(ignoreMissing);
  }
  await sleep(SETTLE_MS);
  return (await look(file))?.text === text;
}

async function create(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // What was begun on a full disk would keep everybody out.
    await unlink(file).catch(ignoreMissing);
    throw error;
  }
}

/** Undefined when there is no file. */
async function look(file: string): Promise<Found | undefined> {
  try {
    const { mtimeMs } = await stat(file);
    const text = await readFile(file, 'utf8');
    return { text, mtimeMs, holder: parseHolder(text) };
  } catch (error) {
    return ignoreMissing(error);
  }
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const { pid, host, place, started } = JSON.parse(text) as Record<string, unknown>;
    if (!Number.isSafeInteger(pid) || (pid as number) < 1 || typeof place !== 'string') return undefined;
    // The host gets into messages.
    if (typeof host !== 'string' || !/^[\w.-]{1,255}$/.test(host)) return undefined;
    return { pid: pid as number, host, place, started: typeof started === 'string' ? started : null };
  } catch {
    return undefined;
  }
}

const nameOf = ({ pid, host }: ProcessIdentity): string => `process ${pid} on ${host}`;

function describe({ holder }: Found, own: ProcessIdentity): string {
  if (holder === undefined) return 'another process, which its lock does not name, writes it';
  const isOwn = holder.pid === own.pid && holder.place === own.place;
  return isOwn ? `this process (${holder.pid}) writes it already` : `${nameOf(holder)} writes it`;
}
