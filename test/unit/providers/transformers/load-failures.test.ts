import { once } from 'node:events';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { env } from '@huggingface/transformers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../../../src/core/errors.js';
import type { GenerateResult, TextProvider } from '../../../../src/domain/text/index.js';
import { createTransformersProvider, type TransformersProviderOptions } from '../../../../src/providers/index.js';
import { ANSWER, writeTinyModel } from '../../../contract/text-provider/tiny-language-model.js';

let root: string;
let folder: string;
const created: TextProvider[] = [];

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'agent-trm-transformers-'));
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(root, 'model-'));
  await writeTinyModel(folder);
});

afterEach(async () => {
  await Promise.all(created.splice(0).map((provider) => provider.dispose?.()));
});

afterAll(() => rm(root, { recursive: true, force: true }));

function provider(options: Partial<TransformersProviderOptions> = {}): TextProvider {
  const made = createTransformersProvider({ model: folder, threads: 1, ...options });
  created.push(made);
  return made;
}

function ask(made: TextProvider): Promise<GenerateResult> {
  return made.doGenerate({
    messages: [{ role: 'user', content: 'What now?' }],
    signal: new AbortController().signal,
  });
}

async function failureOf(made: TextProvider): Promise<ProviderError> {
  const error: unknown = await ask(made).then(
    () => new Error('it answered'),
    (reason: unknown) => reason,
  );
  if (!ProviderError.isInstance(error)) throw error;
  expect(await made.doHealth(new AbortController().signal)).toEqual({ healthy: false, detail: error.message });
  return error;
}

describe('a folder', () => {
  const spoil = (name: string, content: string) => () => writeFile(path.join(folder, name), content);
  const remove = (name: string) => () => rm(path.join(folder, name), { recursive: true });

  it.each([
    ['is missing', remove(''), 'model-missing', /expected a folder at .*, found nothing; give the folder/],
    ['has no config.json', remove('config.json'), 'model-missing', /has no config\.json; it holds .*tokenizer\.json/],
    ['has no tokenizer', remove('tokenizer_config.json'), 'model-missing', /has no tokenizer_config\.json/],
    [
      'has no ONNX file',
      remove('onnx/model.onnx'),
      'model-missing',
      /expected .*model\.onnx, found nothing; .* no ONNX/,
    ],
    [
      'has a cut ONNX file',
      () => truncate(path.join(folder, 'onnx/model.onnx'), 3000),
      'model-missing',
      /onnxruntime.*again/,
    ],
    [
      'has an empty ONNX file',
      spoil('onnx/model.onnx', ''),
      'model-missing',
      /onnxruntime can start: .*get the files again/,
    ],
    ['has a cut config.json', spoil('config.json', '{"a":'), 'model-missing', /JSON file of .* cannot be read/],
    [
      'has another tokenizer.json',
      spoil('tokenizer.json', '{}'),
      'model-missing',
      /the tokenizer of .* cannot be read/,
    ],
    [
      'is no text-generation model',
      spoil('config.json', '{"model_type":"bert"}'),
      'unsupported',
      /text-generation.*bert/,
    ],
  ] as const)('that %s is told apart', async (_, damage, reason, message) => {
    await damage();
    const error = await failureOf(provider());
    expect(error).toMatchObject({ reason, provider: 'transformers' });
    expect(error.message).toMatch(message);
  });

  it('without the file of a dtype lists those that it has', async () => {
    const error = await failureOf(provider({ dtype: 'q4' }));
    expect(error.reason).toBe('model-missing');
    expect(error.message).toMatch(
      /expected .*model_q4\.onnx, found nothing; the model has onnx\/model\.onnx; choose the dtype/,
    );
  });

  it('that does not fit its config.json is a bad response of the model', async () => {
    const file = path.join(folder, 'config.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"num_hidden_layers":1', '"num_hidden_layers":0'));
    await expect(ask(provider())).rejects.toMatchObject({
      reason: 'bad-response',
      message: expect.stringContaining('past_key_values.0.key'),
    });
  });

  it('that is repaired is loaded with the next request', async () => {
    await rm(path.join(folder, 'tokenizer_config.json'));
    const made = provider();
    expect((await failureOf(made)).reason).toBe('model-missing');
    await writeTinyModel(folder);
    expect((await ask(made)).text).toBe(ANSWER);
  });
});

it('says that a device is not there, and takes no other', async () => {
  const device = process.platform === 'darwin' ? 'dml' : 'coreml';
  const { reason, message } = await failureOf(provider({ device }));
  expect(reason).toBe('unsupported');
  expect(message).toMatch(new RegExp(`Unsupported device: "${device}".*choose another device`));
});

describe('a repository', () => {
  let hub: Server;
  let requests: string[];
  const { remoteHost } = env;

  beforeEach(async () => {
    requests = [];
    hub = createServer(async ({ url = '' }, response) => {
      requests.push(url);
      const [, revision, file] = /^\/tiny\/model\/resolve\/([^/]+)\/(.+)$/.exec(url) ?? [];
      const body = revision && file ? await readFile(path.join(folder, file)).catch(() => undefined) : undefined;
      if (url.startsWith('/tiny/private/')) response.writeHead(401).end();
      else if (url.startsWith('/tiny/busy/')) response.writeHead(503).end();
      else if (body) response.writeHead(200, { 'content-length': body.length }).end(body);
      else response.writeHead(404).end();
    });
    hub.listen(0, '127.0.0.1');
    await once(hub, 'listening');
    env.remoteHost = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/`;
  });

  afterEach(async () => {
    env.remoteHost = remoteHost;
    hub.closeAllConnections();
    await new Promise((resolve) => hub.close(resolve));
  });

  it('is downloaded once in its revision, and then taken from the cache without the network', async () => {
    const options = { model: 'tiny/model', revision: 'v1.2', cacheDir: path.join(folder, 'cache') };
    expect((await ask(provider(options))).text).toBe(ANSWER);
    expect(requests).toContain('/tiny/model/resolve/v1.2/onnx/model.onnx');
    const before = requests.length;
    expect((await ask(provider({ ...options, localFilesOnly: true }))).text).toBe(ANSWER);
    expect(requests.length).toBe(before);
  });

  it('that was never downloaded is missing when only local files may be used', async () => {
    const error = await failureOf(
      provider({ model: 'tiny/model', cacheDir: path.join(folder, 'cache'), localFilesOnly: true }),
    );
    expect(error.reason).toBe('model-missing');
    expect(error.message).toMatch(/download tiny\/model once without localFilesOnly/);
    expect(requests).toEqual([]);
  });

  it.each([
    ['tiny/nothing', 'model-missing', /Could not locate file.*check its name/],
    ['tiny/private', 'model-missing', /HF_TOKEN/],
    ['tiny/busy', 'unavailable', /cannot be downloaded: Service unavailable/],
  ])('%s says what the hub answered', async (model, reason, message) => {
    const error = await failureOf(provider({ model, cacheDir: path.join(folder, 'cache') }));
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(message);
  });

  it('without a network is unavailable', async () => {
    hub.closeAllConnections();
    await new Promise((resolve) => hub.close(resolve));
    const error = await failureOf(provider({ model: 'tiny/model', cacheDir: path.join(folder, 'cache') }));
    expect(error.reason).toBe('unavailable');
    expect(error.message).toMatch(/tiny\/model cannot be downloaded: fetch failed.*; check the network/);
  });
});
