import path from 'node:path';
import { ConfigurationError } from '../../core/errors.js';
import { requireText } from '../protocol/require-text.js';

const DEVICES = ['cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const;
const DTYPES = ['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'q4f16', 'bnb4', 'q2', 'q2f16', 'q1', 'q1f16'] as const;

/** Where a model runs. One that cannot start is an error; nothing moves to another device by itself. */
export type TransformersDevice = (typeof DEVICES)[number];

/** Precision of the weights; it names the file, such as `onnx/model_q4.onnx` for q4 and `onnx/model.onnx` for fp32. */
export type TransformersDtype = (typeof DTYPES)[number];

export interface TransformersProviderOptions {
  /**
   * A repository of the Hugging Face hub with ONNX files, such as `onnx-community/Qwen3-0.6B-ONNX`, or a folder laid
   * out like one. What is absolute or begins with `./` or `../` is a folder, everything else a repository.
   */
  readonly model: string;
  /** Default: what the model's config.json asks for, else `cpu`. */
  readonly device?: TransformersDevice | undefined;
  /** Of all files, or by file name such as `decoder_model_merged`. Default: the model's config.json, else `fp32`. */
  readonly dtype?: TransformersDtype | Readonly<Record<string, TransformersDtype>> | undefined;
  /** Branch, tag or commit of the repository. Default `main`; has no meaning for a folder. */
  readonly revision?: string | undefined;
  /** Folder that downloads are kept in. Default: `.cache` inside the installed @huggingface/transformers. */
  readonly cacheDir?: string | undefined;
  /** Takes the repository from `cacheDir` as an earlier download left it, and never asks the network. Default false. */
  readonly localFilesOnly?: boolean | undefined;
  /** Jinja text in place of the model's own chat template, or for a model that has none. */
  readonly chatTemplate?: string | undefined;
  /** Most tokens of an answer for calls that do not say, 1 or more. Default 512. */
  readonly maxTokens?: number | undefined;
  /** Threads of one operator, 1 or more. Default: all cores. */
  readonly threads?: number | undefined;
}

/** Options after all checks. */
export interface Settings extends TransformersProviderOptions {
  readonly revision: string;
  readonly localFilesOnly: boolean;
  readonly maxTokens: number;
  /** Absolute path when `model` is a folder. */
  readonly folder: string | undefined;
}

const DEFAULT_MAX_TOKENS = 512;

/** `name`, or `owner/name`. */
const REPOSITORY = /^[\w.-]+(\/[\w.-]+)?$/;

/** @throws ConfigurationError that names the option which cannot be used */
export function readOptions(options: TransformersProviderOptions): Settings {
  const model = requireText('model', options.model, 'name a repository of the Hugging Face hub or a folder');
  // A repository may be called like a folder that happens to exist, so the spelling decides, not the disk.
  const folder = path.isAbsolute(model) || /^\.{1,2}([\\/]|$)/.test(model) ? path.resolve(model) : undefined;
  if (folder === undefined && !REPOSITORY.test(model)) {
    throw new ConfigurationError(
      `model: expected a repository such as owner/name, or a folder that is absolute or begins with ./; received ${model}`,
    );
  }
  const { device, dtype, maxTokens = DEFAULT_MAX_TOKENS, threads } = options;
  if (device !== undefined) requireOneOf('device', DEVICES, device);
  for (const value of typeof dtype === 'object' ? Object.values(dtype) : [dtype]) {
    if (value !== undefined) requireOneOf('dtype', DTYPES, value);
  }
  requireCount('maxTokens', maxTokens);
  if (threads !== undefined) requireCount('threads', threads);
  return {
    ...options,
    model,
    revision: requireText('revision', options.revision ?? 'main', 'name a branch, a tag or a commit'),
    localFilesOnly: options.localFilesOnly ?? false,
    maxTokens,
    folder,
  };
}

function requireOneOf(option: string, known: readonly string[], value: unknown): void {
  if (typeof value === 'string' && known.includes(value)) return;
  throw new ConfigurationError(`${option}: expected one of ${known.join(', ')}; received ${String(value)}`);
}

function requireCount(option: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new ConfigurationError(`${option}: expected a whole number of 1 or more, received ${String(value)}`);
}
