/** What tests of providers and of code that uses the client need. */
export {
  createFakeTextProvider,
  type FakeReply,
  type FakeScript,
  type FakeTextProvider,
  type FakeTextProviderOptions,
} from './fake-text-provider.js';
