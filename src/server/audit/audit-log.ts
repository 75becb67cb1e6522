import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../../core/errors.js';
import { GuardedEmitter } from '../../core/guarded-emitter.js';
import type { Secret } from '../../core/secret.js';
import type { AuditLog, AuditRecord } from '../types.js';
import { auditBody } from './audit-body.js';
import type { ChainBody, ChainHead } from './chain.js';
import { ChainFile } from './chain-file.js';
import { AuditLock } from './lock/audit-lock.js';
import { type AuditFinding, findingBody, resumeChain } from './resume-chain.js';
import { retireFiles } from './retention.js';

/** Why a record is not in the log: the queue was full, the log was closed, or the record could not be read. */
export type AuditLoss = 'queue-full' | 'closed' | 'unreadable';

/** What an audit log tells. Nothing of it holds a record. */
export interface AuditLogEvents {
  /** Records that are not in the log; `total` is how many since the start. */
  lost: [{ readonly reason: AuditLoss; readonly count: number; readonly total: number }];
  /** The file could not be written; the records wait, and it is tried again. */
  failed: [{ readonly error: Error; readonly queued: number }];
  /** The log that was there at the start has a fault, which the chain tells as well. */
  found: [AuditFinding];
  /** Something else has changed the file since the last line was written, which the chain tells as well. */
  changed: [{ readonly expectedBytes: number; readonly foundBytes: number }];
  /** A rotated file was deleted, since more than `maxFiles` were there; its last line was number `throughSeq`. */
  retired: [{ readonly file: string; readonly throughSeq: number }];
}

export interface AuditLogOptions {
  /** The current file, such as `/var/log/agent-trm/audit.jsonl`; which one process at a time writes. */
  readonly path: string;
  /** Bytes at which a file is rotated, 4,096 or more. Default 67,108,864 (64 MiB). */
  readonly maxBytes?: number | undefined;
  /** Rotated files that are kept, 1 or more; older ones are deleted after a rotation. Default: all. */
  readonly maxFiles?: number | undefined;
  /** Records that may wait to be written, 1 or more, refusals half as many; more are lost, and counted. Default 10,000. */
  readonly maxQueue?: number | undefined;
  /** Whether records are on the disk (fdatasync) before they count as written. Default true. */
  readonly sync?: boolean | undefined;
  /** Key of an HMAC in place of the plain hash: who has not got it cannot write a log that verifies. */
  readonly key?: Secret | undefined;
  /** Texts that must not appear in the log, such as the tokens of the process. */
  readonly secrets?: readonly string[] | undefined;
  /** Milliseconds that `close` waits for what is queued. Default 5,000. */
  readonly closeTimeoutMs?: number | undefined;
  /**
   * Milliseconds without a sign of life, 2,000 or more, after which the lock of a process on another machine or in another
   * container is taken over; so long a start may take after one that was killed there. Default 10,000.
   */
  readonly lockStaleMs?: number | undefined;
  /** Pass one with listeners to hear of what is found at the start. */
  readonly events?: GuardedEmitter<AuditLogEvents> | undefined;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly clock?: (() => number) | undefined;
}

export interface FileAuditLog extends AuditLog {
  readonly events: GuardedEmitter<AuditLogEvents>;
  /** Where the chain stands; noted elsewhere, it shows later whether lines are missing at the end. */
  readonly head: ChainHead;
  /** Records that wait to be written. */
  readonly queued: number;
  /** Resolves once everything that was handed in before is written; waits as long as the file cannot be written. */
  flush(): Promise<void>;
}

const DEFAULTS = {
  maxBytes: 67_108_864,
  maxFiles: Number.MAX_SAFE_INTEGER,
  maxQueue: 10_000,
  closeTimeoutMs: 5_000,
  lockStaleMs: 10_000,
} as const;
const LEAST = { maxBytes: 4_096, maxFiles: 1, maxQueue: 1, closeTimeoutMs: 0, lockStaleMs: 2_000 } as const;
/** Milliseconds before a file that could not be written is tried again, doubled each time. */
const RETRY_MS = { first: 50, most: 10_000 } as const;
/** Records of one write: few enough that hashing them holds nobody up (about 3 ms), many enough for one sync. */
const BATCH = 128;

