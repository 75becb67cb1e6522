import { TrainingError } from '../../../core/errors.js';
import { type Catalog, DEFAULT_CATALOG } from '../../../domain/index.js';
import type { Example } from '../../dataset/example.js';

/** Answers to an example that count as right, the best first; `null` stands for none. */
export function acceptableAnswers({ functions, noneAcceptable }: Example): readonly (string | null)[] {
  return noneAcceptable || functions.length === 0 ? [...functions, null] : functions;
}

const defaultNames = DEFAULT_CATALOG.map(({ name }) => name).join('\n');

/** Whether a catalog is the default one, also after it was written and read again. */
export function isDefaultCatalog(catalog: Catalog): boolean {
  return catalog === DEFAULT_CATALOG || catalog.map(({ name }) => name).join('\n') === defaultNames;
}

/**
 * The examples with the default catalog, the only ones in which a name stands for the same function every time.
 *
 * @throws TrainingError when there is none
 */
export function defaultCatalogExamples(training: readonly Example[]): readonly Example[] {
  const rows = training.filter(({ catalog }) => isDefaultCatalog(catalog));
  if (rows.length === 0) {
    throw new TrainingError(
      `expected training examples with the default catalog, but none of ${training.length} has it; ` +
        "draw them with catalogs 'default' or 'both'",
    );
  }
  return rows;
}
