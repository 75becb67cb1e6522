import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readCheckpoint, type TensorMap, toFloat32 } from '../../src/trm/weights/index.js';

/** Path of one of the golden files, which the official implementation computed. */
export function goldenPath(name: 'config.json' | 'weights.safetensors' | 'expected.safetensors'): string {
  return fileURLToPath(new URL(`../fixtures/golden/attention-64.${name}`, import.meta.url));
}

/** Configuration, weights and expected tensors of the golden model. */
export async function readGolden(): Promise<{
  readonly config: object;
  readonly weights: TensorMap;
  readonly expected: TensorMap;
  /** An expected tensor as numbers. */
  readonly numbers: (name: string) => Float32Array;
  readonly integers: (name: string) => Int32Array;
}> {
  const config = JSON.parse(await readFile(goldenPath('config.json'), 'utf8')) as object;
  const weights = await readCheckpoint(goldenPath('weights.safetensors'));
  const expected = await readCheckpoint(goldenPath('expected.safetensors'));
  const numbers = (name: string): Float32Array => {
    const tensor = expected.get(name);
    if (!tensor) throw new Error(`The golden file has no tensor ${name}.`);
    return toFloat32(tensor);
  };
  return { config, weights, expected, numbers, integers: (name) => Int32Array.from(numbers(name)) };
}

/** Largest |a - b|; NaN when any element is not a number, Infinity for different lengths. */
export function largestDifference(left: ArrayLike<number>, right: ArrayLike<number>): number {
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < left.length; index++) {
    const difference = Math.abs((left[index] as number) - (right[index] as number));
    if (Number.isNaN(difference)) return Number.NaN;
    largest = Math.max(largest, difference);
  }
  return largest;
}
