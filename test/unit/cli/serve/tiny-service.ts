import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Assembled, assembleService } from '../../../../src/cli/serve/assemble.js';
import { resolveServeConfig, type ServeConfigOptions } from '../../../../src/config/index.js';
import { DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import type { GuardrailPolicy } from '../../../../src/remediation/guardrails/index.js';
import { writeTinyModel } from '../../../fixtures/tiny-model.js';

/** A service as `agent-trm serve` puts it together, over a model that knows nothing. It takes requests by `ask`. */
export interface TinyService extends Pick<Assembled, 'service'> {
  /** The status and text of an answer; bodies are JSON. */
  ask(
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string }>;
  close(): Promise<void>;
}

/** @param options beside those that let everybody in and ask rules alone after the model */
export async function startTinyService(
  options: ServeConfigOptions & { readonly policy?: GuardrailPolicy } = {},
): Promise<TinyService> {
  const { policy, ...settings } = options;
  const folder = await mkdtemp(join(tmpdir(), 'agent-trm-assembled-'));
  const modelPath = join(folder, 'tiny-v1');
  await writeTinyModel(modelPath);
  const { service, close } = await assembleService({
    config: resolveServeConfig(
      { insecure: true, rateLimit: 0, ...settings },
      { ...process.env, TRM_LOG_LEVEL: 'silent' },
    ),
    catalog: DEFAULT_CATALOG,
    policy,
    modelPath,
    chain: { phases: ['trm', 'rules'] },
    model: { executionProviders: ['cpu'], threads: 1 },
  });
  return {
    service,
    async ask(path, body, headers = {}) {
      const { request } = service.app;
      const sent = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': JSON_TYPE, ...headers } };
      const answer = await request(path, body === undefined ? {} : sent, THIS_MACHINE);
      return { status: answer.status, text: await answer.text() };
    },
    async close() {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const JSON_TYPE = 'application/json';

/** What Node's adapter would say of a connection, without which nobody is on this machine. */
const THIS_MACHINE = { incoming: { socket: { remoteAddress: '127.0.0.1' } } };
