import { hostname, networkInterfaces } from 'node:os';
import { resolveChainConfig, type ServeConfig } from '../../config/index.js';
import { ConfigurationError } from '../../core/errors.js';
import type { TextProvider } from '../../domain/index.js';
import {
  type CreateRemediationChainOptions,
  createDefaultProvider,
  DEFAULT_OLLAMA_URL,
} from '../../remediation/chain/index.js';
import { isLoopbackHost } from '../../server/auth/index.js';
import type { Gauges } from '../../telemetry/index.js';
import type { CloseAll } from './close-all.js';

/**
 * The language model that gets what is no alert, and that the chain asks in its phase of function calling: the one that
 * the chain would make for itself. Undefined where OLLAMA_MODEL is not set. Throws ConfigurationError, also for a URL that
 * is the service's own address, where every question would go round in a circle until its time is over.
 *
 * @param breaker told how its circuit breaker stands, from the start on
 */
export function createFallback(
  chain: Omit<CreateRemediationChainOptions, 'trm' | 'catalog'>,
  config: Pick<ServeConfig, 'host' | 'port'>,
  closeAll: CloseAll,
  breaker: Gauges['breaker'] = () => undefined,
): TextProvider | undefined {
  const provider = chain.provider ?? createDefaultProvider(chain, (state) => breaker(OLLAMA, state));
  if (provider === undefined || provider === chain.provider) return provider;
  closeAll.add(provider, () => provider.dispose?.());
  const url = new URL(resolveChainConfig(chain).ollamaUrl.value ?? DEFAULT_OLLAMA_URL);
  if (isOwnAddress(url, { host: config.host.value, port: config.port.value })) {
    throw new ConfigurationError(
      'OLLAMA_URL: expected another server, received the address that this service is going to listen on; ' +
        'unset OLLAMA_MODEL to do without a language model, or choose another --port',
    );
  }
  breaker(OLLAMA, 'closed');
  return provider;
}

/** Names the dependency in metrics. */
const OLLAMA = 'ollama';

/**
 * Whether a URL names the address that the service listens on. What stands before it, such as the name of a Kubernetes
 * service, cannot be seen from here. A port that the system will choose (0) is nobody's yet.
 */
export function isOwnAddress(url: URL, own: { readonly host: string; readonly port: number }): boolean {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (own.port === 0 || port !== own.port) return false;
  const [asked, listens] = [plain(url.hostname), plain(own.host)];
  if (asked === listens || (isLoopbackHost(asked) && isLoopbackHost(listens))) return true;
  if (!ANY.has(listens)) return false;
  const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return (
    ANY.has(asked) ||
    isLoopbackHost(asked) ||
    asked === hostname().toLowerCase() ||
    interfaces.some(({ address }) => address.toLowerCase() === asked)
  );
}

/** All addresses of the machine. */
const ANY: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

function plain(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}
