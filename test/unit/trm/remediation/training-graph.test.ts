import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.js';
import { DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { CAUSES, collate, type EncodedRow } from '../../../../src/encoding/index.js';
import { Runtime, type Session, type Tensor } from '../../../../src/runtime/index.js';
import type { Example } from '../../../../src/training/dataset/index.js';
import { collateTargets } from '../../../../src/training/trainer/targets.js';
import { buildRemediationGradients, type Parameter, trainedNames } from '../../../../src/trm/remediation/index.js';
import { alertOf, rowOf, shownBeside } from '../../encoding/helpers.js';
import { randomWeights, SMALL_CONFIG } from './random-model.js';

/** One H cycle: gradients do not flow beyond the last. */
const CONFIG = { ...SMALL_CONFIG, H_cycles: 1, L_cycles: 2 };
/** Has more than one label that may be the target, and two of the same value. */
const CRASH = alertOf({
  alertname: 'PodCrashLoopBackOff',
  pod: 'web-0',
  deployment: 'web',
  app: 'web',
  namespace: 'shop',
});
const OTHER = alertOf({ alertname: 'PodCrashLoopBackOff', pod: 'api-1', namespace: 'shop' }, { metrics: { cpu: 80 } });
const BUSY = alertOf({ alertname: 'PodCPUHigh', deployment: 'web', namespace: 'shop' }, { metrics: { cpu: 93 } });

function labelled(encoded: EncodedRow, functions: readonly string[], parameters: Example['parameters'] = {}) {
  const example: Example = {
    id: 'x',
    group: 'x',
    source: 'x',
    alert: encoded.alert.alert,
    catalog: DEFAULT_CATALOG,
    functions,
    noneAcceptable: functions.length === 0,
    parameters,
    cause: 'crash-loop',
    split: 'train',
  };
  return { example, encoded };
}

/** The three kinds of rows: beside demonstrations that call and that do not, and without any. */
const ROWS = [
  labelled(shownBeside(rowOf(CRASH), [OTHER, BUSY, CRASH]), ['pod-restart'], {
    'pod-restart': { name: [{ kind: 'label', key: 'pod' }], namespace: [{ kind: 'label', key: 'namespace' }] },
  }),
  labelled(shownBeside(rowOf(BUSY), [BUSY, OTHER]), []),
  labelled(rowOf(OTHER), ['pod-check-status'], { 'pod-check-status': { name: [{ kind: 'default' }] } }),
];

describe('the gradients of a supervision step', () => {
  const runtime = new Runtime({ executionProviders: ['cpu'], intraOpThreads: 1 });
  const weights = randomWeights(CONFIG, 6);
  let session: Session;
  let slopes: ReadonlyMap<string, Float32Array>;
  beforeAll(async () => {
    const graph = buildRemediationGradients(CONFIG, { pointer: 1, cause: 0.5, halt: 0.5 });
    session = await runtime.createSession(graph, { name: 'gradients' });
    const outputs = await run(weights);
    slopes = new Map(trainedNames(CONFIG).map((name) => [name, numbersOf(outputs, `grad.${name}`)]));
  });
  afterAll(() => runtime.dispose());

  function run(values: ReadonlyMap<string, Parameter>): Promise<Record<string, Tensor>> {
    const dims = [ROWS.length, CONFIG.slots, CONFIG.hidden_size];
    const zeros = (): Float32Array => new Float32Array(dims.reduce((product, size) => product * size, 1));
    return session.run({
      ...collate(ROWS.map(({ encoded }) => encoded)).tensors,
      ...collateTargets(ROWS, CAUSES),
      z_H: { type: 'float32', data: zeros(), dims },
      z_L: { type: 'float32', data: zeros(), dims },
      reset: { type: 'bool', data: new Uint8Array(ROWS.length).fill(1), dims: [ROWS.length] },
      ...Object.fromEntries(
        [...values].map(([name, { shape, data }]) => [name, { type: 'float32' as const, data, dims: [...shape] }]),
      ),
    });
  }

  it('are not zero for any weight, those of answered alerts included', () => {
    expect(slopes.size).toBeGreaterThan(40);
    for (const [name, gradient] of slopes) expect(norm(gradient), name).toBeGreaterThan(1e-4);
  });

  it.each(trainedNames(CONFIG))('agree with central differences of the loss: %s', async (name) => {
    const { shape, data } = weights.get(name) as Parameter;
    const gradient = slopes.get(name) as Float32Array;
    // Uphill, so that the slope stands out of the rounding of float32, and a little to the side, so that a part of
    // the gradient that is missing shows.
    const random = createRandom(`direction ${name}`);
    const aside = gradient.map(() => random.normal());
    const [uphill, sideways] = [norm(gradient), norm(aside)];
    const mixed = gradient.map((value, index) => value / uphill + (0.5 * (aside[index] as number)) / sideways);
    const length = norm(mixed);
    const direction = mixed.map((value) => value / length);
    const expected = gradient.reduce((sum, value, index) => sum + value * (direction[index] as number), 0);
    const step = 4e-3;
    const lossAt = async (distance: number): Promise<number> => {
      const moved = data.map((value, index) => value + distance * (direction[index] as number));
      return numbersOf(await run(new Map([...weights, [name, { shape, data: moved }]])), 'loss')[0] as number;
    };
    const found = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    expect(Math.abs(found - expected)).toBeLessThan(0.02 * Math.abs(expected) + 1e-3);
  });
});

function numbersOf(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  return (outputs[name] as Tensor).data as Float32Array;
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
