/**
 * The service as `agent-trm serve` puts it together, in a process of its own, so that its memory is its own. Settings come
 * as JSON in the only parameter and as environment; it says where it listens, and answers every message with what it
 * holds.
 */
import { assembleService } from '../../src/cli/serve/assemble.js';
import { resolveServeConfig } from '../../src/config/index.js';
import { DEFAULT_CATALOG } from '../../src/domain/index.js';
import type { ServiceModelOptions } from '../../src/server/index.js';
import { RemediationReasoner } from '../../src/trm/remediation/index.js';

export interface ProcessSettings {
  readonly modelPath: string | undefined;
  readonly model: ServiceModelOptions;
  readonly earlyHalting: boolean;
  /** Milliseconds for one request; default 600,000, so that whoever waits is answered in the end. */
  readonly deadlineMs?: number | undefined;
}

export interface Holdings {
  /** MiB: now, and at most since the last message. */
  readonly rss: number;
  readonly peakRss: number;
  /** MiB of JavaScript after a collection, and outside of its heap. */
  readonly heap: number;
  readonly external: number;
  /** What keeps the process alive: sockets, timers, files. */
  readonly handles: Readonly<Record<string, number>>;
  /** Seconds of all cores since the start. */
  readonly cpuSeconds: number;
}

export type ProcessMessage =
  | { readonly url: string; readonly model: string }
  | { readonly holdings: Holdings }
  | { readonly failed: string };

const MIB = 1024 * 1024;
const tell = (message: ProcessMessage): void => void process.send?.(message);

try {
  const { modelPath, model, earlyHalting, deadlineMs = 600_000 } = JSON.parse(process.argv[2] ?? '') as ProcessSettings;
  if (!earlyHalting) {
    // No setting does this, since nobody needs it but who asks what early halting is worth.
    const { reason } = RemediationReasoner.prototype;
    RemediationReasoner.prototype.reason = function (row, options) {
      return reason.call(this, row, { ...options, shouldHalt: () => false });
    };
  }
  const { service, close } = await assembleService({
    config: resolveServeConfig({ insecure: true, port: 0, rateLimit: 0, deadlineMs }),
    catalog: DEFAULT_CATALOG,
    policy: undefined,
    // Those that need nothing from outside.
    chain: { phases: ['annotation', 'trm', 'rules'], timeoutMs: deadlineMs },
    modelPath,
    model,
  });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  process.on('message', (message) => {
    if (message === 'end') {
      clearInterval(watch);
      void service
        .drain()
        .then(close)
        .finally(() => process.disconnect());
      return;
    }
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const handles: Record<string, number> = {};
    for (const name of process.getActiveResourcesInfo()) handles[name] = (handles[name] ?? 0) + 1;
    tell({
      holdings: {
        rss: rss / MIB,
        peakRss: Math.max(peak, rss) / MIB,
        heap: heapUsed / MIB,
        external: external / MIB,
        handles,
        cpuSeconds: (user + system) / 1e6,
      },
    });
    peak = 0;
  });
  const { url } = await service.listen({ port: 0 });
  tell({ url, model: service.model.id });
} catch (error) {
  tell({ failed: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.disconnect();
}
