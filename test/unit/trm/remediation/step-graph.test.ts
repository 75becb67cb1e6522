import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.js';
import { type Catalog, DEFAULT_CATALOG, parseCatalog } from '../../../../src/domain/index.js';
import { collate, type EncodedRow, type HostTensor, type RawAnswer } from '../../../../src/encoding/index.js';
import { Runtime, type Session, type Tensor } from '../../../../src/runtime/index.js';
import type { RowCarry } from '../../../../src/trm/recurrent-model.js';
import { buildRemediationStep } from '../../../../src/trm/remediation/index.js';
import { RemediationModel } from '../../../../src/trm/remediation/model.js';
import { alertOf, rowOf, shownBeside } from '../../encoding/helpers.js';
import { randomWeights, SMALL_CONFIG } from './random-model.js';

const ONE_FUNCTION = parseCatalog([{ name: 'page-owner', description: 'Tell the owner' }]);
const CRASH = alertOf(
  { alertname: 'PodCrashLoopBackOff', pod: 'web-0', namespace: 'shop', severity: 'critical' },
  { annotations: { summary: 'The pod restarts' }, metrics: { restarts: 7 } },
);
const BUSY = alertOf(
  { alertname: 'PodCPUHigh', deployment: 'web', namespace: 'shop' },
  { metrics: { cpu_percent: 93 } },
);
const FULL = alertOf({ alertname: 'PersistentVolumeFillingUp', persistentvolumeclaim: 'db-0', namespace: 'data' });
const BARE = alertOf({ alertname: 'X' });

/** Rows of different sizes: catalogs of one, two and seven functions, none to three answered alerts. */
const ROWS: readonly EncodedRow[] = [
  rowOf(BARE, ONE_FUNCTION),
  shownBeside(rowOf(CRASH), [CRASH, BUSY, FULL]),
  rowOf(CRASH, DEFAULT_CATALOG.slice(0, 2) as Catalog),
  shownBeside(rowOf(BUSY), [BARE]),
  rowOf(CRASH),
  shownBeside(rowOf(FULL, ONE_FUNCTION), [BUSY, FULL]),
];

type Answers = { readonly carry: RowCarry; readonly output: readonly RawAnswer[] };

function numbersOf({ carry, output }: Answers): number[] {
  return [
    ...carry.zH,
    ...carry.zL,
    ...output.flatMap(({ functionLogits, pointerLogits, causeLogits, qHaltLogit }) => [
      ...functionLogits,
      // Masked columns hold the masking number, in which float32 keeps no logit.
      ...pointerLogits.flatMap((logits) => [...logits].map((logit) => Math.max(logit, -1e6))),
      ...causeLogits,
      qHaltLogit,
    ]),
  ];
}

function furthest(left: readonly number[], right: readonly number[]): number {
  expect(left.length).toBe(right.length);
  return left.reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] as number))), 0);
}

/** A batch that starts from the initial state. */
function feedsOf(tensors: Readonly<Record<string, HostTensor>>, batch: number): Record<string, Tensor> {
  const dims = [batch, SMALL_CONFIG.slots, SMALL_CONFIG.hidden_size];
  const zeros = (): Float32Array => new Float32Array(dims.reduce((product, size) => product * size, 1));
  return {
    ...tensors,
    z_H: { type: 'float32', data: zeros(), dims },
    z_L: { type: 'float32', data: zeros(), dims },
    reset: { type: 'bool', data: new Uint8Array(batch).fill(1), dims: [batch] },
  };
}

