import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { encodeAlert, encodeCatalog } from '../../../../src/encoding/index.js';
import { TrmMemory } from '../../../../src/remediation/selectors/trm-memory.js';
import { alertOf, tokenizer } from '../../encoding/helpers.js';

const catalog = encodeCatalog(DEFAULT_CATALOG, tokenizer);
const query = encodeAlert(alertOf({ alertname: 'PodCrashLoopBackOff', pod: 'web-0', namespace: 'shop' }), tokenizer);

/** An answered alert like the query; `note` tells it from others. */
function answered(note: string, lambdaFunction: string | null = 'pod-restart'): object {
  return {
    alert: { labels: { alertname: 'PodCrashLoopBackOff', pod: `pod-${note}`, namespace: 'shop', note } },
    lambdaFunction,
    parameters: { name: `pod-${note}`, namespace: 'shop' },
  };
}

describe('the memory of a selector', () => {
  let memory: TrmMemory;
  beforeEach(() => {
    memory = new TrmMemory(tokenizer);
  });
  const notesOf = (...more: Parameters<TrmMemory['beside']>[2] & object[]): (string | undefined)[] =>
    memory.beside(query, catalog, more).map(({ alert }) => alert.alert.labels.note);

  it('adds what it is told to what it knows, from anything that can be gone through, and forgets it', () => {
    memory.remember([answered('a')]);
    memory.remember(new Set([answered('b', null)]));
    memory.remember(
      (function* () {
        yield answered('c');
      })(),
    );
    expect(memory.size).toBe(3);
    expect(notesOf().sort()).toEqual(['a', 'b', 'c']);
    memory.forget();
    expect([memory.size, notesOf()]).toEqual([0, []]);
  });

  it('adds nothing where one of many is faulty, and says which and where', () => {
    memory.remember([answered('a')]);
    const faulty = [answered('b'), { ...answered('c'), lambdaFunction: 7 }, answered('d')];
    expect(() => memory.remember(faulty)).toThrow(InvalidInputError);
    expect(() => memory.remember(faulty)).toThrow(/^demonstrations\[1\]\.lambdaFunction: .*received number 7$/);
    expect(memory.size).toBe(1);
    expect(notesOf()).toEqual(['a']);
  });

  it.each([
    ['one demonstration', answered('a'), /received an object/],
    ['a text', 'pod-restart', /received string/],
    ['nothing', undefined, /received nothing/],
    ['null', null, /received null/],
  ])('refuses %s in the place of many', (_, input, message) => {
    const remember = (): void => memory.remember(input as Iterable<unknown>);
    expect(remember).toThrow(InvalidInputError);
    expect(remember).toThrow(message);
    expect(memory.size).toBe(0);
  });

  it('ends with an error where it is told without end', () => {
    const endless = function* () {
      for (;;) yield answered('a');
    };
    memory.remember([answered('b')]);
    expect(() => memory.remember(endless())).toThrow(/at most 10000 in all, 1 of them remembered/);
    expect(() => memory.read(endless())).toThrow(InvalidInputError);
    expect(memory.size).toBe(1);
  });

  it('shows the likest beside a query, those of one call with them, and keeps no more than it was told to', () => {
    memory.remember([answered('a'), answered('b')]);
    const more = memory.read([answered('c')]);
    expect(notesOf(...more)).toEqual(['c', 'b', 'a']);
    expect(memory.size).toBe(2);
    expect(notesOf()).toEqual(['b', 'a']);
    const other = encodeAlert(alertOf({ alertname: 'PersistentVolumeFillingUp' }), tokenizer);
    expect(memory.beside(other, catalog, more)).toEqual([]);
  });

  it('lets no answer that the catalog does not offer stand in the place of one that it does', () => {
    memory.remember([answered('a'), ...['b', 'c', 'd', 'e', 'f'].map((note) => answered(note, 'no-such-function'))]);
    expect(notesOf()).toEqual(['a']);
  });

  it('knows by which field of the query the parameters were filled', () => {
    memory.remember([answered('a')]);
    const [shown] = memory.beside(query, catalog);
    expect(shown?.points.map((index) => query.fields[index]?.key)).toEqual(['namespace', 'pod']);
    expect(DEFAULT_CATALOG[shown?.functionIndex ?? -1]?.name).toBe('pod-restart');
  });
});
