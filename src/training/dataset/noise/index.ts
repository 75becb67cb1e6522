export { withLostWords } from './lost-words.js';
export { noisyExample } from './noisy-example.js';
export { withWordLabels } from './word-labels.js';
