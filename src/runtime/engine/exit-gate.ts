/** Positions in the shared memory: whether the worker computes, and whether it may start anything more. */
const BUSY = 0;
const CLOSED = 1;

/**
 * Keeps a process that exits from ending the worker in the middle of native code, which would abort the process
 * with a core dump: onnxruntime cannot be interrupted, and throws C++ exceptions when its thread is being ended. The
 * worker passes the gate for each request; the exiting thread closes it and waits for the request inside.
 */
export class ExitGate {
  /** Goes to the worker as it is. */
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#state = new Int32Array(memory);
  }

  /** Worker: before a request. False when the process is exiting and nothing more must be started. */
  enter(): boolean {
    Atomics.store(this.#state, BUSY, 1);
    if (Atomics.load(this.#state, CLOSED) === 0) return true;
    this.leave();
    return false;
  }

  /** Worker: after a request. */
  leave(): void {
    Atomics.store(this.#state, BUSY, 0);
    Atomics.notify(this.#state, BUSY);
  }

  /** Exiting thread: lets no further request in and blocks until the one inside is done, or the time is up. */
  close(timeoutMs: number): void {
    Atomics.store(this.#state, CLOSED, 1);
    Atomics.wait(this.#state, BUSY, 1, timeoutMs);
  }
}
