import { ELEMENTWISE_CASES } from './elementwise.js';
import { INDEXING_CASES } from './indexing.js';
import { LAYOUT_CASES } from './layout.js';
import { MATMUL_CASES } from './matmul.js';
import { NORMALIZATION_CASES } from './normalization.js';
import type { OperatorCase } from './operator-case.js';
import { REDUCTION_CASES } from './reduction.js';
import { SLICING_CASES } from './slicing.js';

/** What the files `operators-*.test.ts` run, each a few families. */
export const FAMILIES = {
  elementwise: ELEMENTWISE_CASES,
  indexing: INDEXING_CASES,
  layout: LAYOUT_CASES,
  matmul: MATMUL_CASES,
  normalization: NORMALIZATION_CASES,
  reduction: REDUCTION_CASES,
  slicing: SLICING_CASES,
} satisfies Record<string, readonly OperatorCase[]>;
