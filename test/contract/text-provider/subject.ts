import type { TextProvider } from '../../../src/domain/text/index.js';
import type { HttpOptions } from '../../../src/providers/index.js';
import {
  type FaultName,
  type FixtureProtocol,
  startFixtureServer,
  type TextProviderSubject,
} from '../../../src/testing/index.js';

/** Settings for servers on this machine: short limits only where the server hangs on purpose. */
export function quick(fault?: FaultName): HttpOptions {
  const timeoutMs = fault?.startsWith('hang-') ? 100 : 60_000;
  return {
    connectTimeoutMs: 60_000,
    headersTimeoutMs: timeoutMs,
    bodyTimeoutMs: timeoutMs,
    maxResponseBytes: 65_536,
    maxAttempts: 2,
    retryDelayMs: 1,
    breakerThreshold: 1000,
  };
}

/** A provider with a fixture server of its own. */
export async function httpSubject(
  protocol: FixtureProtocol,
  create: (origin: string) => TextProvider,
): Promise<TextProviderSubject> {
  const server = await startFixtureServer(protocol);
  return { provider: create(server.origin), inject: (fault) => server.inject(fault), release: () => server.close() };
}
