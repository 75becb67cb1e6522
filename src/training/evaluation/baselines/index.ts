export type { Baseline, BaselineAnswer, Choice, Chooser, Question } from './baseline.js';
export { alertNameLookup, majority } from './counting.js';
export { defaultRules } from './default-rules.js';
export {
  answerWith,
  BASELINES,
  type BaselineReport,
  type BaselineSuite,
  type BaselinesReport,
  type EvaluateBaselinesOptions,
  evaluateBaselines,
  type JudgedAnswer,
} from './evaluate-baselines.js';
export { fillByNames } from './fill-by-names.js';
export { functionTextMatch } from './function-match.js';
export { wordRegression } from './logistic/word-regression.js';
export { bm25Neighbours } from './neighbours/bm25-neighbours.js';
export { embeddingNeighbours } from './neighbours/embedding-neighbours.js';
