import type { Guardrails } from '../../remediation/guardrails/index.js';
import type { Gauges } from '../../telemetry/index.js';

/** Names the storm breaker in metrics, beside the dependencies that have one. */
const STORM = 'guardrails-storm';

const EVERY_MS = 5_000;

/**
 * Tells every few seconds how the storm breaker stands, which closes by itself, and which another replica may have
 * opened. While the store is out of reach it stays as it was told last.
 *
 * @returns what ends it
 */
export function watchStorm(
  guardrails: Pick<Guardrails, 'stormBreaker'>,
  breaker: Gauges['breaker'],
  everyMs: number = EVERY_MS,
): () => void {
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const state = await guardrails.stormBreaker().catch(() => undefined);
    if (ended) return;
    if (state !== undefined) breaker(STORM, state);
    timer = setTimeout(() => void look(), everyMs).unref();
  };
  void look();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
