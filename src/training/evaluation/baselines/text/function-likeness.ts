import type { Catalog, RemediationFunction } from '../../../../domain/index.js';
import type { Example } from '../../../dataset/example.js';
import { functionTerms } from './terms.js';
import { createTfIdf, type TermVector, type TfIdf, termCosine } from './tf-idf.js';

/** How much two functions say the same, in [0, 1]: 1 for the same name, else by the words of name and description. */
export type FunctionLikeness = (left: RemediationFunction, right: RemediationFunction) => number;

/** Learns from the catalogs of examples which words tell functions apart. */
export function createFunctionLikeness(training: readonly Example[]): FunctionLikeness {
  const tfIdf = createTfIdf(distinctFunctions(training).map(functionTerms));
  const vectorOf = memoizedVectors(tfIdf);
  return (left, right) => (left.name === right.name ? 1 : termCosine(vectorOf(left), vectorOf(right)));
}

/** Vectors of functions, each made once. */
export function memoizedVectors(tfIdf: TfIdf): (definition: RemediationFunction) => TermVector {
  const known = new WeakMap<RemediationFunction, TermVector>();
  return (definition) => {
    const vector = known.get(definition) ?? tfIdf.vector(functionTerms(definition));
    known.set(definition, vector);
    return vector;
  };
}

/** Functions of all catalogs, those of the same name and description once. */
export function distinctFunctions(training: readonly Example[]): readonly RemediationFunction[] {
  const catalogs = new Set<Catalog>(training.map(({ catalog }) => catalog));
  const functions = [...catalogs]
    .flat()
    .map((definition) => [`${definition.name}\n${definition.description}`, definition]);
  return [...new Map(functions as [string, RemediationFunction][]).values()];
}
