/**
 * The reference Tiny Recursive Model and the engine that runs recurrent models in shared batches. Importing this loads
 * no native code.
 *
 * @module agent-trm/trm
 */
export type { FloatTensor, TRMCarry } from './carry.js';
export { parseTRMConfig, type TRMConfig } from './config.js';
export { Engine, type EngineOptions, type EngineResult, type SubmitOptions } from './engine.js';
export {
  type HaltRule,
  type HaltStates,
  haltAfter,
  haltOnAny,
  haltOnConfidence,
  haltOnFixedPoint,
  haltOnQ,
} from './halting.js';
export { type Precision, TRMModel, type TRMModelOptions, type TRMStepInput, type TRMStepOutput } from './model.js';
export type { RecurrentModel, RecurrentRow, RowCarry } from './recurrent-model.js';
export { type ReferenceBatch, type ReferenceGradients, referenceGradients } from './reference/gradients.js';
export { type ReferenceInput, type ReferenceOutput, referenceRecurrentModel } from './reference/recurrent-model.js';
export { deriveShapes, type TRMShapes } from './shapes.js';
export type { IntegerInput, IntTensor, TRMData } from './token-input.js';
export {
  fromFloat32,
  normalizeStateDict,
  readCheckpoint,
  readSafetensors,
  type TensorMap,
  toFloat32,
  type WeightTensor,
  writeSafetensors,
} from './weights/index.js';
