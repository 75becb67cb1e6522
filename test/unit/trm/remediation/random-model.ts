import { createRandom } from '../../../../src/core/random.js';
import { CAUSES } from '../../../../src/encoding/index.js';
import {
  CALIBRATION_INPUTS,
  DEFAULT_REMEDIATION_CONFIG,
  initialParameters,
  type ModelManifest,
  type Parameter,
  type RemediationConfig,
  writeModelFolder,
} from '../../../../src/trm/remediation/index.js';
import { tokenizer } from '../../encoding/helpers.js';

/** As small as a network may be that has every part; its vocabulary is that of the tests of the encoding. */
export const SMALL_CONFIG: RemediationConfig = {
  ...DEFAULT_REMEDIATION_CONFIG,
  hidden_size: 16,
  num_heads: 2,
  expansion: 1,
  L_layers: 1,
  H_cycles: 2,
  L_cycles: 1,
  encoder_layers: 1,
  slots: 4,
  vocab_size: tokenizer.size,
  causes: CAUSES.length,
};

/** Weights none of which is zero, as those of an untrained model partly are: what is not wired would look right then. */
export function randomWeights(config: RemediationConfig, seed: number): Map<string, Parameter> {
  const random = createRandom(`random weights ${seed}`);
  return new Map(
    [...initialParameters(config, seed)].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value) => value + 0.3 * random.normal()) },
    ]),
  );
}

/** Writes a model folder with random weights and a map that passes q through. */
export function writeRandomModel(path: string, seed: number): Promise<ModelManifest> {
  return writeModelFolder(path, {
    manifest: {
      name: 'random',
      version: 1,
      config: SMALL_CONFIG,
      haltMaxSteps: 2,
      causes: [...CAUSES],
      training: { datasetHash: 'none' },
      metrics: {},
    },
    weights: randomWeights(SMALL_CONFIG, seed),
    vocabulary: tokenizer.vocabulary,
    calibration: {
      formatVersion: 3,
      inputs: [...CALIBRATION_INPUTS],
      intercept: 0,
      coefficients: CALIBRATION_INPUTS.map((_, index) => (index === 0 ? 1 : 0)),
      fittedOn: { rows: 1, split: 'none' },
    },
  });
}
