export { answerProblem } from './answer-problem.js';
export { createLocalTrmProvider, type LocalTrmOptions } from './local-trm.js';
export { type Problem, readProblem } from './read-problem.js';
