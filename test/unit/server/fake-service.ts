import { setTimeout as delay } from 'node:timers/promises';
import { throwIfAborted } from '../../../src/core/deadline.js';
import type { Alert, Catalog, Decision } from '../../../src/domain/index.js';
import {
  type AuditRecord,
  createService,
  type LoadModel,
  type Service,
  type ServiceModel,
  type ServiceOptions,
} from '../../../src/server/index.js';

export const CRASH = {
  labels: { alertname: 'PodCrashLooping', pod: 'shop-0', namespace: 'shop' },
  annotations: { summary: 'it crashes' },
};

/** An alert that differs from all others. */
export const alertOf = (id: number | string) => ({
  labels: { ...CRASH.labels, pod: `shop-${id}` },
  annotations: {},
});

/** How a fake model behaves. Everything can be changed while it runs. */
export interface FakeModelScript {
  id?: string;
  /** Milliseconds for one answer. */
  delayMs?: number;
  confidence?: number;
  /** Awaited inside of each answer to anything but the probe. */
  before?: (alert: Alert, signal: AbortSignal | undefined) => unknown;
  /** Given the catalog of each question but the probe's. */
  onCatalog?: (catalog: Catalog | undefined) => void;
}

export interface FakeModel extends ServiceModel {
  /** Pods of the alerts that it was asked about, without probes. */
  readonly asked: string[];
  readonly running: number;
  readonly disposed: number;
  /** Answers that were given after `dispose`. */
  readonly afterDispose: number;
}

const isProbe = (alert: Alert): boolean => alert.labels['namespace'] === 'probe';

/** A model that restarts the pod of every alert, and keeps count. */
export function fakeModel(script: FakeModelScript = {}): FakeModel {
  const asked: string[] = [];
  let running = 0;
  let disposed = 0;
  let afterDispose = 0;
  const answer = async (alert: Alert, signal: AbortSignal | undefined): Promise<void> => {
    if (isProbe(alert)) return;
    asked.push(alert.labels['pod'] ?? '');
    running += 1;
    try {
      await script.before?.(alert, signal);
      if (script.delayMs !== undefined) await delay(script.delayMs, undefined, { signal }).catch(() => undefined);
      throwIfAborted(signal);
      if (disposed > 0) afterDispose += 1;
    } finally {
      running -= 1;
    }
  };
  return {
    asked,
    get running() {
      return running;
    },
    get disposed() {
      return disposed;
    },
    get afterDispose() {
      return afterDispose;
    },
    get load() {
      return { active: running, waiting: 0 };
    },
    identity: { id: script.id ?? 'fake-v1', sha256: 'ab'.repeat(32), executionProvider: 'cpu' },
    async select(alert, { catalog, signal }) {
      await answer(alert, signal);
      if (!isProbe(alert)) script.onCatalog?.(catalog);
      return decisionFor(alert, script.confidence ?? 0.9);
    },
    async reason({ alert, catalog }, { recursion, signal }) {
      await answer(alert, signal);
      script.onCatalog?.(catalog);
      const { lambdaFunction, parameters, reasoning } = decisionFor(alert, 0.9);
      const text = JSON.stringify({ lambda_function: lambdaFunction, parameters, reasoning });
      const count = Math.min(3, recursion?.maxSteps ?? 3);
      return Array.from({ length: count }, (_, index) => ({ text, confidence: 0.5 + index * 0.125 }));
    },
    async dispose() {
      disposed += 1;
    },
  };
}

function decisionFor(alert: Alert, confidence: number): Decision {
  const pod = alert.labels['pod'] ?? 'probe';
  const namespace = alert.labels['namespace'] ?? 'probe';
  const parameters = { name: pod, namespace };
  return {
    lambdaFunction: 'pod-restart',
    parameters,
    parameterOrigins: { name: { kind: 'label', key: 'pod' }, namespace: { kind: 'label', key: 'namespace' } },
    confidence,
    accepted: confidence >= 0.7,
    reasoning: `restart ${pod}`,
    cause: 'crash-loop',
    method: 'trm_recursive_reasoning',
    iterations: 1,
    candidates: [{ lambdaFunction: 'pod-restart', probability: 0.9 }],
    trace: [{ step: 1, hCycle: 1, lambdaFunction: 'pod-restart', parameters, confidence }],
  };
}

const open: Service[] = [];

/** Ends every service that was started here. */
export async function closeServices(): Promise<void> {
  for (const service of open.splice(0)) await service.close();
}

export interface Started {
  readonly service: Service;
  readonly origin: string;
  readonly model: FakeModel;
  readonly audited: AuditRecord[];
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** A service on loopback with a fake model, without access control unless the options have one. */
export async function startService(options: ServiceOptions = {}, script: FakeModelScript = {}): Promise<Started> {
  const model = fakeModel(script);
  const audited: AuditRecord[] = [];
  const load: LoadModel = async () => model;
  const service = await createService({
    ...(options.authenticator === undefined && { insecure: true }),
    model: load,
    chain: { phases: ['trm', 'rules'] },
    audit: { write: (record) => void audited.push(record), lost: 0, close: async () => undefined },
    ...options,
  });
  open.push(service);
  const { url } = await service.listen({ port: 0 });
  return {
    service,
    origin: url,
    model,
    audited,
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}
