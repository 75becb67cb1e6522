import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PreTrainedModel, PreTrainedTokenizer } from '@huggingface/transformers';
import { ProviderError } from '../../core/errors.js';
import { describeLoadFailure } from './failure.js';
import { NAME, type TransformersLibrary } from './load-library.js';
import type { Settings } from './options.js';

/** A model that is ready to generate, and what has been read of its files. */
export interface LoadedModel {
  readonly library: TransformersLibrary;
  readonly tokenizer: PreTrainedTokenizer;
  readonly model: PreTrainedModel;
  /** Jinja text that wins over the tokenizer's own. */
  readonly chatTemplate: string | undefined;
}

/** Files besides the ONNX ones without which nothing can be generated. */
const NEEDED = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

/** @throws ProviderError that says what is missing or wrong, and what to do about it */
export async function loadModel(library: TransformersLibrary, settings: Settings): Promise<LoadedModel> {
  const { model: name, device, dtype, revision, cacheDir, threads } = settings;
  const folder = settings.folder ?? (settings.localFilesOnly ? cachedFolder(library, settings) : undefined);
  if (folder !== undefined) await checkFolder(folder, settings);
  const source = folder ?? name;
  const common = {
    revision,
    local_files_only: folder !== undefined,
    ...(cacheDir !== undefined && { cache_dir: cacheDir }),
  };
  const failed = async (part: 'tokenizer' | 'model', error: unknown): Promise<Error> =>
    describeLoadFailure(error, settings, part, folder === undefined ? undefined : await listOnnxFiles(folder));

  // What is small first, since a model that is ready would have to be released when the rest fails; and config.json
  // before the tokenizer, whose loading cannot say that there is no such repository.
  const config = await library.AutoConfig.from_pretrained(source, common).catch(async (error: unknown) => {
    throw await failed('model', error);
  });
  const tokenizer = await library.AutoTokenizer.from_pretrained(source, common).catch(async (error: unknown) => {
    throw await failed('tokenizer', error);
  });
  const chatTemplate = settings.chatTemplate ?? (await readTemplate(folder));
  const loading = library.AutoModelForCausalLM.from_pretrained(source, {
    ...common,
    config,
    ...(device !== undefined && { device }),
    ...(dtype !== undefined && { dtype }),
    ...(threads !== undefined && { session_options: { intraOpNumThreads: threads } }),
    // onnxruntime finds weights in a file of their own by itself. The library looks for it only to download it, and
    // where it is missing rejects a promise that nobody holds and never comes back.
    ...(folder !== undefined && { use_external_data_format: false }),
  });
  const model = await loading.catch(async (error: unknown) => {
    throw await failed('model', error);
  });
  return { library, tokenizer, model, chatTemplate };
}

/**
 * Where an earlier download has put the repository. The library asks the network for a tokenizer whatever
 * `local_files_only` says, and knows no other cache than its own while it does; of a folder it asks nothing.
 */
function cachedFolder({ env }: TransformersLibrary, { model, revision, cacheDir }: Settings): string {
  const root = path.resolve(cacheDir ?? env.cacheDir ?? '.cache');
  return revision === 'main' ? path.join(root, model) : path.join(root, model, revision);
}

/** The library remembers for the life of the process that a file was missing, so it must not be asked too early. */
async function checkFolder(folder: string, { model, localFilesOnly, folder: given }: Settings): Promise<void> {
  const remedy =
    given === undefined && localFilesOnly
      ? `download ${model} once without localFilesOnly, with the same cacheDir and revision`
      : 'give the folder of a model in the layout of the Hugging Face hub (config.json, tokenizer.json, ' +
        'tokenizer_config.json, onnx/model.onnx)';
  const kind = await stat(folder).catch(() => undefined);
  if (!kind?.isDirectory()) {
    throw new ProviderError(
      NAME,
      'model-missing',
      `expected a folder at ${folder}, found ${kind ? 'a file' : 'nothing'}; ${remedy}`,
    );
  }
  const found = await readdir(folder);
  const missing = NEEDED.filter((name) => !found.includes(name));
  if (missing.length > 0) {
    const holds = found.length > 0 ? found.slice(0, 20).join(', ') : 'nothing';
    throw new ProviderError(
      NAME,
      'model-missing',
      `${folder} has no ${missing.join(', no ')}; it holds ${holds}; ${remedy}`,
    );
  }
}

/** Newer models keep their template in a file of its own, which the library reads for processors only. */
async function readTemplate(folder: string | undefined): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  return readFile(path.join(folder, 'chat_template.jinja'), 'utf8').catch(() => undefined);
}

async function listOnnxFiles(folder: string): Promise<string[]> {
  const names = await readdir(path.join(folder, 'onnx')).catch(() => []);
  return names.filter((name) => name.endsWith('.onnx')).map((name) => `onnx/${name}`);
}
