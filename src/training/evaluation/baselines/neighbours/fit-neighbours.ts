import { setImmediate } from 'node:timers/promises';
import { TrainingError } from '../../../../core/errors.js';
import type { Alert } from '../../../../domain/index.js';
import type { Example } from '../../../dataset/example.js';
import { acceptableAnswers, isDefaultCatalog } from '../acceptable.js';
import type { Choice, Chooser, Question } from '../baseline.js';
import { createFunctionLikeness } from '../text/function-likeness.js';
import { type Guess, pickThreshold } from '../text/threshold.js';
import { nearest } from './nearest.js';
import { type Vote, voteOfNeighbours } from './vote.js';

/** How like each of the indexed examples is to an alert, in their order; 0 or less for those that are not. */
export type LikenessScores = (alert: Alert) => Float64Array | Promise<Float64Array>;

/** Neighbours that vote; chosen on the validation split. */
const COUNTS = { withDefault: 10, others: 20 } as const;
/** Examples that the threshold is picked on, at most. */
const SAMPLE = 400;

/**
 * Chooses as the nearest examples would have it. Alerts with the default catalog are compared with examples that had it,
 * others with the others; where a kind is missing, with all. With the default catalog, functions and none are put to the
 * vote. With others none is not, since what the neighbours had to choose from was something else: a function is named
 * from a share of the votes on that is picked on training examples, with neighbours of other alert names.
 *
 * @param index makes the search over examples
 * @throws TrainingError (rejects) without examples
 */
export async function fitNeighbours(
  training: readonly Example[],
  index: (examples: readonly Example[]) => LikenessScores | Promise<LikenessScores>,
): Promise<Chooser> {
  if (training.length === 0) throw new TrainingError('expected training examples to look for neighbours in, got none');
  const likeness = createFunctionLikeness(training);
  const voters = async (examples: readonly Example[], count: number) => {
    const scoresOf = await index(examples);
    return async ({ alert, catalog }: Question, among?: (example: Example) => boolean): Promise<Vote> => {
      const hits = nearest(await scoresOf(alert), count, among && ((at) => among(examples[at] as Example)));
      const neighbours = hits.map(({ index: at, score }) => ({ example: examples[at] as Example, weight: score }));
      return voteOfNeighbours(catalog, neighbours, likeness);
    };
  };
  const withDefault = training.filter(({ catalog }) => isDefaultCatalog(catalog));
  const others = training.filter(({ catalog }) => !isDefaultCatalog(catalog));
  const pool = others.length > 0 ? others : training;
  const voteWithDefault = await voters(withDefault.length > 0 ? withDefault : training, COUNTS.withDefault);
  const voteOthers = await voters(pool, COUNTS.others);

  const guesses: Guess[] = [];
  for (const example of spread(pool, SAMPLE)) {
    const { lambdaFunction, share } = await voteOthers(example, ({ group }) => group !== example.group);
    const answers = acceptableAnswers(example);
    guesses.push({
      score: share,
      actRight: answers.includes(lambdaFunction),
      abstainRight: answers.includes(null),
    });
    await setImmediate();
  }
  const threshold = pickThreshold(guesses);

  return async (question) => {
    if (!isDefaultCatalog(question.catalog)) {
      const { lambdaFunction, share } = await voteOthers(question);
      return choose(lambdaFunction, share, share >= threshold, 1 - share);
    }
    const { lambdaFunction, share, noneShare } = await voteWithDefault(question);
    return choose(lambdaFunction, share, share > noneShare, noneShare);
  };
}

function choose(lambdaFunction: string | null, share: number, acts: boolean, noneShare: number): Choice {
  return acts ? { lambdaFunction, confidence: share } : { lambdaFunction: null, confidence: noneShare };
}

/** At most `count` items, evenly spread over all. */
function spread<T>(items: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, items.length / count);
  return Array.from({ length: Math.min(items.length, count) }, (_, index) => items[Math.floor(index * step)] as T);
}
