import type { Alert, Catalog, Demonstration, ParameterOrigin } from '../../domain/index.js';

/** Part of the data an example belongs to; no alert name stands in two. */
export type Split = 'train' | 'validation' | 'calibration' | 'test';

/** One labelled alert with the catalog that is presented beside it. */
export interface Example {
  /** Stable: the same facts, seed and split give the same id and the same content. */
  readonly id: string;
  /** Split key: the normalised alert name, which near-duplicates share. */
  readonly group: string;
  /** Source of the rule, or `failure-mode`. */
  readonly source: string;
  readonly alert: Alert;
  readonly catalog: Catalog;
  /** Answered alerts that the model is shown beside the query. */
  readonly demonstrations?: readonly Demonstration[];
  /** Acceptable functions, best first; empty = none applies. */
  readonly functions: readonly string[];
  /** Doing nothing is also acceptable. */
  readonly noneAcceptable: boolean;
  /** function -> pointer parameter -> acceptable origins; `{kind: 'default'}` = leave to the default or omit. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, readonly ParameterOrigin[]>>>>;
  /** False for input that is no alert at all: the right answer is none, and being sure of it is wrong. Default true. */
  readonly answerable?: boolean;
  /** One of the cause classes. */
  readonly cause: string;
  readonly split: Split;
}
