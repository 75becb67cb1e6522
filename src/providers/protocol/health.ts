import type { Health } from '../../domain/text/index.js';

/** Runs a check of a provider's health; what it throws becomes an unhealthy result. */
export async function checkHealth(check: () => Promise<Health>): Promise<Health> {
  try {
    return await check();
  } catch (error) {
    return { healthy: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
