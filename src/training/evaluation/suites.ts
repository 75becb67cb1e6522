import { ConfigurationError } from '../../core/errors.js';
import { createRandom } from '../../core/random.js';
import {
  type Example,
  type Facts,
  generateExamples,
  hopsExample,
  noisyExample,
  outOfDomainExample,
  type RemedarcSuite,
  remedarcExample,
  withoutDemonstrations,
  withShuffledAnswers,
} from '../dataset/index.js';

/** What a model is measured on, each with what it holds. */
export const SUITE_DESCRIPTIONS = {
  iid: 'alert names of the training split with values never seen, default and random catalogs',
  'unseen-alert': 'alert names that are not in training, default catalog',
  'unseen-vendor': 'rules of vendors that are not in training, default catalog',
  'unseen-function': 'alert names, functions and wordings that are not in training, random catalogs',
  'large-catalog': 'the same with catalogs of 16 to 32 functions only',
  'rule-function': 'rules and the functions that they call for, none of them in training, in catalogs of 16 to 32',
  field: 'alerts and a catalog of 28 functions, written by hand and apart from the facts',
  'field-validation': 'the same by another hand; looked at while the model was made',
  noisy: 'alerts of unseen-alert with labels, words and readings that mean nothing, names and prose bent',
  none: 'alerts of unseen-alert on which nothing should be done',
  ood: 'input that is no alert: nothing should be done, and the confidence should be low',
  memory: 'alerts of unseen-alert, each beside one answered alert of its kind that says something else than the facts',
  hops: 'from a symptom over one to three dependencies to the object to act on',
  remedarc: 'a rule induced from three demonstrations, with symbols never seen',
  'remedarc-compositions': 'the same with pairs of primitives that are not in training',
  'remedarc-primitives': 'the same with a primitive that is not in training',
  'remedarc-distractors': 'the same with more labels that mean nothing',
  'remedarc-no-demonstrations': 'control: remedarc without the demonstrations, must fall to chance',
  'remedarc-shuffled': 'control: remedarc with the answers of the demonstrations exchanged, must fall',
} as const;

export type Suite = keyof typeof SUITE_DESCRIPTIONS;
export const SUITES = Object.keys(SUITE_DESCRIPTIONS) as readonly Suite[];

/** Suites that measure what the model does in production; the others ask for reasoning of their own kind. */
export const MAIN_SUITES: readonly Suite[] = ['iid', 'unseen-alert', 'unseen-vendor', 'unseen-function', 'none'];

/** Suites that a model is judged by first, measured on several draws. */
export const HEADLINE_SUITES: readonly Suite[] = ['iid', 'unseen-alert', 'unseen-function', 'large-catalog'];

/**
 * The suites that a name of the command line stands for: `all`, `main`, one of them, or `remedarc` for its six.
 *
 * @throws ConfigurationError for a name that stands for none
 */
export function suitesOf(name: string): readonly Suite[] {
  if (name === 'all') return SUITES;
  if (name === 'main') return MAIN_SUITES;
  const found = SUITES.filter((suite) => suite === name || (name === 'remedarc' && suite.startsWith('remedarc')));
  if (found.length > 0) return found;
  throw new ConfigurationError(`there is no suite "${name}"; known are all, main, ${SUITES.join(', ')}`);
}

/** The cases of a suite; the same seed gives the same cases. Throws ConfigurationError for an unknown suite. */
export function suiteExamples(suite: Suite, facts: Facts, seed: number, count: number): Example[] {
  const test = { seed, split: 'test' } as const;
  const unseen = (): Example[] => generateExamples(facts, { ...test, catalogs: 'default', count });
  const each = (make: (index: number) => Example): Example[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const remedarc = (of: RemedarcSuite): Example[] => each((index) => remedarcExample({ seed, suite: of, index }));
  switch (suite) {
    case 'iid':
      return generateExamples(facts, { seed, split: 'train', count });
    case 'unseen-alert':
      return unseen();
    case 'unseen-vendor':
      return generateExamples(facts, { ...test, catalogs: 'default', vendors: 'held-out', count });
    case 'unseen-function':
      return generateExamples(facts, { ...test, catalogs: 'random', count });
    case 'large-catalog':
      return generateExamples(facts, { ...test, catalogs: 'random', catalogSizes: [16, 32], count });
    case 'rule-function':
      return generateExamples(facts, {
        ...test,
        functions: 'unseen',
        catalogs: 'random',
        catalogSizes: [16, 32],
        count,
      });
    case 'field':
    case 'field-validation': {
      const examples = facts.field?.[suite];
      if (examples === undefined) throw new ConfigurationError(`the folder of the facts has no set "${suite}"`);
      return [...examples];
    }
    case 'noisy':
      return unseen().map((example) => noisyExample(example, createRandom(`noisy/${seed}/${example.id}`)));
    case 'none':
      return generateExamples(facts, { ...test, seed: seed + 1, catalogs: 'default', count }).filter(
        ({ functions }) => functions.length === 0,
      );
    case 'ood':
      return each((index) => outOfDomainExample({ ...test, index }));
    case 'memory':
      // About half: there is not always another function that both alerts can fill.
      return generateExamples(facts, { ...test, catalogs: 'default', demonstrations: 'taught', count }).filter(
        ({ demonstrations = [] }) => demonstrations.length > 0,
      );
    case 'hops':
      return each((index) => hopsExample({ ...test, index }));
    case 'remedarc':
      return remedarc('new-symbols');
    case 'remedarc-compositions':
      return remedarc('compositions');
    case 'remedarc-primitives':
      return remedarc('primitives');
    case 'remedarc-distractors':
      return remedarc('more-distractors');
    case 'remedarc-no-demonstrations':
      return remedarc('new-symbols').map(withoutDemonstrations);
    case 'remedarc-shuffled':
      return remedarc('new-symbols').map((example) =>
        withShuffledAnswers(example, createRandom(`shuffled/${seed}/${example.id}`)),
      );
    default:
      throw new ConfigurationError(`there is no suite "${String(suite)}"; known are ${SUITES.join(', ')}`);
  }
}
