export { readCheckpoint } from './read-checkpoint.js';
export { MAX_HEADER_BYTES, readSafetensors, readSafetensorsMetadata, writeSafetensors } from './safetensors.js';
export { normalizeStateDict } from './state-dict.js';
export { readTorchCheckpoint } from './torch-checkpoint.js';
export {
  DTYPE_BYTES,
  elementCount,
  type FloatDtype,
  fromFloat32,
  type TensorMap,
  toFloat32,
  type WeightDtype,
  type WeightTensor,
} from './weight-tensor.js';
