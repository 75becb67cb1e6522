import { Worker } from 'node:worker_threads';
import type { ExitGate } from './engine/exit-gate.js';

/**
 * Starts the thread in which onnxruntime runs. Built code finds it beside itself; TypeScript source (tests, tsx)
 * starts it through a file that bundles it first.
 *
 * @param gate the worker passes it for each request
 */
export function startWorker(gate: ExitGate): Worker {
  const file = import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './runtime-worker.js';
  // execArgv of the parent (inspector ports, loaders, heap limits) is not meant for this thread.
  return new Worker(new URL(file, import.meta.url), {
    name: 'agent-trm-runtime',
    execArgv: [],
    workerData: gate.memory,
  });
}