/**
 * Opens an audit log, or goes on with the one that is there. `write` puts a record into a queue and returns; lines are
 * written behind it, in order, many at a time.
 *
 * @throws ConfigurationError for an option that cannot be used, and when the log cannot be opened, as when another process
 *   writes it
 */
export async function createAuditLog(options: AuditLogOptions): Promise<FileAuditLog> {
  for (const name of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (Number.isSafeInteger(value) && value >= LEAST[name]) continue;
    throw new ConfigurationError(
      `${name}: expected a whole number of ${LEAST[name]} or more, received ${String(value)}`,
    );
  }
  const log = await Writer.open(options).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`audit log ${options.path} cannot be opened: ${message}`, { cause: error });
  });
  return log;
}

class Writer implements FileAuditLog {
  readonly events: GuardedEmitter<AuditLogEvents>;
  readonly #options: AuditLogOptions;
  readonly #file: ChainFile;
  readonly #lock: AuditLock;
  readonly #maxQueue: number;
  readonly #closeTimeoutMs: number;
  readonly #secrets: readonly string[];
  readonly #clock: () => number;
  readonly #queue: ChainBody[] = [];
  readonly #stop = new AbortController();
  #lost = 0;
  /** Lost records that the chain does not tell of yet. */
  #untold = 0;
  #closing: Promise<void> | undefined;
  #writing: Promise<void> | undefined;

  private constructor(
    options: AuditLogOptions,
    events: GuardedEmitter<AuditLogEvents>,
    file: ChainFile,
    lock: AuditLock,
  ) {
    this.events = events;
    this.#options = options;
    this.#file = file;
    this.#lock = lock;
    this.#maxQueue = options.maxQueue ?? DEFAULTS.maxQueue;
    this.#closeTimeoutMs = options.closeTimeoutMs ?? DEFAULTS.closeTimeoutMs;
    this.#secrets = options.secrets ?? [];
    this.#clock = options.clock ?? Date.now;
  }

