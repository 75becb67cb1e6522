import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CloseAll } from '../../../../src/cli/serve/close-all.js';
import { createFallback, isOwnAddress } from '../../../../src/cli/serve/fallback.js';
import { resolveServeConfig } from '../../../../src/config/index.js';
import { ConfigurationError } from '../../../../src/core/errors.js';

afterEach(() => vi.unstubAllEnvs());

const config = (host: string, port: number) => resolveServeConfig({ host, port }, {});

describe('the fallback of serve', () => {
  it('is Ollama where a model is named, and nobody where none is', async () => {
    vi.stubEnv('OLLAMA_MODEL', '');
    const closeAll = new CloseAll();
    expect(createFallback({}, config('127.0.0.1', 8080), closeAll)).toBeUndefined();
    vi.stubEnv('OLLAMA_MODEL', 'gemma3:1b');
    const provider = createFallback({}, config('127.0.0.1', 8080), closeAll);
    expect(provider).toMatchObject({ name: 'ollama', modelId: 'gemma3:1b' });
    await closeAll.close();
  });

  it('is refused when it is the service itself, by whatever name', async () => {
    vi.stubEnv('OLLAMA_MODEL', 'gemma3:1b');
    vi.stubEnv('OLLAMA_URL', '');
    const closeAll = new CloseAll();
    // The default address of Ollama, which a service that stands in for it takes.
    const own = (): unknown => createFallback({}, config('127.0.0.1', 11_434), closeAll);
    expect(own).toThrow(ConfigurationError);
    expect(own).toThrow(/OLLAMA_URL: expected another server/);
    vi.stubEnv('OLLAMA_URL', 'http://localhost:8080/');
    expect(() => createFallback({}, config('0.0.0.0', 8080), closeAll)).toThrow(/OLLAMA_URL/);
    await closeAll.close();
  });

  const outside = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

  it.each<readonly [string, string, number, boolean]>([
    ['http://127.0.0.1:8080', '127.0.0.1', 8080, true],
    ['http://[::1]:8080/api', 'localhost', 8080, true],
    ['http://localhost', '::', 80, true],
    ['http://0.0.0.0:8080', '0.0.0.0', 8080, true],
    ['http://127.0.0.1:8081', '127.0.0.1', 8080, false],
    ['http://ollama:8080', '0.0.0.0', 8080, false],
    ['http://10.1.2.3:8080', '127.0.0.1', 8080, false],
    ['http://127.0.0.1:8080', '127.0.0.1', 0, false],
    ...(outside === undefined ? [] : [[`http://${outside}:8080`, '0.0.0.0', 8080, true] as const]),
  ])('%s of a service at %s:%i: %s', (url, host, port, expected) => {
    expect(isOwnAddress(new URL(url), { host, port })).toBe(expected);
  });
});
