import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DisposedError, ModelLoadError } from '../../../../src/core/errors.js';
import { parseAlerts } from '../../../../src/domain/index.js';
import type { ServiceModel } from '../../../../src/server/index.js';
import { ModelHolder } from '../../../../src/server/model/model-holder.js';
import { probeModel } from '../../../../src/server/model/probe-model.js';
import { alertOf, type FakeModel, fakeModel } from '../fake-service.js';

const [ALERT] = parseAlerts(alertOf(1));

/** A holder whose folders are the models of a list. */
async function holderOf(models: Readonly<Record<string, () => ServiceModel>>) {
  const loads: (string | undefined)[] = [];
  const holder = await ModelHolder.open({
    path: 'first',
    probeTimeoutMs: 200,
    load: async (path) => {
      loads.push(path);
      const make = models[path ?? ''];
      if (!make) throw new ModelLoadError(`${path} cannot be read`);
      return make();
    },
  });
  const told: string[] = [];
  holder.events.on('model_switched', ({ model, previous }) => void told.push(`${previous?.id} -> ${model.id}`));
  holder.events.on('model_refused', ({ error }) => void told.push(`refused: ${error.message}`));
  holder.events.on('model_released', ({ model }) => void told.push(`released ${model.id}`));
  return { holder, loads, told };
}

const select = (holder: ModelHolder) => holder.use((model) => model.select(ALERT!, {}));

describe('a model holder', () => {
  it('switches while requests run: they end on theirs, which is disposed after the last', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = fakeModel({ id: 'first-v1', before: () => held });
    const second = fakeModel({ id: 'second-v1' });
    const { holder, told } = await holderOf({ first: () => first, second: () => second });
    const running = [select(holder), select(holder)];
    await nextTurn();
    expect(await holder.reload('second')).toMatchObject({ id: 'second-v1' });
    expect([holder.identity.id, holder.path, holder.generation]).toEqual(['second-v1', 'second', 2]);
    await select(holder);
    expect([second.asked.length, first.disposed]).toEqual([1, 0]);
    release();
    await Promise.all(running);
    await nextTurn();
    expect([first.asked.length, first.disposed, first.afterDispose]).toEqual([2, 1, 0]);
    expect(told).toEqual(['first-v1 -> second-v1', 'released first-v1']);
    await holder.dispose();
    expect(second.disposed).toBe(1);
  });

  it.each<[string, (model: FakeModel) => ServiceModel, RegExp]>([
    [
      'gives no number',
      (model) => ({
        ...model,
        select: async (...call) => ({ ...(await model.select(...call)), confidence: Number.NaN }),
      }),
      /confidence is NaN/,
    ],
    [
      'names a function that is not there',
      (model) => ({
        ...model,
        select: async (...call) => ({ ...(await model.select(...call)), lambdaFunction: 'rm' }),
      }),
      /not in the catalog/,
    ],
    ['hangs', (model) => ({ ...model, select: () => new Promise(() => undefined) }), /not done within 200 ms/],
    ['fails', (model) => ({ ...model, select: () => Promise.reject(new Error('out of memory')) }), /out of memory/],
  ])('keeps the good model when the new one %s', async (_, damage, why) => {
    const good = fakeModel({ id: 'good-v1' });
    const bad = fakeModel({ id: 'bad-v2' });
    const { holder, told } = await holderOf({ first: () => good, bad: () => damage(bad) });
    await expect(holder.reload('bad')).rejects.toThrow(why);
    await expect(holder.reload('bad')).rejects.toBeInstanceOf(ModelLoadError);
    await expect(holder.reload('missing')).rejects.toBeInstanceOf(ModelLoadError);
    expect([holder.identity.id, holder.path, bad.disposed, good.disposed]).toEqual(['good-v1', 'first', 2, 0]);
    expect(told.filter((line) => line.startsWith('refused'))).toHaveLength(3);
    expect((await select(holder)).lambdaFunction).toBe('pod-restart');
    await holder.dispose();
  });

  it('loads once for those who ask at the same time, and one folder at a time', async () => {
    const { holder, loads } = await holderOf({ first: fakeModel, second: fakeModel });
    const both = [holder.reload('second'), holder.reload('second')];
    await expect(holder.reload('first')).rejects.toThrow(/another model is being loaded/);
    await Promise.all(both);
    expect(loads).toEqual(['first', 'second']);
    await holder.reload();
    expect(loads).toEqual(['first', 'second', 'second']);
    await holder.dispose();
  });

  it('ends with the last request, and takes none after', async () => {
    const model = fakeModel({ delayMs: 30 });
    const { holder } = await holderOf({ first: () => model });
    const running = select(holder);
    await delay(5);
    const disposal = holder.dispose();
    await expect(select(holder)).rejects.toBeInstanceOf(DisposedError);
    await running;
    await disposal;
    expect([model.disposed, model.afterDispose, holder.ready]).toEqual([1, 0, false]);
  });
});

it('a probe lets a sound model pass', async () => {
  await expect(probeModel(fakeModel(), 1_000)).resolves.toBeUndefined();
});
