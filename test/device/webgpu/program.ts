/** Runs two supervision steps of small reference TRMs on WebGPU and on the CPU and prints both; WebGPU has to start. */
import { Runtime } from '../../../src/runtime/index.js';
import { TRMModel } from '../../../src/trm/index.js';
import { randomModel } from '../../golden/random-model.js';

const BASE = { hidden_size: 32, num_heads: 4, seq_len: 6, puzzle_emb_len: 2, L_layers: 1, H_cycles: 1, L_cycles: 1 };
// Compiling shaders takes a software driver half a minute a variant, so CI has one of them.
const VARIANTS = {
  attention: BASE,
  ...(process.env.CI !== 'true' && { mlp: { ...BASE, mlp_t: true, pos_encodings: 'none' } }),
};

const results: Record<string, { provider: string; y: number[] }> = {};
for (const provider of ['webgpu', 'cpu'] as const) {
  const runtime = new Runtime({ executionProviders: [provider], strict: true });
  const numbers: number[] = [];
  let used = '';
  for (const [name, settings] of Object.entries(VARIANTS)) {
    const { config, weights } = randomModel(settings, name);
    const model = await TRMModel.fromWeights(weights, config, { runtime });
    const data = { inputs: [1, 2, 3, 4, 5, 6, 0, 1, 0, 2, 0, 3], puzzleIdentifiers: [4, 1] };
    const first = await model.step({ carry: await model.initialCarry(2), ...data });
    // One row goes on and one starts afresh, so that the reset is compared as well.
    const { carry, logits, qHaltLogits } = await model.step({
      carry: { ...first.carry, halted: [false, true] },
      ...data,
    });
    for (const { data: values } of [first.logits, logits, qHaltLogits, carry.zH, carry.zL]) numbers.push(...values);
    used = model.executionProvider;
  }
  results[provider] = { provider: used, y: numbers };
  await runtime.dispose();
}
process.stdout.write(JSON.stringify(results));
