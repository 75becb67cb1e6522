export { confusionOf } from './confusion.js';
export { evaluationPage } from './evaluation-page.js';
export type {
  BaselineRow,
  Confusion,
  CycleRow,
  Estimate,
  EvaluationPage,
  Figure,
  GateRow,
  ModelFacts,
  RiskThreshold,
  SuiteFigures,
  SuitePage,
  WorstError,
} from './page-data.js';
export { writeReport } from './write-report.js';
