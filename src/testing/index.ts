/**
 * What tests of providers, and of code that uses the client, need: a scripted provider, contract suites, faulty servers.
 *
 * @module agent-trm/testing
 */
export {
  createFakeTextProvider,
  type FakeReply,
  type FakeScript,
  type FakeTextProvider,
  type FakeTextProviderOptions,
} from './fake-text-provider.js';
export { type FaultExpectation, type FaultName, HTTP_FAULTS } from './faults.js';
export { type FixtureServer, startFixtureServer } from './fixture-server.js';
export {
  type GuardrailStoreSubject,
  type GuardrailStoreSuiteOptions,
  guardrailStoreSuite,
} from './guardrail-store-suite.js';
export {
  type IncidentStoreSubject,
  type IncidentStoreSuiteOptions,
  incidentStoreSuite,
} from './incident-store-suite.js';
export { chatCompletionsProtocol } from './protocols/chat-completions.js';
export {
  ANSWER_LOGPROBS,
  ANSWER_TOKENS,
  type AnswerVariant,
  type FixtureAnswer,
  type FixtureProtocol,
  type RecordedRequest,
  type ScriptedReply,
  TOOL_ARGUMENTS,
} from './protocols/fixture-protocol.js';
export { ollamaProtocol } from './protocols/ollama.js';
export { reasonProtocol } from './protocols/reason.js';
export { type TextProviderSubject, type TextProviderSuiteOptions, textProviderSuite } from './text-provider-suite.js';
