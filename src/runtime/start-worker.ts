import { Worker } from 'node:worker_threads';

/**
 * Starts the thread in which onnxruntime runs. Built code finds it beside itself; TypeScript source (tests, tsx)
 * starts it through a small loader, since worker threads do not inherit module hooks.
 */
export function startWorker(): Worker {
  const file = import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './runtime-worker.js';
  // execArgv of the parent (inspector ports, loaders, heap limits) is not meant for this thread.
  return new Worker(new URL(file, import.meta.url), { name: 'agent-trm-runtime', execArgv: [] });
}
