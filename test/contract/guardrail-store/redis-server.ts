import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from '@redis/client';

/** A Redis of this machine's own, without disk and network. */
export interface RedisServer {
  /** Connects one more client; `stop` closes it. */
  connect(): Promise<ReturnType<typeof makeClient>>;
  /** Ends the server and leaves the clients to find out. */
  crash(): Promise<void>;
  /** Ends the server, and the clients' wish to come back to it. */
  stop(): Promise<void>;
}

/** Why there can be no server here, undefined where there can. */
export function whyNoRedis(): string | undefined {
  const { error, status } = spawnSync('redis-server', ['--version'], { stdio: 'ignore' });
  if (error === undefined && status === 0) return undefined;
  return 'skipped: no redis-server on this machine (Debian: apt-get install redis-server)';
}

/** Starts a server that listens on a socket in a folder of its own, so that no port can be taken. */
export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-redis-'));
  const socket = path.join(folder, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  await ready(server);
  const clients: ReturnType<typeof makeClient>[] = [];
  const crash = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  return {
    async connect() {
      const client = makeClient(socket);
      clients.push(client);
      await client.connect();
      return client;
    },
    crash,
    async stop() {
      for (const client of clients.splice(0)) client.destroy();
      await crash();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function makeClient(socket: string) {
  const client = createClient({ socket: { path: socket, tls: false } });
  // Without a listener a lost connection would end the process.
  client.on('error', () => undefined);
  return client;
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`redis-server did not start: ${said}`)));
    server.stdout?.on('data', (chunk) => {
      said += String(chunk);
      if (/ready to accept connections/i.test(said)) resolve();
    });
  });
}
