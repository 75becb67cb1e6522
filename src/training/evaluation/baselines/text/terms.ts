import type { Alert, RemediationFunction } from '../../../../domain/index.js';
import { alertProse, searchTerms } from '../../../../remediation/retrieval/search-terms.js';

/** Terms of a text, each with how much it counts, over 0. */
export type TermWeights = ReadonlyMap<string, number>;

/** What a word of an alert's or a function's name counts against one of its prose. */
const NAME_WEIGHT = 3;

const alerts = new WeakMap<Alert, TermWeights>();
const functions = new WeakMap<RemediationFunction, TermWeights>();

/** Terms of an alert's name and of its prose, as runbooks are searched by. */
export function alertTerms(alert: Alert): TermWeights {
  return memo(alerts, alert, () => weigh(searchTerms(alert.labels.alertname ?? ''), searchTerms(alertProse(alert))));
}

/** Terms of a function's name and description. */
export function functionTerms(definition: RemediationFunction): TermWeights {
  return memo(functions, definition, () => weigh(searchTerms(definition.name), searchTerms(definition.description)));
}

function memo<K extends object>(known: WeakMap<K, TermWeights>, key: K, make: () => TermWeights): TermWeights {
  let terms = known.get(key);
  if (terms === undefined) {
    terms = make();
    known.set(key, terms);
  }
  return terms;
}

function weigh(name: readonly string[], prose: readonly string[]): TermWeights {
  const weights = new Map<string, number>();
  for (const term of name) weights.set(term, (weights.get(term) ?? 0) + NAME_WEIGHT);
  for (const term of prose) weights.set(term, (weights.get(term) ?? 0) + 1);
  return weights;
}
