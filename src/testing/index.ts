/** What the tests of a provider need: contract suites, and servers on this machine that misbehave on request. */
export { type FaultExpectation, type FaultName, HTTP_FAULTS } from './faults.js';
export { type FixtureServer, startFixtureServer } from './fixture-server.js';
export { chatCompletionsProtocol } from './protocols/chat-completions.js';
export {
  ANSWER_LOGPROBS,
  ANSWER_TOKENS,
  type AnswerVariant,
  type FixtureAnswer,
  type FixtureProtocol,
  type RecordedRequest,
} from './protocols/fixture-protocol.js';
export { ollamaProtocol } from './protocols/ollama.js';
export { reasonProtocol } from './protocols/reason.js';
export { type TextProviderSubject, type TextProviderSuiteOptions, textProviderSuite } from './text-provider-suite.js';
