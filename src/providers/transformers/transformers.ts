import { DisposeGuard } from '../../core/dispose-guard.js';
import { memoizeAsync } from '../../core/memoize-async.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { GenerateCall, GenerateResult, TextProvider, TextProviderCapabilities } from '../../domain/text/index.js';
import { fitCall } from '../protocol/fit-call.js';
import { checkHealth } from '../protocol/health.js';
import { generate } from './generate.js';
import { loadLibrary, NAME } from './load-library.js';
import { type LoadedModel, loadModel } from './load-model.js';
import { readOptions, type TransformersProviderOptions } from './options.js';
import { createTurns } from './turns.js';

const CAPABILITIES: TextProviderCapabilities = {
  recursion: 'none',
  toolCalls: false,
  jsonSchema: false,
  logprobs: true,
};

/**
 * A provider for ONNX text-generation models, run in this process by @huggingface/transformers, an optional peer
 * dependency: `npm install @huggingface/transformers@4`. The model is loaded (and downloaded, if it is a repository)
 * with the first request or health check and lives until `dispose()`, which waits for what is running; a load that
 * failed is tried again with the next request.
 *
 * Calls run one after the other. onnxruntime blocks the event loop while the model is loaded and while each token is
 * computed, the first one with the whole prompt; signals, timers and other work get their turn between tokens. For a
 * server that has to answer meanwhile, make the provider in a worker thread.
 *
 * Temperature 0 takes the likeliest token; without a temperature the model's generation_config.json decides. The
 * library samples from its 50 likeliest tokens (or `top_k` of that file) and knows no `top_p`. Log-probabilities are
 * the model's own, before temperature and `top_k` and after the penalties of that file; the token that ends the answer
 * counts in `usage.outputTokens` and has none. A model without a chat template gets plain text with a heading before
 * each message, and may go on to write the user's part as well.
 *
 * Private repositories are read with HF_TOKEN of the environment, by the library itself.
 *
 * @throws ConfigurationError for an option that cannot be used
 */
export function createTransformersProvider(options: TransformersProviderOptions): TextProvider {
  const settings = readOptions(options);
  const guard = new DisposeGuard('the transformers provider');
  const models = memoizeAsync<'model', LoadedModel>();
  const takeTurn = createTurns();
  const load = (): Promise<LoadedModel> => models.get('model', async () => loadModel(await loadLibrary(), settings));

  const answer = async (call: GenerateCall): Promise<GenerateResult> => {
    const { call: fitting, warnings } = fitCall(call, CAPABILITIES);
    const loaded = await untilAborted(load, call.signal);
    const result = await takeTurn(() => generate(loaded, fitting, settings));
    return { ...result, warnings: [...warnings, ...result.warnings] };
  };

  return {
    specificationVersion: 'v1',
    name: NAME,
    modelId: settings.model,
    capabilities: CAPABILITIES,
    // The caller stops waiting at once; dispose() waits until the token in the making is done.
    doGenerate: (call) => untilAborted(() => guard.run(() => answer(call)), call.signal),
    doHealth: (signal) =>
      checkHealth(async () => {
        const { device, dtype } = placeOf(await guard.run(() => untilAborted(load, signal)));
        return { healthy: true, detail: `${settings.model} is loaded on ${device}, as ${dtype}` };
      }),
    dispose: () =>
      guard.dispose(async () => {
        const loaded = await models.delete('model')?.catch(() => undefined);
        await loaded?.model.dispose();
      }),
  };
}

/** What the library has chosen for the first of the model's sessions. */
function placeOf({ model }: LoadedModel): { device: string; dtype: string } {
  const [session] = Object.values(model.sessions) as { config?: { device?: string; dtype?: string } }[];
  return { device: session?.config?.device ?? 'the default device', dtype: session?.config?.dtype ?? 'its files are' };
}
