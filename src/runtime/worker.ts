/** Entry of the worker thread: one request in, one reply out, in order. onnxruntime is loaded by the first request. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Engine } from './engine/engine.js';
import { ExitGate } from './engine/exit-gate.js';
import { toFailure } from './engine/failure.js';
import { loadOnnxruntime } from './engine/load-onnxruntime.js';
import type { WorkerCall, WorkerCalls, WorkerReply, WorkerRequest } from './engine/protocol.js';
import type { Tensor } from './types.js';

let engine: Promise<Engine> | undefined;

async function answer(request: WorkerRequest): Promise<WorkerCalls[WorkerCall]['response']> {
  if (request.call === 'close' && !engine) return undefined;
  engine ??= loadOnnxruntime().then((onnxruntime) => new Engine(onnxruntime));
  const loaded = await engine;
  switch (request.call) {
    case 'supported':
      return loaded.supported();
    case 'probe':
      return loaded.probe(request);
    case 'create':
      return loaded.create(request);
    case 'run':
      return loaded.run(request);
    case 'release':
      return (await loaded.release(request.session)) as undefined;
    case 'setResident':
      return loaded.setResident(request.name, request.tensor) as undefined;
    case 'getResident':
      return loaded.getResident(request.name);
    case 'deleteResident':
      return loaded.deleteResident(request.name) as undefined;
    case 'close':
      return (await loaded.close()) as undefined;
  }
}

/** Sends a reply; the arrays of its tensors are given away, not copied. */
function send(port: MessagePort, reply: WorkerReply, tensors: readonly Tensor[]): void {
  const buffers = [...new Set(tensors.map(({ data }) => data.buffer as ArrayBuffer))];
  try {
    port.postMessage(reply, buffers);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    // Memory that belongs to native code cannot change its thread.
    port.postMessage(reply);
  }
}

function tensorsOf(request: WorkerRequest, result: unknown): readonly Tensor[] {
  if (request.call === 'getResident') return [result as Tensor];
  if (request.call === 'run') return Object.values(result as Record<string, Tensor>);
  return [];
}

async function handle(port: MessagePort, request: WorkerRequest): Promise<void> {
  try {
    const result = await answer(request);
    send(port, { id: request.id, result }, tensorsOf(request, result));
  } catch (error) {
    port.postMessage({ id: request.id, failure: toFailure(error) } satisfies WorkerReply);
  }
  if (request.call === 'close') port.close();
}

function serve(port: MessagePort, gate: ExitGate): void {
  port.on('message', (request: WorkerRequest) => {
    if (gate.enter()) void handle(port, request).finally(() => gate.leave());
  });
}

if (parentPort) serve(parentPort, new ExitGate(workerData as SharedArrayBuffer));
