import { DEFAULT_CATALOG } from '../../../../domain/index.js';
import type { Example, Split } from '../../example.js';
import { SPLITS } from '../../plan.js';

/** What the examples of one split hold; shares are in [0, 1]. */
export interface SplitDescription {
  readonly rows: number;
  /** Alert-name groups. */
  readonly groups: number;
  /** Rows in which no function applies. */
  readonly noneShare: number;
  /** Rows that present the default catalog. */
  readonly defaultCatalogShare: number;
}

/** What a dataset holds; counts are rows. Records of names are sorted by count, those of ranges by range. */
export interface DatasetDescription {
  readonly rows: number;
  readonly badRows: number;
  readonly groups: number;
  readonly noneShare: number;
  readonly splits: Readonly<Partial<Record<Split, SplitDescription>>>;
  readonly sources: Readonly<Record<string, number>>;
  /** By best function; `none` where no function applies. */
  readonly functions: Readonly<Record<string, number>>;
  readonly causes: Readonly<Record<string, number>>;
  /** By functions in the presented catalog. */
  readonly catalogSizes: Readonly<Record<string, number>>;
  /** By labels of the alert, its name not counted. */
  readonly labelCounts: Readonly<Record<string, number>>;
  /** By words of all annotations that are prose: none, then ever more. */
  readonly annotationWords: Readonly<Record<string, number>>;
}

/** Counts rows one at a time; holds no example. */
export interface DatasetTally {
  add(example: Example): void;
  addBad(): void;
  result(): DatasetDescription;
}

/** Upper ends of the ranges, the last one open. */
const CATALOG_RANGES = [4, 8, 16, 32, 64];
const LABEL_RANGES = [0, 2, 4, 6, 8, 12, 16];
const WORD_RANGES = [0, 7, 19, 49];

export function createDatasetTally(): DatasetTally {
  const splits = new Map<Split, { rows: number; groups: Set<string>; none: number; defaults: number }>();
  const groups = new Set<string>();
  const [sources, functions, causes] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const catalogSizes = rangesOf(CATALOG_RANGES, 1);
  const labelCounts = rangesOf(LABEL_RANGES, 0);
  const annotationWords = rangesOf(WORD_RANGES, 0);
  let badRows = 0;
  return {
    add(example) {
      const split = splits.get(example.split) ?? { rows: 0, groups: new Set(), none: 0, defaults: 0 };
      splits.set(example.split, split);
      split.rows += 1;
      split.groups.add(example.group);
      groups.add(example.group);
      if (example.functions.length === 0) split.none += 1;
      if (example.catalog === DEFAULT_CATALOG) split.defaults += 1;
      countIn(sources, example.source);
      countIn(functions, example.functions[0] ?? 'none');
      countIn(causes, example.cause);
      catalogSizes.add(example.catalog.length);
      labelCounts.add(Object.keys(example.alert.labels).length - 1);
      annotationWords.add(wordsOfAnnotations(example));
    },
    addBad: () => {
      badRows += 1;
    },
    result: () => {
      const all = [...splits.values()];
      const rows = all.reduce((sum, split) => sum + split.rows, 0);
      const none = all.reduce((sum, split) => sum + split.none, 0);
      return {
        rows,
        badRows,
        groups: groups.size,
        noneShare: rows === 0 ? 0 : none / rows,
        splits: Object.fromEntries(
          SPLITS.flatMap((name) => {
            const split = splits.get(name);
            if (split === undefined) return [];
            const described: SplitDescription = {
              rows: split.rows,
              groups: split.groups.size,
              noneShare: split.none / split.rows,
              defaultCatalogShare: split.defaults / split.rows,
            };
            return [[name, described]];
          }),
        ),
        sources: sorted(sources),
        functions: sorted(functions),
        causes: sorted(causes),
        catalogSizes: catalogSizes.result(),
        labelCounts: labelCounts.result(),
        annotationWords: annotationWords.result(),
      };
    },
  };
}

/** Links are no prose. */
function wordsOfAnnotations({ alert: { annotations } }: Example): number {
  const prose = Object.keys(annotations).filter((key) => !key.endsWith('_url'));
  return prose.reduce((sum, key) => sum + (annotations[key]?.match(/\S+/g)?.length ?? 0), 0);
}

/** Counts numbers by ranges: up to and with each end, and one over the last. */
function rangesOf(ends: readonly number[], least: number) {
  const names = ends.map((end, index) => {
    const start = index === 0 ? least : (ends[index - 1] ?? 0) + 1;
    return start === end ? `${end}` : `${start}-${end}`;
  });
  names.push(`over ${ends.at(-1)}`);
  const counts = names.map(() => 0);
  return {
    add(value: number): void {
      const index = ends.findIndex((end) => value <= end);
      const place = index < 0 ? ends.length : index;
      counts[place] = (counts[place] ?? 0) + 1;
    },
    // Keys that look like whole numbers come before others in an object, which is their place here, too.
    result: (): Record<string, number> => Object.fromEntries(names.map((name, index) => [name, counts[index] ?? 0])),
  };
}

function countIn(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(
    [...counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0)),
  );
}
