import type { Alert } from '../../../../domain/index.js';
import { splitWords } from '../../../../encoding/index.js';
import { stemWord } from '../../../../encoding/text/words.js';
import { alertProse } from '../../../../remediation/retrieval/search-terms.js';
import { contentStems } from '../../../dataset/splits.js';

/** Names of the features that an alert has; each says where its word stands. */
export function alertFeatures(alert: Alert): readonly string[] {
  const name = contentStems(alert.labels.alertname ?? '');
  const keys = Object.keys(alert.labels).filter((key) => key !== 'alertname');
  const words = (texts: readonly string[]): string[] => texts.flatMap((text) => splitWords(text).map(stemWord));
  return [
    ...new Set([
      ...name.map((stem) => `name:${stem}`),
      ...name.slice(1).map((stem, index) => `pair:${name[index]} ${stem}`),
      ...keys.map((key) => `label:${key}`),
      ...words([alertProse(alert)]).map((stem) => `prose:${stem}`),
      ...words(Object.keys(alert.metrics)).map((stem) => `metric:${stem}`),
    ]),
  ];
}

/** Sparse rows: which features a text has; each counts 1/sqrt(how many it has), so that long texts are no louder. */
export interface Vectorizer {
  readonly size: number;
  /** Indexes in [0, size). */
  vector(features: readonly string[]): Uint32Array;
}

/** Numbers the features that at least `leastCount` of the texts have. */
export function createVectorizer(texts: readonly (readonly string[])[], leastCount: number): Vectorizer {
  const counts = new Map<string, number>();
  for (const features of texts) for (const feature of features) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  const kept = [...counts].filter(([, count]) => count >= leastCount);
  const indexes = new Map(kept.map(([feature], index) => [feature, index]));
  return {
    size: indexes.size,
    vector: (features) =>
      Uint32Array.from(
        features.flatMap((feature) => {
          const index = indexes.get(feature);
          return index === undefined ? [] : [index];
        }),
      ),
  };
}
