import { expect, it } from 'vitest';
import { ExecutionProviderError } from '../../../src/core/errors.js';
import { fromFailure, toFailure } from '../../../src/runtime/engine/failure.js';
import { loadOnnxruntime } from '../../../src/runtime/engine/load-onnxruntime.js';

it('says how to install onnxruntime-node when it is missing', async () => {
  const missing = Object.assign(new Error("Cannot find package 'onnxruntime-node' imported from here"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  const loading = loadOnnxruntime(() => Promise.reject(missing));
  await expect(loading).rejects.toMatchObject({ code: ExecutionProviderError.code, cause: missing });
  await expect(loading).rejects.toThrow(
    /is not installed.*npm install onnxruntime-node.*ONNXRUNTIME_NODE_INSTALL=skip/,
  );
});

it('names the platforms when the binary cannot be loaded', async () => {
  const loading = loadOnnxruntime(() =>
    Promise.reject(new Error('libonnxruntime.so.1: cannot open shared object file')),
  );
  await expect(loading).rejects.toThrow(
    /cannot be loaded on .*cannot open shared object file.*no binary for macOS on Intel/,
  );
});

it('keeps its class on the way out of the worker', async () => {
  const error = await loadOnnxruntime(() => Promise.reject(new Error('no'))).catch((reason: unknown) => reason);
  const arrived = fromFailure(structuredClone(toFailure(error)));
  expect(arrived).toBeInstanceOf(ExecutionProviderError);
  expect(arrived.message).toBe((error as Error).message);
});
