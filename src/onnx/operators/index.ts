import type { OperatorTable } from '../types.js';
import { ELEMENTWISE } from './elementwise.js';
import { INDEXING } from './indexing.js';
import { LAYOUT } from './layout.js';
import { MATMUL } from './matmul.js';
import { NORMALIZATION } from './normalization.js';
import { REDUCTION } from './reduction.js';
import { SLICING } from './slicing.js';

/** Every operator that the builder knows: how shapes follow, and how gradients flow back. */
export const OPERATORS: OperatorTable = {
  ...ELEMENTWISE,
  ...REDUCTION,
  ...LAYOUT,
  ...SLICING,
  ...MATMUL,
  ...INDEXING,
  ...NORMALIZATION,
};
