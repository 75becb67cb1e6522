import { loadFacts } from '../src/training/dataset/facts/load-facts.js';
import { train } from '../src/training/trainer/train.js';
import { parseTrainingSettings } from '../src/training/trainer/settings.js';
const facts = await loadFacts('models/facts');
const t0=performance.now();
const r = await train({ facts, settings: parseTrainingSettings(JSON.parse(process.argv[2] ?? '{}')), runFolder: process.argv[3]!, resume: true, onProgress: p=>console.log(((performance.now()-t0)/1000).toFixed(0)+'s', JSON.stringify(p)) });
console.log('done', r.steps);
