import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { buildVocabulary, parseVocabulary, Tokenizer } from '../../../../src/encoding/index.js';

const options = { maxWords: 60, minCount: 2, hashBuckets: 64, maxTokens: 8 };
const texts = ['pod crash loop', 'pod restarts often', 'node down', 'node not ready', 'pod not ready'];

describe('buildVocabulary', () => {
  it('keeps frequent words, rarer words get a larger idf, and the order of texts does not matter', () => {
    const vocabulary = buildVocabulary(texts, options);
    expect(vocabulary).toEqual(buildVocabulary([...texts].reverse(), options));
    expect(vocabulary.words).toEqual(expect.arrayContaining(['pod', 'node', 'not', 'ready', '<num>']));
    expect(vocabulary.words).not.toContain('crash');
    const tokenizer = new Tokenizer(vocabulary);
    expect(tokenizer.idf('pod')).toBeLessThan(tokenizer.idf('node'));
    expect(tokenizer.idf('never-seen')).toBe(vocabulary.defaultIdf);
  });

  it('never exceeds maxWords', () => {
    expect(buildVocabulary(texts, { ...options, maxWords: 3 }).words).toHaveLength(3);
  });
});

describe('parseVocabulary', () => {
  const good = buildVocabulary(texts, options);
  it('reads what buildVocabulary wrote', () => {
    expect(parseVocabulary(JSON.parse(JSON.stringify(good)))).toEqual(good);
  });
  it.each([
    ['formatVersion', { ...good, formatVersion: 2 }],
    ['words', { ...good, words: [...good.words.slice(1), good.words[1]] }],
    ['idf', { ...good, idf: [1] }],
    ['hashBuckets', { ...good, hashBuckets: 0 }],
    ['maxTokens', { ...good, maxTokens: 'many' }],
    ['defaultIdf', { ...good, defaultIdf: -1 }],
  ])('names a faulty %s', (field, input) => {
    expect(() => parseVocabulary(input)).toThrow(InvalidInputError);
    expect(() => parseVocabulary(input)).toThrow(`vocabulary.${field}`);
  });
});

describe('Tokenizer', () => {
  const tokenizer = new Tokenizer(buildVocabulary(texts, options));
  it('gives a known word its row and a prefix, an unknown one only hash rows', () => {
    const [id, prefix] = tokenizer.encode('pod');
    expect(tokenizer.vocabulary.words[(id ?? 0) - 1]).toBe('pod');
    expect(prefix).toBeGreaterThan(tokenizer.vocabulary.words.length);
    const unknown = tokenizer.encode('elasticsearch');
    expect(unknown).toHaveLength(6);
    expect([...unknown].every((token) => token > tokenizer.vocabulary.words.length)).toBe(true);
  });
  it('gives every generated pod suffix the same token', () => {
    expect(tokenizer.encode('pod-7d9f8b6c5-x2x4z')).toEqual(tokenizer.encode('pod-5f6d7c8b9d-abcde'));
  });
  it('stays within its table and its length for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const tokens = tokenizer.encode(text);
        expect(tokens.length).toBeLessThanOrEqual(8);
        expect([...tokens].every((token) => token > 0 && token < tokenizer.size)).toBe(true);
        expect(tokenizer.encode(text)).toEqual(tokens);
      }),
    );
  });
});
