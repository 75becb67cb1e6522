import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's names of the two binaries. */
const PROMETHEUS = 'prometheus';
const ALERTMANAGER = 'prometheus-alertmanager';

/** Whether both are installed. */
export const hasMonitoring = [PROMETHEUS, ALERTMANAGER].every(
  (binary) => spawnSync(binary, ['--version'], { stdio: 'ignore' }).status === 0,
);

export interface Monitoring {
  /** Replaces the rule file and has Prometheus read it. */
  setRules(yaml: string): Promise<void>;
  stop(): Promise<void>;
}

/** A Prometheus that fires the alerts of a rule file, and an Alertmanager that posts them to a URL, both on loopback. */
export async function startMonitoring(rules: string, webhook: string): Promise<Monitoring> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-trm-monitoring-'));
  const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
  const ruleFile = join(folder, 'rules.yml');
  await mkdir(join(folder, 'data'));
  await writeFile(ruleFile, rules);
  await writeFile(
    join(folder, 'prometheus.yml'),
    `
global: { evaluation_interval: 1s, scrape_interval: 1s }
rule_files: [${JSON.stringify(ruleFile)}]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:${alertmanagerPort}'] }] }] }
`,
  );
  await writeFile(
    join(folder, 'alertmanager.yml'),
    `
route: { receiver: agent, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1s }
receivers: [{ name: agent, webhook_configs: [{ url: ${JSON.stringify(webhook)}, send_resolved: true }] }]
`,
  );
  const children = [
    run(ALERTMANAGER, folder, [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      '--cluster.listen-address=',
    ]),
    run(PROMETHEUS, folder, [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      '--web.enable-lifecycle',
      // The default of a minute loses what is sent before the Alertmanager listens.
      '--rules.alert.resend-delay=1s',
    ]),
  ];
  return {
    async setRules(yaml) {
      await writeFile(ruleFile, yaml);
      const { ok, status } = await fetch(`http://127.0.0.1:${prometheusPort}/-/reload`, { method: 'POST' });
      if (!ok) throw new Error(`Prometheus refused the rules: ${status}`);
    },
    async stop() {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const exit = once(child, 'exit');
          child.kill('SIGKILL');
          await exit;
        }),
      );
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function run(command: string, cwd: string, parameters: readonly string[]): ChildProcess {
  return spawn(command, parameters, { cwd, stdio: 'ignore' });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
