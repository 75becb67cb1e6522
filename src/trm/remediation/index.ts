export type { Parameter, ParameterMap } from '../graph/weight-source.js';
export { bundledModelPath, packageRoot } from './bundled-model.js';
export {
  CALIBRATION_INPUTS,
  type Calibration,
  type ConfidenceFeatures,
  calibratedConfidence,
  calibrationInputs,
  calibrationScore,
  interpolate,
} from './calibration.js';
export {
  countParameters,
  DEFAULT_REMEDIATION_CONFIG,
  initialParameters,
  type RemediationConfig,
  remediationParameters,
} from './config.js';
export type { ModelManifest } from './manifest.js';
export { RemediationModel, type RemediationModelOptions } from './model.js';
export {
  MANIFEST_FILE,
  type ModelFolder,
  type NewModel,
  packWeights,
  readModelFolder,
  writeModelFolder,
} from './model-folder.js';
export { isSettled, type ReasonerOptions, type ReasoningStep, RemediationReasoner } from './reasoner.js';
export { buildRemediationStep } from './step-graph.js';
export {
  buildAccumulate,
  buildRemediationGradients,
  buildUpdate,
  type LossWeights,
  trainedNames,
  type UpdateOptions,
} from './training-graph.js';
