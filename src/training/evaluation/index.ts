export { type AnsweredExample, type AnswerOptions, answerExamples } from './answer-examples.js';
export {
  BASELINES,
  type Baseline,
  type BaselineReport,
  type BaselinesReport,
  embeddingNeighbours,
  evaluateBaselines,
} from './baselines/index.js';
export { type BuildModelOptions, buildModelFolder } from './build-model.js';
export { type CalibrationRow, fitCalibration } from './calibration/fit-calibration.js';
export {
  type DetailedEvaluation,
  type EvaluateOptions,
  type EvaluationReport,
  type EvaluationSet,
  evaluateInDetail,
  evaluateModel,
  type RiskReport,
} from './evaluate.js';
export { GATE, type GateBar, gateRows } from './gate.js';
export { judge, type Verdict } from './judge.js';
export type { MemoryReport } from './memory.js';
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
export { confusionOf, type EvaluationPage, evaluationPage, writeReport } from './report/index.js';
export { pageOf } from './report/page-of.js';
export { type GuaranteedThreshold, type Interval, sgrThreshold } from './statistics/index.js';
export type { SuiteReport } from './suite-report.js';
export { MAIN_SUITES, SUITE_DESCRIPTIONS, SUITES, type Suite, suiteExamples, suitesOf } from './suites.js';
