import type * as Onnxruntime from 'onnxruntime-node';
import { ExecutionProviderError } from '../../core/errors.js';

export type OnnxruntimeModule = typeof Onnxruntime;

const INSTALL_HINT =
  'Install it with `npm install onnxruntime-node`; where its install script cannot reach the download host, set ' +
  'ONNXRUNTIME_NODE_INSTALL=skip for the installation (the CPU provider needs no download).';
const PLATFORM_HINT =
  'It runs on linux x64 and arm64 (glibc 2.28 or newer), macOS arm64 and Windows x64 and arm64; there is no binary ' +
  'for macOS on Intel or for musl (Alpine).';

/**
 * Loads onnxruntime-node and silences its own console output: failures are reported as errors instead.
 *
 * @param load the import, replaceable in tests
 * @throws ExecutionProviderError when the package is missing or its binary cannot be loaded on this platform
 */
export async function loadOnnxruntime(
  load: () => Promise<OnnxruntimeModule> = () => import('onnxruntime-node'),
): Promise<OnnxruntimeModule> {
  try {
    const onnxruntime = await load();
    onnxruntime.env.logLevel = 'fatal';
    return onnxruntime;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const missing =
      (error as { code?: unknown } | null)?.code === 'ERR_MODULE_NOT_FOUND' && /onnxruntime-node['"]/.test(reason);
    throw new ExecutionProviderError(
      missing
        ? `the package onnxruntime-node is not installed. ${INSTALL_HINT}`
        : `onnxruntime-node cannot be loaded on ${process.platform} ${process.arch}: ${reason}. ${PLATFORM_HINT} ${INSTALL_HINT}`,
      { cause: error },
    );
  }
}
