import type { TextProvider } from '../../../src/domain/text/index.js';
import type { HttpOptions } from '../../../src/providers/index.js';
import { type FixtureProtocol, startFixtureServer, type TextProviderSubject } from '../../../src/testing/index.js';

/** Limits for servers on this machine that hang on purpose. */
export const QUICK: HttpOptions = {
  headersTimeoutMs: 250,
  bodyTimeoutMs: 250,
  maxResponseBytes: 65_536,
  maxLineLength: 16_384,
  maxAttempts: 2,
  retryDelayMs: 1,
  breakerThreshold: 100,
};

/** A provider with a fixture server of its own. */
export async function httpSubject(
  protocol: FixtureProtocol,
  create: (origin: string) => TextProvider,
): Promise<TextProviderSubject> {
  const server = await startFixtureServer(protocol);
  return { provider: create(server.origin), inject: (fault) => server.inject(fault), release: () => server.close() };
}
