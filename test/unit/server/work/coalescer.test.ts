import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbortedError } from '../../../../src/core/errors.js';
import { alertSchema } from '../../../../src/domain/alert/alert-schema.js';
import { Coalescer } from '../../../../src/server/work/coalescer.js';
import { alertKey, digest } from '../../../../src/server/work/work-key.js';

function work() {
  let finish: (value: string) => void = () => undefined;
  const computed: AbortSignal[] = [];
  const compute = (signal: AbortSignal): Promise<string> => {
    computed.push(signal);
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
  return { computed, compute, finish: (value: string) => finish(value) };
}

const never = new AbortController().signal;

describe('a coalescer', () => {
  it('computes once what is asked for at the same time, and anew afterwards', async () => {
    const coalescer = new Coalescer<string>();
    const { computed, compute, finish } = work();
    const answers = Array.from({ length: 10_000 }, () => coalescer.run('key', never, compute));
    await nextTurn();
    expect(coalescer.running).toBe(1);
    finish('done');
    const all = await Promise.all(answers);
    expect(computed).toHaveLength(1);
    expect(all.filter(({ value }) => value === 'done')).toHaveLength(10_000);
    expect(all.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(coalescer.running).toBe(0);
    const again = coalescer.run('key', never, compute);
    await nextTurn();
    finish('again');
    expect(await again).toEqual({ value: 'again', joined: false });
    expect(computed).toHaveLength(2);
  });

  it('lets one give up without the others, and gives the work up with the last one', async () => {
    const coalescer = new Coalescer<string>();
    const { computed, compute, finish } = work();
    const first = new AbortController();
    const second = new AbortController();
    const one = coalescer.run('key', first.signal, compute);
    const two = coalescer.run('key', second.signal, compute);
    await nextTurn();
    first.abort();
    await expect(one).rejects.toBeInstanceOf(AbortedError);
    expect(computed[0]?.aborted).toBe(false);
    second.abort();
    await expect(two).rejects.toBeInstanceOf(AbortedError);
    expect(computed[0]?.aborted).toBe(true);
    // Whoever comes now does not get what was given up.
    const three = coalescer.run('key', never, compute);
    await nextTurn();
    finish('fresh');
    expect((await three).value).toBe('fresh');
    expect(computed).toHaveLength(2);
  });

  it('tells all of a failure, and keeps none', async () => {
    const coalescer = new Coalescer<string>();
    const fail = async (): Promise<string> => {
      throw new Error('broken');
    };
    const ends = await Promise.allSettled([coalescer.run('key', never, fail), coalescer.run('key', never, fail)]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await coalescer.run('key', never, async () => 'fine')).toEqual({ value: 'fine', joined: false });
  });
});

describe('what stands for a question', () => {
  const words = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'pod'), fc.string({ maxLength: 3 }), { maxKeys: 4 });
  const alerts = fc.record({ labels: words, annotations: words });
  const read = ({ labels, annotations }: { labels: object; annotations: object }) =>
    alertSchema.parse({ labels: { ...labels, alertname: 'A' }, annotations });

  it('is the same for the same labels and annotations in any order, and for no others', () => {
    fc.assert(
      fc.property(alerts, alerts, (left, right) => {
        const reversed = (entries: object): object => Object.fromEntries(Object.entries(entries).reverse());
        const turned = { labels: reversed(left.labels), annotations: reversed(left.annotations) };
        expect(alertKey(read(turned))).toBe(alertKey(read(left)));
        const same =
          alertKey(read(left)) === alertKey(read(right)) ||
          digest(alertKey(read(left))) === digest(alertKey(read(right)));
        const equal = (a: object, b: object): boolean =>
          JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
        expect(same).toBe(equal(left.labels, right.labels) && equal(left.annotations, right.annotations));
      }),
      { numRuns: 200 },
    );
  });

  it('does not mix up where one part ends and the next begins', () => {
    expect(digest('ab', 'c')).not.toBe(digest('a', 'bc'));
  });
});
