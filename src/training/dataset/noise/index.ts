export { noisyExample } from './noisy-example.js';
export { withWordLabels } from './word-labels.js';
