import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { InferenceError } from '../../core/errors.js';
import type { ExecutionProviderName, Tensor, TensorArray, TensorType } from '../types.js';
import { messageOf } from './failure.js';
import { createFree } from './free-memory.js';
import type { OnnxruntimeModule } from './load-onnxruntime.js';
import type { ProviderFailure, WorkerCalls, WorkerSessionOptions } from './protocol.js';
import { Residents } from './residents.js';

/** What the worker thread does, messages aside: sessions and resident tensors of one Runtime. */
export class Engine {
  readonly #onnxruntime: OnnxruntimeModule;
  readonly #sessions = new Map<number, InferenceSession>();
  readonly #residents = new Residents(createFree());

  constructor(onnxruntime: OnnxruntimeModule) {
    this.#onnxruntime = onnxruntime;
  }

  supported(): WorkerCalls['supported']['response'] {
    return this.#onnxruntime.listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }));
  }

  async probe(request: WorkerCalls['probe']['request']): Promise<WorkerCalls['probe']['response']> {
    const usable: ExecutionProviderName[] = [];
    const failures: ProviderFailure[] = [];
    for (const provider of request.candidates) {
      try {
        await (await this.#load(request.model, provider, request.options)).release();
        usable.push(provider);
      } catch (error) {
        failures.push({ provider, reason: messageOf(error) });
      }
    }
    return { usable, failures };
  }

  async create(request: WorkerCalls['create']['request']): Promise<WorkerCalls['create']['response']> {
    const failures: ProviderFailure[] = [];
    for (const provider of request.candidates) {
      try {
        // onnxruntime throws when the first provider of a list cannot start, so each gets a session of its own.
        const session = await this.#load(request.model, provider, request.options);
        this.#sessions.set(request.session, session);
        return { provider, failures, inputNames: session.inputNames, outputNames: session.outputNames };
      } catch (error) {
        failures.push({ provider, reason: messageOf(error) });
      }
    }
    return { provider: undefined, failures, inputNames: [], outputNames: [] };
  }

  async run(request: WorkerCalls['run']['request']): Promise<Record<string, Tensor>> {
    const session = this.#sessions.get(request.session);
    if (!session) throw new InferenceError('the session is not loaded in this worker');
    const feeds: Record<string, OrtTensor> = {};
    for (const [input, tensor] of Object.entries(request.feeds)) feeds[input] = this.#toOrt(tensor);
    for (const [input, name] of Object.entries(request.residentInputs)) {
      feeds[input] = this.#toOrt(this.#residents.get(name));
    }
    const names = new Set([...request.outputs, ...Object.keys(request.residentOutputs)]);
    const results = await session.run(feeds, [...names]).catch((error: unknown) => {
      throw new InferenceError(messageOf(error), { cause: error });
    });
    const computed: Record<string, Tensor> = {};
    for (const output of names) computed[output] = this.#fromOrt(results[output]!);
    const returned = Object.fromEntries(request.outputs.map((output) => [output, computed[output]!]));
    for (const [output, name] of Object.entries(request.residentOutputs)) {
      const tensor = computed[output]!;
      // What is returned is given away to the caller's thread, so the resident one needs memory of its own.
      this.#residents.set(name, output in returned ? { ...tensor, data: tensor.data.slice() } : tensor);
    }
    return returned;
  }

  async release(session: number): Promise<void> {
    await this.#sessions.get(session)?.release();
    this.#sessions.delete(session);
  }

  setResident(name: string, tensor: Tensor): void {
    this.#residents.set(name, tensor);
  }

  getResident(name: string): Tensor {
    const { type, dims, data } = this.#residents.get(name);
    return { type, dims, data: data.slice() };
  }

  deleteResident(name: string): void {
    this.#residents.delete(name);
  }

  async close(): Promise<void> {
    for (const session of [...this.#sessions.keys()]) await this.release(session);
    this.#residents.clear();
  }

  #load(model: Uint8Array, provider: ExecutionProviderName, options: WorkerSessionOptions): Promise<InferenceSession> {
    const takesDevice = provider === 'cuda' || provider === 'tensorrt' || provider === 'dml';
    return this.#onnxruntime.InferenceSession.create(model, {
      executionProviders: [takesDevice ? { name: provider, deviceId: options.deviceId } : provider],
      intraOpNumThreads: options.intraOpThreads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Threads that spin while they wait take the cores from the agent, and from each other where cores are shared.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      graphOptimizationLevel: options.optimization,
      logSeverityLevel: 4,
    });
  }

  #toOrt({ type, data, dims }: Tensor): OrtTensor {
    return new this.#onnxruntime.Tensor(type, data as Float32Array, dims) as OrtTensor;
  }

  #fromOrt(tensor: OrtTensor): Tensor {
    let data = tensor.data as TensorArray;
    // A later onnxruntime may hand out Float16Array where the JavaScript engine has it.
    if (tensor.type === 'float16' && !(data instanceof Uint16Array)) {
      const { buffer, byteOffset, length } = data as Float32Array;
      data = new Uint16Array(buffer, byteOffset, length);
    }
    if (this.#residents.holds(data.buffer)) data = data.slice();
    return { type: tensor.type as TensorType, data, dims: tensor.dims };
  }
}