describe('a supervision step', () => {
  const runtime = new Runtime({ executionProviders: ['cpu'], intraOpThreads: 1 });
  const weights = randomWeights(SMALL_CONFIG, 4);
  let model: RemediationModel;
  let session: Session;
  beforeAll(async () => {
    model = await RemediationModel.create(SMALL_CONFIG, weights, runtime, { haltMaxSteps: 2 });
    session = await runtime.createSession(buildRemediationStep(SMALL_CONFIG, weights), { name: 'step' });
  });
  afterAll(() => runtime.dispose());

  /** Two steps of a batch, the second from the carry of the first. */
  async function twoSteps(rows: readonly EncodedRow[]): Promise<number[][]> {
    const first = await model.step(rows.map((input) => ({ input, carry: undefined })));
    const second = await model.step(rows.map((input, row) => ({ input, carry: first[row]?.carry })));
    return second.map((answers, row) => [...numbersOf(first[row] as Answers), ...numbersOf(answers)]);
  }

  it('answers a row alone as beside larger rows, with and without answered alerts', async () => {
    const together = await twoSteps(ROWS);
    for (const [index, row] of ROWS.entries()) {
      const [alone] = await twoSteps([row]);
      // Sums over padding of another length are rounded otherwise.
      expect(furthest(together[index] as number[], alone as number[]), `row ${index}`).toBeLessThan(2e-2);
    }
  });

  it('answers each row the same in any order of the rows', async () => {
    const together = await twoSteps(ROWS);
    for (const seed of ['a', 'b', 'c']) {
      const places = createRandom(seed).shuffle([...ROWS.keys()]);
      const mixed = await twoSteps(places.map((place) => ROWS[place] as EncodedRow));
      for (const [at, place] of places.entries()) {
        // Products are cut into blocks by the place of a row, and random weights enlarge the last bit a thousandfold.
        expect(furthest(mixed[at] as number[], together[place] as number[]), `row ${place}`).toBeLessThan(5e-3);
      }
    }
  });

  it('answers otherwise with an answered alert beside the query, and with another answer to it', async () => {
    const row = rowOf(CRASH);
    const shown = shownBeside(row, [BUSY, CRASH]);
    const [first, second] = shown.demonstrations ?? [];
    const exchanged = {
      ...row,
      demonstrations: shown.demonstrations?.map((one) => ({ ...one, functionIndex: one === second ? 0 : -1 })) ?? [],
    };
    expect(first?.functionIndex).toBe(0);
    const [without, beside, otherwise] = await twoSteps([row, shown, exchanged]);
    expect(furthest(without as number[], beside as number[])).toBeGreaterThan(0.05);
    expect(furthest(beside as number[], otherwise as number[])).toBeGreaterThan(0.05);
  });

  /** The answer of a batch to changed tensors, all outputs in a row. */
  async function answer(tensors: Readonly<Record<string, HostTensor>>, batch: number): Promise<number[]> {
    const outputs = await session.run(feedsOf(tensors, batch));
    return Object.keys(outputs)
      .sort()
      .flatMap((name) => [...((outputs[name] as Tensor).data as Float32Array)])
      .map((value) => Math.max(value, -1e6));
  }

  it('reads nothing of the inputs of answered alerts where there are none', async () => {
    const { tensors, batch } = collate([rowOf(CRASH), rowOf(BARE)]);
    const plain = await answer(tensors, batch);
    const random = createRandom('garbage');
    const shown = (draw: (name: string, type: HostTensor['type']) => number): Record<string, HostTensor> =>
      Object.fromEntries(
        Object.entries(tensors)
          .filter(([name]) => name.startsWith('shown_'))
          .map(([name, { type, dims }]): [string, HostTensor] => {
            const shape = [batch, 5, ...dims.slice(2)];
            const length = shape.reduce((product, dimension) => product * dimension, 1);
            const numbers = Array.from({ length }, () => draw(name, type));
            const data = type === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers);
            return [name, { type, dims: shape, data }];
          }),
      );
    // Of padding only this is set: the type 0 hides a field, and none belongs to a demonstration.
    const isPadding = (name: string): boolean => name === 'shown_type' || name === 'shown_member';
    const empty = shown(() => 0);
    const garbage = shown((name, type) =>
      isPadding(name) ? 0 : type === 'int32' ? random.integer(2) : 100 * random.normal(),
    );
    expect(Object.keys(garbage)).toHaveLength(7);
    const padded = await answer({ ...tensors, ...empty }, batch);
    expect(furthest(padded, plain)).toBeLessThan(1e-4);
    expect(await answer({ ...tensors, ...garbage }, batch)).toEqual(padded);
    // The same garbage counts as soon as its fields are some.
    const type = garbage.shown_type as HostTensor;
    const fields = { ...type, data: type.data.map(() => 3) };
    expect(furthest(await answer({ ...tensors, ...garbage, shown_type: fields }, batch), plain)).toBeGreaterThan(0.01);
  });

  it('adds what demonstrations give to none to its score, in their own row and to no function', async () => {
    const { tensors, batch } = collate([rowOf(CRASH), rowOf(BUSY)]);
    const logits = async (changed: Readonly<Record<string, HostTensor>>): Promise<Float32Array> => {
      const outputs = await session.run(feedsOf({ ...tensors, ...changed }, batch));
      return (outputs.function_logits as Tensor).data as Float32Array;
    };
    const before = await logits({});
    const votes = tensors.none_votes as HostTensor;
    const raised = { ...votes, data: votes.data.map((_, index) => (index < 7 ? 1 : 0)) };
    const after = await logits({ none_votes: raised });
    const size = 1 + DEFAULT_CATALOG.length;
    const gain = [...after].map((value, index) => value - (before[index] as number));
    const weight = [...(weights.get('function_head.none_votes')?.data ?? [])].reduce((sum, value) => sum + value, 0);
    for (let cycle = 0; cycle < SMALL_CONFIG.H_cycles; cycle++) {
      const row = gain.slice(cycle * 2 * size, cycle * 2 * size + 2 * size);
      expect(row[0]).toBeCloseTo(weight, 4);
      expect(Math.max(...row.slice(1).map(Math.abs))).toBeLessThan(1e-5);
    }
  });
});
