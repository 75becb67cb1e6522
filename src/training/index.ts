/**
 * Facts, examples, training and evaluation of remediation models.
 *
 * @module agent-trm/training
 */
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
  type EvaluateOptions,
  type EvaluationReport,
  evaluateModel,
  SUITES,
  type Suite,
  type SuiteReport,
} from './evaluation/index.js';
export {
  parseTrainingSettings,
  type TrainedModel,
  type TrainingProgress,
  type TrainingSettings,
  type TrainOptions,
  train,
} from './trainer/index.js';
