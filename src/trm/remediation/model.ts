import { collate, type EncodedRow, type RawAnswer } from '../../encoding/index.js';
import type { Runtime, Session, Tensor } from '../../runtime/index.js';
import type { ParameterMap } from '../graph/weight-source.js';
import type { RowCarry } from '../recurrent-model.js';
import type { RemediationConfig } from './config.js';
import { buildRemediationStep } from './step-graph.js';

export interface RemediationModelOptions {
  readonly precision?: 'float32' | 'int8';
  readonly haltMaxSteps: number;
}

/** A remediation model on a session: one call is one supervision step over any number of alerts. */
export class RemediationModel {
  readonly config: RemediationConfig;
  readonly maxSteps: number;
  readonly #session: Session;

  private constructor(config: RemediationConfig, session: Session, maxSteps: number) {
    this.config = config;
    this.maxSteps = maxSteps;
    this.#session = session;
  }

  /** Builds the graph and loads it. Rejects with ExecutionProviderError when no provider can start. */
  static async create(
    config: RemediationConfig,
    weights: ParameterMap,
    runtime: Runtime,
    options: RemediationModelOptions,
  ): Promise<RemediationModel> {
    const graph = buildRemediationStep(config, weights, options.precision);
    const session = await runtime.createSession(graph, { name: 'remediation' });
    return new RemediationModel(config, session, options.haltMaxSteps);
  }

  /** The execution provider that runs the graph. */
  get executionProvider(): Session['executionProvider'] {
    return this.#session.executionProvider;
  }

  /**
   * One supervision step. A row without a carry starts from the initial state. Returns for each row its new carry and
   * the raw answers after every H cycle, the last one last.
   */
  async step(
    rows: readonly { readonly input: EncodedRow; readonly carry: RowCarry | undefined }[],
    signal?: AbortSignal,
  ): Promise<{ carry: RowCarry; output: RawAnswer[] }[]> {
    const inputs = rows.map(({ input }) => input);
    const { tensors } = collate(inputs);
    const state = this.#stateTensors(rows.map(({ carry }) => carry));
    const outputs = await this.#session.run({ ...tensors, ...state }, { transfer: true, ...(signal && { signal }) });
    const { slots, hidden_size: width } = this.config;
    const [zH, zL] = ['z_H_out', 'z_L_out'].map((name) => outputs[name]?.data as Float32Array) as [
      Float32Array,
      Float32Array,
    ];
    const size = slots * width;
    return rows.map(({ input, carry }, row) => ({
      carry: {
        zH: zH.slice(row * size, (row + 1) * size),
        zL: zL.slice(row * size, (row + 1) * size),
        step: (carry?.step ?? 0) + 1,
      },
      output: Array.from({ length: this.config.H_cycles }, (_, cycle) => answerOf(outputs, input, cycle, row)),
    }));
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }

  #stateTensors(carries: readonly (RowCarry | undefined)[]): Record<string, Tensor> {
    const { slots, hidden_size: width } = this.config;
    const size = slots * width;
    const zH = new Float32Array(carries.length * size);
    const zL = new Float32Array(carries.length * size);
    const reset = new Uint8Array(carries.length);
    for (const [row, carry] of carries.entries()) {
      if (carry) {
        zH.set(carry.zH, row * size);
        zL.set(carry.zL, row * size);
      } else {
        reset[row] = 1;
      }
    }
    const dims = [carries.length, slots, width];
    return {
      z_H: { type: 'float32', data: zH, dims },
      z_L: { type: 'float32', data: zL, dims },
      reset: { type: 'bool', data: reset, dims: [carries.length] },
    };
  }
}

/** Cuts one row of one H cycle out of the batch and drops the padding of its neighbours. */
function answerOf(
  outputs: Readonly<Record<string, Tensor>>,
  { alert, catalog }: EncodedRow,
  cycle: number,
  row: number,
): RawAnswer {
  const cut = (name: string): Float32Array => {
    const { data, dims } = outputs[name] as Tensor;
    const [, batch, ...rest] = dims as [number, number, ...number[]];
    const size = rest.reduce((product, dimension) => product * dimension, 1);
    const start = (cycle * batch + row) * size;
    return (data as Float32Array).subarray(start, start + size);
  };
  const pointers = cut('pointer_logits');
  const columns = outputs.pointer_logits?.dims.at(-1) as number;
  const fields = alert.fields.length;
  return {
    functionLogits: cut('function_logits').slice(0, 1 + catalog.functions.length),
    pointerLogits: catalog.parameters.map((_, index) => {
      const all = pointers.subarray(index * columns, (index + 1) * columns);
      return Float32Array.of(...all.subarray(0, fields), all[columns - 1] as number);
    }),
    causeLogits: cut('cause_logits').slice(),
    qHaltLogit: cut('q_halt_logits')[0] as number,
  };
}
