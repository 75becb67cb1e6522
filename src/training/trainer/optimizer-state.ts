import type { Runtime } from '../../runtime/index.js';
import {
  initialParameters,
  type Parameter,
  type RemediationConfig,
  trainedNames,
} from '../../trm/remediation/index.js';
import type { TrainingSettings } from './settings.js';

/** Prefixes of what is kept beside each trained weight. */
const STATE_PREFIXES = ['', 'm.', 'v.', 'ema.'] as const;

/** The rows of a batch that are computed at a time. */
export function microBatches({
  batchSize,
  microBatchSize = batchSize,
}: TrainingSettings): { start: number; end: number }[] {
  const count = Math.ceil(batchSize / microBatchSize);
  return Array.from({ length: count }, (_, index) => ({
    start: index * microBatchSize,
    end: Math.min(batchSize, (index + 1) * microBatchSize),
  }));
}

/** Names under which the state of the rows of a micro-batch stays in the worker. */
export function carryNames(microBatch: number): { readonly zH: string; readonly zL: string } {
  const suffix = microBatch === 0 ? '' : `.${microBatch}`;
  return { zH: `z_H${suffix}`, zL: `z_L${suffix}` };
}

const CARRY = /^z_[HL](?:\.\d+)?$/;

/**
 * Weights (fresh ones unless given) with zero moments, the average starting at the weights, and a carry of zeros, which
 * no row uses.
 */
export function initialState(
  config: RemediationConfig,
  settings: TrainingSettings,
  weights: ReadonlyMap<string, Parameter> = initialParameters(config, settings.seed),
): Map<string, Parameter> {
  const state = new Map<string, Parameter>(weights);
  for (const name of trainedNames(config)) {
    const { shape, data } = state.get(name) as Parameter;
    state.set(`m.${name}`, { shape, data: new Float32Array(data.length) });
    state.set(`v.${name}`, { shape, data: new Float32Array(data.length) });
    state.set(`ema.${name}`, { shape, data: data.slice() });
  }
  for (const [index, { start, end }] of microBatches(settings).entries()) {
    const shape = [end - start, config.slots, config.hidden_size];
    const length = (end - start) * config.slots * config.hidden_size;
    for (const name of Object.values(carryNames(index))) state.set(name, { shape, data: new Float32Array(length) });
  }
  return state;
}

/** Puts the state into the worker, where it stays between steps. */
export async function uploadState(runtime: Runtime, state: ReadonlyMap<string, Parameter>): Promise<void> {
  for (const [name, { shape, data }] of state) await runtime.setResident(name, { type: 'float32', data, dims: shape });
}

/** Copies the state back. */
export async function downloadState(runtime: Runtime, names: Iterable<string>): Promise<Map<string, Parameter>> {
  const state = new Map<string, Parameter>();
  for (const name of names) {
    const { data, dims } = await runtime.getResident(name);
    state.set(name, { shape: [...dims], data: data as Float32Array });
  }
  return state;
}

/** Graph input -> resident tensor, and graph output -> resident tensor, of the update graph. */
export function updateBindings(config: RemediationConfig): {
  inputs: Record<string, string>;
  outputs: Record<string, string>;
} {
  const inputs: Record<string, string> = {};
  const outputs: Record<string, string> = {};
  for (const name of trainedNames(config)) {
    inputs[`grad.${name}`] = `grad.${name}`;
    for (const prefix of STATE_PREFIXES) {
      inputs[`${prefix}${name}`] = `${prefix}${name}`;
      outputs[`${prefix}${name}.out`] = `${prefix}${name}`;
    }
  }
  return { inputs, outputs };
}

/** As `updateBindings`, of the graph that adds up the gradients of micro-batches. */
export function accumulateBindings(config: RemediationConfig): {
  inputs: Record<string, string>;
  outputs: Record<string, string>;
} {
  const names = trainedNames(config);
  return {
    inputs: Object.fromEntries(names.flatMap((name) => [`grad.${name}`, `part.${name}`].map((key) => [key, key]))),
    outputs: Object.fromEntries(names.map((name) => [`grad.${name}.out`, `grad.${name}`])),
  };
}

/** Interpolates linearly between two sets of the same weights; `share` is that of the first, [0, 1]. */
export function interpolateWeights(
  first: ReadonlyMap<string, Parameter>,
  last: ReadonlyMap<string, Parameter>,
  share: number,
): Map<string, Parameter> {
  const between = ([name, { shape, data }]: [string, Parameter]): [string, Parameter] => {
    const start = (first.get(name) as Parameter).data;
    return [name, { shape, data: data.map((value, index) => share * (start[index] as number) + (1 - share) * value) }];
  };
  return new Map([...last].map(between));
}

/** The weights to publish: averages where there are any, the rest as it is; without the carry. */
export function averagedWeights(
  config: RemediationConfig,
  state: ReadonlyMap<string, Parameter>,
): Map<string, Parameter> {
  const names = new Set(trainedNames(config));
  const weights = new Map<string, Parameter>();
  for (const [name, parameter] of state) {
    if (/^(m|v|ema)\./.test(name) || CARRY.test(name)) continue;
    weights.set(name, names.has(name) ? (state.get(`ema.${name}`) as Parameter) : parameter);
  }
  return weights;
}
