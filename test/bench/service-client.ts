import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Alert } from '../../src/domain/index.js';
import { runbookRowCases } from '../../src/training/index.js';
import { writeTinyModel } from '../fixtures/tiny-model.js';
import type { Holdings, ProcessMessage, ProcessSettings } from './service-process.js';

export interface ServiceProcess extends AsyncDisposable {
  readonly url: string;
  readonly model: string;
  holdings(): Promise<Holdings>;
}

/** Starts the service in another process, without what this one's environment says about language models. */
export async function startServiceProcess(
  settings: ProcessSettings,
  env: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const child = fork(fileURLToPath(new URL('service-process.ts', import.meta.url)), [JSON.stringify(settings)], {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, OLLAMA_MODEL: '', ...env },
  });
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ended = exit.then((): ProcessMessage => ({ failed: 'it has ended' }));
  const next = async (): Promise<ProcessMessage> => {
    const told = new Promise<ProcessMessage>((resolve) =>
      child.once('message', (value) => resolve(value as ProcessMessage)),
    );
    const message = await Promise.race([told, ended]);
    if ('failed' in message) throw new Error(`the process of the service: ${message.failed}`);
    return message;
  };
  const started = await next();
  if (!('url' in started)) throw new Error('the process of the service did not say where it listens');
  return {
    ...started,
    async holdings() {
      const answer = next();
      child.send('tell');
      const message = await answer;
      if (!('holdings' in message)) throw new Error('the process of the service did not say what it holds');
      return message.holdings;
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.send('end');
      await exit;
    },
  };
}

/** Alerts that look like those of a cluster, of which no two are alike. */
export function* distinctAlerts(): Generator<Pick<Alert, 'labels' | 'annotations'>, never> {
  const cases = runbookRowCases({ seed: 7, renamings: 15 });
  for (let id = 0; ; id++) {
    const { alert } = cases[id % cases.length] as (typeof cases)[number];
    const instance = `10.${(id >> 16) & 255}.${(id >> 8) & 255}.${id & 255}:9100`;
    yield { ...alert, labels: { ...alert.labels, instance } };
  }
}

/** The folder that is named, else that of a tiny model when it is asked for, else the bundled model (undefined). */
export async function modelFolder(
  named: string | undefined,
  tiny: boolean,
): Promise<{ path?: string; end(): Promise<void> }> {
  if (named !== undefined || !tiny) return { ...(named !== undefined && { path: named }), end: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'agent-trm-bench-'));
  const path = join(folder, 'tiny-v1');
  await writeTinyModel(path);
  return { path, end: () => rm(folder, { recursive: true, force: true }) };
}
