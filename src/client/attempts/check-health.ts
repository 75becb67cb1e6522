import { createDeadline } from '../../core/deadline.js';
import { AbortedError } from '../../core/errors.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { TextProvider } from '../../domain/index.js';

export interface HealthOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for all checks together, which run at once. Default 5,000. */
  readonly timeoutMs?: number | undefined;
}

export interface ProviderHealth {
  readonly provider: string;
  readonly modelId: string;
  readonly healthy: boolean;
  /** What was found, in words. */
  readonly detail: string;
  /** Milliseconds. */
  readonly durationMs: number;
}

export interface ClientHealth {
  /** Whether at least one provider is. */
  readonly healthy: boolean;
  /** In the order in which they are asked. */
  readonly providers: readonly ProviderHealth[];
}

/** Asks all providers at once how they are. What goes wrong is an unhealthy result; throws AbortedError only. */
export async function checkHealth(
  providers: readonly TextProvider[],
  { signal, timeoutMs = 5_000 }: HealthOptions,
): Promise<ClientHealth> {
  const deadline = createDeadline({ signal, timeoutMs });
  try {
    const results = await Promise.all(providers.map((provider) => checkOne(provider, deadline.signal)));
    return { healthy: results.some(({ healthy }) => healthy), providers: results };
  } finally {
    deadline.dispose();
  }
}

async function checkOne(provider: TextProvider, signal: AbortSignal): Promise<ProviderHealth> {
  const start = performance.now();
  const report = (healthy: boolean, detail: string): ProviderHealth => ({
    provider: provider.name,
    modelId: provider.modelId,
    healthy,
    detail,
    durationMs: performance.now() - start,
  });
  try {
    const { healthy, detail } = await untilAborted(() => provider.doHealth(signal), signal);
    return report(healthy, detail);
  } catch (error) {
    if (AbortedError.isInstance(error)) throw error;
    return report(false, error instanceof Error ? error.message : String(error));
  }
}
