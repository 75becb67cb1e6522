import type { Worker } from 'node:worker_threads';
import { abortError } from '../core/deadline.js';
import { InferenceError } from '../core/errors.js';
import { ExitGate } from './engine/exit-gate.js';
import { fromFailure, messageOf } from './engine/failure.js';
import type { WorkerCall, WorkerCalls, WorkerReply, WorkerRequest } from './engine/protocol.js';

/** Longest wait of an exiting process for the computation that is under way, in milliseconds. */
const EXIT_WAIT_MS = 60_000;

interface Job {
  readonly id: number;
  readonly request: WorkerRequest;
  readonly buffers: readonly ArrayBuffer[];
  readonly settle: (outcome: { readonly result: unknown } | { readonly error: Error }) => void;
}

/**
 * The caller's end of the worker thread: starts it on the first call, sends one request at a time in the order of
 * the calls, and keeps the process alive only while there is something to wait for.
 */
export class WorkerClient {
  readonly #start: (gate: ExitGate) => Worker;
  readonly #onLost: (reason: string) => void;
  readonly #queue: Job[] = [];
  #running: Job | undefined;
  #worker: Worker | undefined;
  #gate = new ExitGate();
  readonly #onExit = (): void => this.#gate.close(EXIT_WAIT_MS);
  #generation = 0;
  #nextId = 1;

  /**
   * @param start starts the thread
   * @param onLost called when the thread ended by itself, after its pending calls were rejected
   */
  constructor(start: (gate: ExitGate) => Worker, onLost: (reason: string) => void) {
    this.#start = start;
    this.#onLost = onLost;
  }

  /** Counts the threads that were lost: what was loaded under another number is gone. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Asks the worker. `buffers` are given away when the request is sent.
   * Rejects with what the worker answered, with InferenceError when it was lost, or as the signal says.
   */
  call<K extends WorkerCall>(
    call: K,
    request: WorkerCalls[K]['request'],
    options: { readonly buffers?: readonly ArrayBuffer[]; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<WorkerCalls[K]['response']> {
    const { buffers = [], signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal));
      const id = this.#nextId++;
      const abort = (): void => this.#giveUp(id, abortError(signal!));
      const settle: Job['settle'] = (outcome) => {
        signal?.removeEventListener('abort', abort);
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.result as WorkerCalls[K]['response']);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#queue.push({ id, request: { ...request, id, call } as unknown as WorkerRequest, buffers, settle });
      this.#advance();
    });
  }

  /** Releases what the worker holds and ends it. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const generation = this.#generation;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const [closed] = await Promise.allSettled([this.call('close', {})]);
    worker.ref();
    await ended;
    // A worker that was lost meanwhile holds nothing any more, and onLost has said so.
    if (closed.status === 'rejected' && this.#generation === generation) throw closed.reason;
  }

  /** Drops a waiting request. A running one goes on in the worker; only its caller stops waiting. */
  #giveUp(id: number, error: Error): void {
    const waiting = this.#queue.findIndex((job) => job.id === id);
    const job = waiting >= 0 ? this.#queue.splice(waiting, 1)[0] : this.#running?.id === id ? this.#running : undefined;
    job?.settle({ error });
    if (job && job === this.#running) this.#running = { ...job, settle: () => undefined };
  }

  #advance(): void {
    if (this.#running) return;
    const job = this.#queue.shift();
    if (!job) {
      this.#worker?.unref();
      process.off('exit', this.#onExit);
      return;
    }
    this.#running = job;
    try {
      this.#worker ??= this.#launch();
      this.#worker.ref();
      if (!process.listeners('exit').includes(this.#onExit)) process.on('exit', this.#onExit);
      this.#worker.postMessage(job.request, job.buffers);
    } catch (error) {
      this.#running = undefined;
      job.settle({
        error: new InferenceError(`the runtime worker was not reached: ${messageOf(error)}`, { cause: error }),
      });
      this.#advance();
    }
  }

  #launch(): Worker {
    this.#gate = new ExitGate();
    const worker = this.#start(this.#gate);
    let cause: unknown;
    worker.on('message', (reply: WorkerReply) => {
      const job = this.#running;
      if (job?.id !== reply.id) return;
      this.#running = undefined;
      // Here and not where the promise is awaited: Node may emit the last message and the exit without a pause between.
      if (job.request.call === 'close') this.#worker = undefined;
      job.settle('failure' in reply ? { error: fromFailure(reply.failure) } : { result: reply.result });
      this.#advance();
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', (code) => {
      if (worker === this.#worker) this.#lose(cause, code);
    });
    return worker;
  }

  /** The thread ended by itself: everybody who waits is told, and the next call starts another. */
  #lose(cause: unknown, code: number): void {
    const reason = cause === undefined ? `it ended with exit code ${code}` : messageOf(cause);
    const pending = this.#running ? [this.#running, ...this.#queue] : [...this.#queue];
    this.#forget();
    this.#generation++;
    for (const job of pending) {
      const error = new InferenceError(`the runtime worker was lost: ${reason}; its sessions must be created again`, {
        cause,
      });
      job.settle({ error });
    }
    this.#onLost(reason);
  }

  #forget(): void {
    process.off('exit', this.#onExit);
    this.#worker = undefined;
    this.#running = undefined;
    this.#queue.length = 0;
  }
}
