import { type ModelConfig, resolveModelConfig } from '../../config/index.js';
import { DisposeGuard } from '../../core/dispose-guard.js';
import { ModelLoadError, ProviderError } from '../../core/errors.js';
import type { ExecutionProviderPreference } from '../../core/execution-provider.js';
import { memoizeAsync } from '../../core/memoize-async.js';
import type { GenerateCall, GenerateResult, Health, TextProvider } from '../../domain/index.js';
import {
  bundledModelPath,
  type ModelFolder,
  RemediationReasoner,
  readModelFolder,
} from '../../trm/remediation/index.js';
import { answerProblem } from './answer-problem.js';
import { asProviderError } from './failure.js';
import { type Problem, readProblem } from './read-problem.js';

const NAME = 'local-trm';

/** What helps when the model that was asked for cannot be used. */
const OTHER_MODEL = ' Mend modelPath (TRM_MODEL_PATH), or leave it out for the bundled model.';

export interface LocalTrmOptions {
  /** Folder of the model. Default: TRM_MODEL_PATH, else the model shipped with this package. */
  readonly modelPath?: string;
  /** Default: TRM_EXECUTION_PROVIDER, else DEVICE, else `['auto']`. */
  readonly executionProviders?: readonly ExecutionProviderPreference[];
  /** Threads of one operator. Default: TRM_THREADS, else all cores. */
  readonly threads?: number;
}

/**
 * The local Tiny Recursive Model as a text provider. It answers one kind of question: which remediation function an
 * alert calls for. The problem stands in the context or in the prompt, as `readProblem` says, and the answer is JSON
 * `{lambda_function, parameters, reasoning}`. Every supervision step is a reflection, with the calibrated probability
 * that its answer is right. The model is loaded with the first request and lives until `dispose()`.
 *
 * Anything else is refused with ProviderError `out-of-domain`, so that the next provider answers; sampling options
 * have no meaning for it and are reported as warnings.
 */
export function createLocalTrmProvider(options: LocalTrmOptions = {}): TextProvider {
  const config = resolveModelConfig(options);
  const guard = new DisposeGuard('the local TRM provider');
  const models = memoizeAsync<'model', LoadedModel>();
  const load = (): Promise<LoadedModel> => models.get('model', () => loadModel(config));

  return {
    specificationVersion: 'v1',
    name: NAME,
    modelId: config.modelPath.value ?? 'remediation-v4',
    capabilities: { recursion: 'native', toolCalls: false, jsonSchema: false, logprobs: false },
    doGenerate: (call) =>
      guard.run(async () => {
        const problem = findProblem(call);
        const model = await load().catch((error: unknown) => {
          const chosen = config.modelPath.value !== undefined && ModelLoadError.isInstance(error);
          throw asProviderError(NAME, 'the model cannot be loaded', error, chosen ? OTHER_MODEL : '');
        });
        return generate(call, problem, model).catch((error: unknown) => {
          throw asProviderError(NAME, 'the model cannot answer', error);
        });
      }),
    doHealth: () => checkHealth(() => guard.run(load)),
    dispose: () => guard.dispose(async () => (await models.delete('model'))?.reasoner.dispose()),
  };
}

interface LoadedModel {
  readonly folder: ModelFolder;
  readonly reasoner: RemediationReasoner;
}

async function loadModel({ modelPath, threads, executionProviders }: ModelConfig): Promise<LoadedModel> {
  const folder = await readModelFolder(modelPath.value ?? (await bundledModelPath()));
  const reasoner = await RemediationReasoner.create(folder, {
    runtime: {
      executionProviders: executionProviders.value,
      ...(threads.value !== undefined && { intraOpThreads: threads.value }),
    },
  });
  return { folder, reasoner };
}

async function checkHealth(load: () => Promise<LoadedModel>): Promise<Health> {
  try {
    const { folder, reasoner } = await load();
    const { name, version } = folder.manifest;
    return { healthy: true, detail: `${name} v${version} on ${reasoner.executionProvider}` };
  } catch (error) {
    return { healthy: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** The problem of the newest message of the user. */
function findProblem({ messages, context }: GenerateCall): Problem {
  const prompt = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  try {
    const problem = readProblem(prompt, context);
    if (problem) return problem;
  } catch (error) {
    throw asProviderError(NAME, 'the alert or catalog cannot be read', error);
  }
  throw new ProviderError(
    NAME,
    'out-of-domain',
    'the request holds no alert; this model chooses a remediation function for one (give it as context.alert)',
  );
}

async function generate(
  call: GenerateCall,
  problem: Problem,
  { folder, reasoner }: LoadedModel,
): Promise<GenerateResult> {
  const steps = await answerProblem(problem, reasoner, call);
  const text = steps.at(-1)?.text ?? '';
  call.onDelta?.(text);
  return {
    text,
    finishReason: 'stop',
    modelId: `${folder.manifest.name}-v${folder.manifest.version}`,
    usage: {},
    steps,
    warnings: unusedOptions(call).map((option) => `${option} has no meaning for a ${NAME} and was not used`),
  };
}

function unusedOptions({ temperature, maxTokens, jsonSchema, tools }: GenerateCall): string[] {
  return Object.entries({ temperature, maxTokens, jsonSchema, tools }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
}
