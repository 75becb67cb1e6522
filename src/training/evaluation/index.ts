export { type AnsweredExample, type AnswerOptions, answerExamples } from './answer-examples.js';
export { type BuildModelOptions, buildModelFolder } from './build-model.js';
export {
  type EvaluateOptions,
  type EvaluationReport,
  evaluateModel,
  SUITES,
  type Suite,
  type SuiteReport,
  suiteExamples,
} from './evaluate.js';
export { type CalibrationRow, fitCalibration } from './fit-calibration.js';
export { judge, type Verdict } from './judge.js';
export { augrc, brierScore, expectedCalibrationError, type Scored, selective } from './metrics.js';
export {
  type Change,
  type CycleReport,
  measureReflection,
  type ReflectionReport,
  type StopReport,
  type StopRule,
  stopOnConfidence,
  stopOnHead,
} from './reflection.js';
