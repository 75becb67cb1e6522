import type { DataType } from './types.js';

/** onnx.proto TensorProto.DataType. */
export const TENSOR_TYPE: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** The types through which gradients flow. */
export function isFloat(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16';
}
