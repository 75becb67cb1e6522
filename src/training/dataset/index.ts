export type { Example, Split } from './example.js';
export { datasetHash, FACT_FILES, loadFacts, parseFacts } from './facts/load-facts.js';
export type { AlertRule, Facts, FailureMode, FunctionFact } from './facts/schema.js';
export { hopsExample, hopsOf } from './hops/index.js';
export { noisyExample, withLostWords, withWordLabels } from './noise/index.js';
export { outOfDomainExample } from './out-of-domain/index.js';
export {
  isExact,
  nearestDemonstrationCopy,
  remedarcExample,
  type Suite as RemedarcSuite,
  solve as solveRemedarc,
  withoutDemonstrations,
  withShuffledAnswers,
} from './remedarc/index.js';
export { type RunbookRowCase, type RunbookRowName, runbookRowCases } from './runbook-rows.js';
export { groupOf, RUNBOOK_ALERTS, splitOfGroup } from './splits.js';
export { describeExamples, describeSplits, type ExampleStatistics, leakageCount } from './statistics.js';
export { exampleAt, exampleStream, generateExamples, type StreamOptions } from './stream.js';
export { shownFunctionTexts, vocabularyTexts } from './vocabulary-texts.js';
