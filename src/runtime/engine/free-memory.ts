import { MessageChannel } from 'node:worker_threads';

/** Smaller arrays are left to the garbage collector: freeing them by hand costs more than it gains. */
const WORTH_FREEING_BYTES = 1 << 16;

/**
 * Makes a function that gives the memory of an array back at once instead of at the next garbage collection. The
 * array is empty afterwards. It works by giving the memory away to a channel that nobody listens to, which all
 * supported versions of Node can do (`ArrayBuffer.prototype.transfer` came with Node 22).
 */
export function createFree(): (buffer: ArrayBuffer) => void {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.unref();
  return (buffer) => {
    if (buffer.byteLength >= WORTH_FREEING_BYTES) port1.postMessage(null, [buffer]);
  };
}