  static async open(options: AuditLogOptions): Promise<Writer> {
    const events = options.events ?? new GuardedEmitter<AuditLogEvents>();
    await mkdir(path.dirname(options.path), { recursive: true, mode: 0o700 });
    const lock = await AuditLock.acquire({
      log: options.path,
      staleMs: options.lockStaleMs ?? DEFAULTS.lockStaleMs,
      onFailure: (error) => events.emit('failed', { error, queued: 0 }),
    });
    try {
      return await Writer.#resume(options, events, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  static async #resume(
    options: AuditLogOptions,
    events: GuardedEmitter<AuditLogEvents>,
    lock: AuditLock,
  ): Promise<Writer> {
    const { path: file, maxBytes = DEFAULTS.maxBytes, sync = true, key } = options;
    const resumed = await resumeChain(file, key);
    const writer = new Writer(options, events, new ChainFile({ path: file, maxBytes, sync, key }, resumed), lock);
    for (const finding of resumed.findings) {
      writer.#queue.push(findingBody(finding, writer.#now()));
      writer.events.emit('found', finding);
    }
    const hash = key === undefined ? 'sha256' : 'hmac-sha256';
    writer.#queue.push({ kind: 'start', time: writer.#now(), resumed: resumed.head.seq > 0, hash });
    // A log that cannot be written is told to the one who starts the service, not to the first who is not logged.
    await writer.#writeSome();
    writer.#wake();
    return writer;
  }

  get lost(): number {
    return this.#lost;
  }

  get head(): ChainHead {
    return this.#file.head;
  }

  get queued(): number {
    return this.#queue.length;
  }

  write(record: AuditRecord): void {
    if (this.#closing) this.#lose('closed', 1);
    else if (this.#queue.length >= this.#maxQueue) this.#lose('queue-full', 1);
    else {
      const body = this.#bodyOf(record);
      if (body === undefined) this.#lose('unreadable', 1);
      // Refusals leave room for the rest, so that a flood of them cannot keep what was decided out of the log.
      else if (body['action'] === 'refused' && this.#queue.length >= this.#maxQueue / 2) this.#lose('queue-full', 1);
      else {
        this.#tellLost();
        this.#queue.push(body);
      }
      this.#wake();
    }
  }

  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#tellLost();
    this.#queue.push({ kind: 'end', time: this.#now() });
    this.#wake();
    const late = sleep(this.#closeTimeoutMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    await Promise.race([this.flush(), late]);
    this.#stop.abort();
    // What is being written at this moment counts as lost, too: nobody waits to see whether it gets there.
    const left = this.#queue.filter(({ kind }) => kind === 'record').length;
    this.#queue.length = 0;
    if (left > 0) this.#lose('closed', left);
    // Nobody else may write as long as a write is under way, which is waited for no longer.
    const released = (this.#writing ?? Promise.resolve()).then(() => this.#lock.release());
    const told = released.catch((error: unknown) => this.#tellFailed(error));
    if (!this.#writing) await told;
  }

  #bodyOf(record: AuditRecord): ChainBody | undefined {
    try {
      return auditBody(record, this.#secrets);
    } catch {
      return undefined;
    }
  }

  #lose(reason: AuditLoss, count: number): void {
    this.#lost += count;
    this.#untold += count;
    this.events.emit('lost', { reason, count, total: this.#lost });
  }

  /** Puts a line about lost records where they would have been: behind what was queued when they came. */
  #tellLost(): void {
    if (this.#untold === 0) return;
    this.#queue.push({ kind: 'lost', time: this.#now(), count: this.#untold });
    this.#untold = 0;
  }

  #wake(): void {
    this.#writing ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      // The records of one turn of the event loop go together.
      await sleep(0);
      await this.#writeAll();
    } finally {
      this.#writing = undefined;
      // A record may have come in behind the last look into the queue.
      if (this.#queue.length > 0 && !this.#stop.signal.aborted) this.#wake();
    }
  }

  async #writeAll(): Promise<void> {
    let retryMs: number = RETRY_MS.first;
    while (this.#queue.length > 0 || this.#untold > 0) {
      this.#tellLost();
      try {
        await this.#writeSome();
        retryMs = RETRY_MS.first;
      } catch (error) {
        this.#tellFailed(error);
        await sleep(retryMs, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
        if (this.#stop.signal.aborted) return;
        retryMs = Math.min(retryMs * 2, RETRY_MS.most);
      }
    }
  }

  async #writeSome(): Promise<void> {
    this.#lock.check();
    const { written, rotated } = await this.#append(this.#queue.slice(0, BATCH));
    this.#queue.splice(0, written);
    // The lines are written; a file too many, or a note that lags behind, does not make the log broken.
    const tell = (error: unknown): void => this.#tellFailed(error);
    if (rotated) await this.#retire().catch(tell);
    await this.#file.noteHead().catch(tell);
  }

  async #append(bodies: readonly ChainBody[]): Promise<{ readonly written: number; readonly rotated: boolean }> {
    const { changed, ...appended } = await this.#file.append(bodies, this.#now());
    if (changed) this.events.emit('changed', changed);
    return appended;
  }

  async #retire(): Promise<void> {
    const { path: file, maxFiles, key } = this.#options;
    if (maxFiles === undefined) return;
    await retireFiles({
      path: file,
      maxFiles,
      key,
      time: this.#now(),
      append: (bodies) => this.#append(bodies),
      onRetired: (retired) => this.events.emit('retired', retired),
    });
  }

  #tellFailed(error: unknown): void {
    const failure = error instanceof Error ? error : new Error(String(error));
    this.events.emit('failed', { error: failure, queued: this.#queue.length });
  }

  #now(): string {
    return new Date(this.#clock()).toISOString();
  }
}
