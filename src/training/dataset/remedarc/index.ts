export {
  type CopiedAnswer,
  isExact,
  nearestDemonstrationCopy,
  withoutDemonstrations,
  withShuffledAnswers,
} from './controls.js';
export { type RemedarcOptions, remedarcExample } from './remedarc-example.js';
export { type Solution, solve } from './solver/solve.js';
export { SUITES, type Suite } from './suites.js';
export { KEY_WORDS, POOL_SYLLABLES, type SymbolPool } from './symbols.js';
