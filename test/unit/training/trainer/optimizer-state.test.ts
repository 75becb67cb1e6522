import { expect, it } from 'vitest';
import { initialState, interpolateWeights } from '../../../../src/training/trainer/optimizer-state.js';
import { parseTrainingSettings } from '../../../../src/training/trainer/settings.js';
import { DEFAULT_REMEDIATION_CONFIG, initialParameters } from '../../../../src/trm/remediation/index.js';

const weights = (...values: number[]) => new Map([['w', { shape: [values.length], data: Float32Array.from(values) }]]);

it('a run from another model starts at its weights, in the average, too', () => {
  const shape = { hidden_size: 24, num_heads: 2, expansion: 1, encoder_layers: 0, L_layers: 1 };
  const config = { ...DEFAULT_REMEDIATION_CONFIG, ...shape, vocab_size: 16, causes: 2 };
  const first = initialParameters(config, 9);
  const state = initialState(config, parseTrainingSettings({ seed: 1 }), first);
  for (const [name, parameter] of first) {
    expect(state.get(name)).toBe(parameter);
    const average = state.get(`ema.${name}`);
    if (average) expect(average.data).toEqual(parameter.data);
  }
});

it.each([
  [0, [3, -2]],
  [0.25, [2.5, -1]],
  [1, [1, 2]],
])('weights with a share of %s of the first are between the two', (share, expected) => {
  expect(interpolateWeights(weights(1, 2), weights(3, -2), share)).toEqual(weights(...expected));
});
