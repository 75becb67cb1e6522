import { TrainingError } from '../../../core/errors.js';
import type { Example } from '../../dataset/example.js';
import { acceptableAnswers, isDefaultCatalog } from './acceptable.js';
import type { Baseline, Question } from './baseline.js';
import { distinctFunctions, memoizedVectors } from './text/function-likeness.js';
import { alertTerms, functionTerms } from './text/terms.js';
import { createTfIdf, termCosine } from './text/tf-idf.js';
import { pickThreshold } from './text/threshold.js';

/**
 * The presented function whose name and description share the most with the words of the alert, by the cosine of TF-IDF
 * weights; none under a threshold. Only that and the rarity of words are learned, so it works for functions that
 * training did not have. The threshold is picked apart for the default catalog, which is small, and for others.
 */
export const functionTextMatch: Baseline = {
  name: 'function-text-match',
  fit: async (training) => {
    if (training.length === 0) throw new TrainingError('expected training examples to pick a threshold on, got none');
    const tfIdf = createTfIdf([
      ...training.map(({ alert }) => alertTerms(alert)),
      ...distinctFunctions(training).map(functionTerms),
    ]);
    const vectorOf = memoizedVectors(tfIdf);
    const guess = ({ alert, catalog }: Question): { lambdaFunction: string | null; score: number } => {
      const words = tfIdf.vector(alertTerms(alert));
      let best: { lambdaFunction: string | null; score: number } = { lambdaFunction: null, score: 0 };
      for (const definition of catalog) {
        const score = termCosine(words, vectorOf(definition));
        if (score > best.score) best = { lambdaFunction: definition.name, score };
      }
      return best;
    };
    const thresholdOf = (examples: readonly Example[]): number =>
      pickThreshold(
        examples.map((example) => {
          const { lambdaFunction, score } = guess(example);
          const answers = acceptableAnswers(example);
          return { score, actRight: answers.includes(lambdaFunction), abstainRight: answers.includes(null) };
        }),
      );
    const withDefault = training.filter(({ catalog }) => isDefaultCatalog(catalog));
    const others = training.filter(({ catalog }) => !isDefaultCatalog(catalog));
    const thresholds = {
      withDefault: thresholdOf(withDefault.length > 0 ? withDefault : training),
      others: thresholdOf(others.length > 0 ? others : training),
    };
    return (question) => {
      const { lambdaFunction, score } = guess(question);
      const threshold = isDefaultCatalog(question.catalog) ? thresholds.withDefault : thresholds.others;
      return score >= threshold
        ? { lambdaFunction, confidence: score }
        : { lambdaFunction: null, confidence: 1 - score };
    };
  },
};
