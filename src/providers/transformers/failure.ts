import { ProviderError, type ProviderFailure } from '../../core/errors.js';
import { redact } from '../../core/redact.js';
import { NAME } from './load-library.js';
import type { Settings } from './options.js';

/** An error's message as part of a sentence, without secrets. */
export function saidBy(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error))
    .replace(/\s+/g, ' ')
    .replace(/[.\s]+$/, '');
}

/**
 * Turns what the library throws while it loads into an error that says what to do. The library has one error class
 * of its own; the rest is known by its words.
 *
 * @param part what was being loaded
 * @param onnxFiles ONNX files of the model's folder; undefined for a repository
 */
export function describeLoadFailure(
  error: unknown,
  settings: Settings,
  part: 'tokenizer' | 'model',
  onnxFiles: readonly string[] | undefined,
): ProviderError {
  const [reason, message] = classify(error, saidBy(error), settings, part, onnxFiles);
  return new ProviderError(NAME, reason, message, { cause: error });
}

function classify(
  error: unknown,
  said: string,
  { model, device, dtype }: Settings,
  part: 'tokenizer' | 'model',
  onnxFiles: readonly string[] | undefined,
): [ProviderFailure, string] {
  const { name, status } = error as { name?: unknown; status?: unknown };
  if (name === 'ModelFileNotFoundError') {
    if (onnxFiles) {
      const wanted = /at "([^"]+)"/.exec(said)?.[1] ?? said;
      const holds = onnxFiles.length > 0 ? onnxFiles.join(', ') : 'no ONNX file under onnx/';
      return ['model-missing', `expected ${wanted}, found nothing; the model has ${holds}; choose the dtype that fits`];
    }
    const token =
      status === 401 || status === 403
        ? ', and that HF_TOKEN in the environment may read it (the hub answers so for private models and for none at all)'
        : '';
    return [
      'model-missing',
      `${model} cannot be had: ${said}; check its name, the revision and that it has ONNX files of this dtype${token}`,
    ];
  }
  if (isNetworkFailure(error)) {
    const { cause } = error as { cause?: unknown };
    return [
      'unavailable',
      `${model} cannot be downloaded: ${said}${cause instanceof Error && cause.message ? ` (${saidBy(cause)})` : ''}; ` +
        'check the network, or give a folder, or localFilesOnly with a cacheDir that holds it',
    ];
  }
  if (said.startsWith('Error (429)')) return ['overloaded', `${model} cannot be downloaded now: ${said}`];
  if (/occurred while trying to load file/.test(said)) return ['unavailable', `${model} cannot be downloaded: ${said}`];
  if (error instanceof SyntaxError) {
    return ['model-missing', `a JSON file of ${model} cannot be read: ${said}; get the files again`];
  }
  if (said.startsWith('Unsupported device')) return ['unsupported', `${said}; choose another device`];
  if (said.startsWith('Unsupported model type')) {
    return ['unsupported', `${model} is no text-generation model that the library knows: ${said}`];
  }
  if (part === 'tokenizer') {
    // Without tokenizer_config.json the library goes on with nothing and stumbles over it.
    const found = error instanceof TypeError ? 'tokenizer.json or tokenizer_config.json is missing or empty' : said;
    return ['model-missing', `the tokenizer of ${model} cannot be read: ${found}; get its files again`];
  }
  if (device !== undefined && device !== 'cpu') {
    return [
      'unavailable',
      `${model} cannot be started on ${device}: ${said}; try device cpu to see whether it is the device or the model`,
    ];
  }
  const files = typeof dtype === 'string' ? ` (dtype ${dtype})` : '';
  return [
    'model-missing',
    `${model}${files} is no model that onnxruntime can start: ${said}; get the files again or choose another dtype`,
  ];
}

/** What fetch throws when no answer comes, at any depth of its causes. */
function isNetworkFailure(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    if (current instanceof TypeError && current.message === 'fetch failed') return true;
    const { code } = current as { code?: unknown };
    if (
      typeof code === 'string' &&
      /^(UND_ERR_|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/.test(code)
    ) {
      return true;
    }
  }
  return false;
}
