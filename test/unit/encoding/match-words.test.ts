import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../../src/domain/index.js';
import { buildVocabulary, encodeAlert, encodeCatalog, Tokenizer } from '../../../src/encoding/index.js';
import { alertMatchWords, functionMatchWords, MATCH_WORDS } from '../../../src/encoding/match-words.js';
import { alertOf, arbitraryAlert, tokenizer } from './helpers.js';

/** No two words share a row, so that tokens stand for words. */
const roomy = new Tokenizer(
  buildVocabulary(['pod crash loop restart severity critical summary memory limit namespace reason alertname'], {
    maxWords: 64,
    minCount: 1,
    hashBuckets: 65_536,
    maxTokens: 64,
  }),
);

const wordsOf = (labels: Record<string, string>, annotations: Record<string, string> = {}): number[] => [
  ...encodeAlert(alertOf({ alertname: 'PodCrashLoop', ...labels }, { annotations }), roomy).matchWords,
];
const tokensOf = (text: string): number[] => [...roomy.encode(text)];

describe('the words of an alert that functions are compared with', () => {
  it('begin with those of its name, each once', () => {
    const named = ['PodCrashLoop', 'alertname'].flatMap(tokensOf);
    expect(new Set(named).size).toBe(named.length);
    expect(wordsOf({})).toEqual(named);
    expect(wordsOf({ crash: 'pod loop' })).toEqual(named);
  });

  it('hold what labels and annotations say, and of labels that name objects the keys only', () => {
    const bare = wordsOf({ pod: 'x' });
    expect(wordsOf({ pod: 'memory-limit' })).toEqual(bare);
    for (const token of [...tokensOf('memory'), ...tokensOf('limit')]) expect(bare).not.toContain(token);
    for (const told of [wordsOf({ reason: 'memory' }), wordsOf({}, { summary: 'Out of memory' })]) {
      for (const token of tokensOf('memory')) expect(told).toContain(token);
    }
    for (const token of tokensOf('namespace')) expect(wordsOf({ namespace: 'shop' })).toContain(token);
  });

  it('are distinct, no padding, all there are up to the limit and the first of more', () => {
    let cut = 0;
    fc.assert(
      fc.property(arbitraryAlert, (alert) => {
        const { fields, matchWords } = encodeAlert(alert, tokenizer);
        const said = fields.flatMap(({ facts, keyText, valueText }) => [
          ...(facts.targetClass === 'target' ? [] : valueText.tokens),
          ...keyText.tokens,
        ]);
        const distinct = [...new Set(said)];
        expect([...matchWords]).toEqual(distinct.slice(0, MATCH_WORDS.alert));
        expect(matchWords.every((token) => token > 0 && token < tokenizer.size)).toBe(true);
        if (distinct.length > MATCH_WORDS.alert) cut += 1;
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(cut).toBeGreaterThan(0);
    expect(alertMatchWords([])).toEqual(new Int32Array(0));
  });
});

describe('the words of a function that alerts are compared with', () => {
  it('are those of its name, then of its description, each once, and none of its parameters', () => {
    const catalog = parseCatalog([
      {
        name: 'restart-pod',
        description: 'Restart a pod that is in a crash loop',
        parameters: { type: 'object', properties: { namespace: { type: 'string', description: 'memory limit' } } },
      },
    ]);
    const expected = [...tokensOf('restart-pod'), ...tokensOf('Restart a pod that is in a crash loop')];
    expect([...(encodeCatalog(catalog, roomy).functions[0]?.matchWords ?? [])]).toEqual([...new Set(expected)]);
  });

  it('are the first of more than the limit', () => {
    const long = Array.from({ length: 60 }, (_, index) => `q${index}`).join(' ');
    const name = roomy.encodeText('restart pod');
    const description = roomy.encodeText(long);
    const all = [...new Set([...name.tokens, ...description.tokens])];
    expect(all.length).toBeGreaterThan(MATCH_WORDS.function);
    expect([...functionMatchWords(name, description)]).toEqual(all.slice(0, MATCH_WORDS.function));
    const none = roomy.encodeText('');
    expect(functionMatchWords(none, none)).toHaveLength(0);
  });
});
