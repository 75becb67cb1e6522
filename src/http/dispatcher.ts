import type { Dispatcher } from 'undici';
import type { Undici } from './libraries.js';
import type { HttpSettings } from './options.js';

/**
 * A pool of connections for one server; behind the proxy of the environment when it is to be used. undici itself
 * reads the proxy variables.
 */
export function createDispatcher(undici: Undici, settings: HttpSettings, loopback: boolean): Dispatcher {
  const options = {
    connections: settings.maxConnections,
    connect: { timeout: settings.connectTimeoutMs },
    headersTimeout: settings.headersTimeoutMs,
    bodyTimeout: settings.bodyTimeoutMs,
  };
  return settings.proxy === 'environment' && !loopback
    ? new undici.EnvHttpProxyAgent(options)
    : new undici.Agent(options);
}
