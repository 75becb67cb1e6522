/**
 * Facts, examples, training and evaluation of remediation models.
 *
 * @module agent-trm/training
 */
export { trainingPlots, writeTrainingPlots } from './charts/index.js';
export {
  buildDataset,
  readDataset,
  readLabelledAlerts,
  validateDataset,
  writeLabelledAlerts,
} from './dataset/files/index.js';
export {
  type AlertRule,
  datasetHash,
  type Example,
  exampleStream,
  type Facts,
  type FailureMode,
  type FunctionFact,
  generateExamples,
  leakageCount,
  loadFacts,
  type RunbookRowCase,
  runbookRowCases,
  type Split,
  type StreamOptions,
} from './dataset/index.js';
export {
  type BuildModelOptions,
  buildModelFolder,
  type DetailedEvaluation,
  type EvaluateOptions,
  type EvaluationPage,
  type EvaluationReport,
  type EvaluationSet,
  evaluateInDetail,
  evaluateModel,
  evaluationPage,
  gateRows,
  MAIN_SUITES,
  type MemoryReport,
  pageOf,
  type RiskReport,
  SUITE_DESCRIPTIONS,
  SUITES,
  type Suite,
  type SuiteReport,
  suiteExamples,
  suitesOf,
  writeReport,
} from './evaluation/index.js';
export {
  parseTrainingSettings,
  type TrainedModel,
  type TrainingProgress,
  type TrainingSettings,
  type TrainOptions,
  train,
} from './trainer/index.js';
