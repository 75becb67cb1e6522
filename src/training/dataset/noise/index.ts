export { noisyExample } from './noisy-example.js';
