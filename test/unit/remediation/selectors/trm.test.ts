import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import type { Decision, DemonstrationInput } from '../../../../src/domain/index.js';
import {
  TRMRemediationSelector,
  type TRMRemediationSelectorOptions,
} from '../../../../src/remediation/selectors/trm.js';
import { writeRandomModel } from '../../trm/remediation/random-model.js';

const CRASH = { labels: { alertname: 'PodCrashLoopBackOff', pod: 'web-0', namespace: 'shop' } };
const VOLUME = { labels: { alertname: 'PersistentVolumeFillingUp', persistentvolumeclaim: 'db-0', namespace: 'data' } };
/** An alert like CRASH with an answer. */
const PAST: DemonstrationInput = {
  alert: { labels: { alertname: 'PodCrashLoopBackOff', pod: 'queue-7', namespace: 'mail' } },
  lambdaFunction: 'scale-deployment',
  parameters: { namespace: 'mail' },
};
const FAULTY = { ...PAST, alert: { labels: {} } } as unknown as DemonstrationInput;

describe('a selector with answered alerts, on random weights', () => {
  let folder: string;
  let selector: TRMRemediationSelector;
  const load = (options: TRMRemediationSelectorOptions = {}): Promise<TRMRemediationSelector> =>
    TRMRemediationSelector.load({
      modelPath: join(folder, 'random'),
      executionProviders: ['cpu'],
      threads: 1,
      ...options,
    });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-trm-selector-'));
    await writeRandomModel(join(folder, 'random'), 8);
    selector = await load();
  });
  afterEach(() => selector.forget());
  afterAll(async () => {
    await selector.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** Scores of all functions and the confidence: what moves first when anything is seen otherwise. */
  const figures = ({ candidates, confidence }: Decision): number[] => [
    confidence,
    ...[...candidates]
      .sort((left, right) => ((left.lambdaFunction ?? '') < (right.lambdaFunction ?? '') ? -1 : 1))
      .map(({ probability }) => probability),
  ];

  it('answers alerts like them otherwise, all others as before, and as before when it has forgotten', async () => {
    // One after the other: alerts of one batch share their padding, and with it their rounding.
    const before = [await selector.select(CRASH), await selector.select(VOLUME)] as const;
    selector.remember([PAST]);
    expect(selector.remembered).toBe(1);
    const crash = await selector.select(CRASH);
    const moved = figures(crash).map((value, index) => Math.abs(value - (figures(before[0])[index] as number)));
    expect(Math.max(...moved)).toBeGreaterThan(0.01);
    expect(await selector.select(VOLUME)).toEqual(before[1]);
    selector.forget();
    expect(selector.remembered).toBe(0);
    expect(await selector.select(CRASH)).toEqual(before[0]);
  });

  it('is told otherwise by another answer to the same alert', async () => {
    const decide = (lambdaFunction: string | null): Promise<Decision> =>
      selector.select(CRASH, { demonstrations: [{ ...PAST, lambdaFunction }] });
    const [scale, none, unknown] = [await decide('scale-deployment'), await decide(null), await decide('no-such-one')];
    expect(figures(scale)).not.toEqual(figures(none));
    // A function that the catalog does not offer is no answer.
    expect(unknown).toEqual(await selector.select(CRASH));
  });

  it('sees those of a call as those that it remembers, for that call only', async () => {
    const plain = await selector.select(CRASH);
    const once = await selector.select(CRASH, { demonstrations: [PAST] });
    expect(selector.remembered).toBe(0);
    expect(await selector.select(CRASH)).toEqual(plain);
    selector.remember([PAST]);
    expect(await selector.select(CRASH)).toEqual(once);
    await using fresh = await load({ demonstrations: [PAST] });
    expect(fresh.remembered).toBe(1);
    expect(await fresh.select(CRASH)).toEqual(once);
  });

  it('answers nothing and keeps nothing where a demonstration is faulty, and says which', async () => {
    const calls = [
      selector.select(CRASH, { demonstrations: [PAST, FAULTY] }),
      selector.selectAll([CRASH, VOLUME], { demonstrations: [PAST, FAULTY] }),
      load({ demonstrations: [PAST, FAULTY] }),
    ];
    for (const call of calls) {
      await expect(call).rejects.toSatisfy(
        (error) => InvalidInputError.isInstance(error) && error.path === 'demonstrations[1].alert.labels.alertname',
      );
    }
    expect(() => selector.remember([PAST, FAULTY])).toThrow(InvalidInputError);
    expect(selector.remembered).toBe(0);
  });

  it('answers many alerts beside them as one at a time', async () => {
    selector.remember([PAST, { ...PAST, lambdaFunction: null }]);
    const together = await selector.selectAll([CRASH, VOLUME, CRASH]);
    for (const [index, alert] of [CRASH, VOLUME, CRASH].entries()) {
      const alone = figures(await selector.select(alert));
      for (const [at, value] of figures(together[index] as Decision).entries()) {
        expect(value).toBeCloseTo(alone[at] as number, 3);
      }
    }
  });
});
