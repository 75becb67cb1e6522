import { DEFAULT_CATALOG } from '../../../../domain/index.js';
import { acceptableAnswers, defaultCatalogExamples } from '../acceptable.js';
import type { Baseline, Choice } from '../baseline.js';
import { alertFeatures, createVectorizer } from './features.js';
import { fitSoftmaxRegression } from './softmax-regression.js';

/** None first. */
const CLASSES: readonly (string | null)[] = [null, ...DEFAULT_CATALOG.map(({ name }) => name)];

/** Chosen on the validation split. */
const SETTINGS = { epochs: 20, l2: 1e-4, learningRate: 0.1, seed: 1 } as const;
const LEAST_COUNT = 2;

/**
 * Multinomial logistic regression from the words of an alert to the functions of the default catalog and none. With
 * another catalog it chooses among none and the functions of these names that are presented.
 */
export const wordRegression: Baseline = {
  name: 'word-regression',
  fit: async (training) => {
    const examples = defaultCatalogExamples(training);
    const texts = examples.map(({ alert }) => alertFeatures(alert));
    const vectorizer = createVectorizer(texts, LEAST_COUNT);
    const model = await fitSoftmaxRegression(
      examples.map((example, index) => {
        const answers = acceptableAnswers(example);
        return {
          features: vectorizer.vector(texts[index] ?? []),
          accepted: CLASSES.flatMap((answer, at) => (answers.includes(answer) ? [at] : [])),
        };
      }),
      { ...SETTINGS, features: vectorizer.size, classes: CLASSES.length },
    );
    return ({ alert, catalog }) => {
      const presented = new Set<string | null>([null, ...catalog.map(({ name }) => name)]);
      const probabilities = model(vectorizer.vector(alertFeatures(alert)));
      let best: Choice = { lambdaFunction: null, confidence: 0 };
      let total = 0;
      for (const [index, lambdaFunction] of CLASSES.entries()) {
        if (!presented.has(lambdaFunction)) continue;
        const confidence = probabilities[index] as number;
        total += confidence;
        if (confidence > best.confidence) best = { lambdaFunction, confidence };
      }
      return { ...best, confidence: Math.min(1, best.confidence / total) };
    };
  },
};
