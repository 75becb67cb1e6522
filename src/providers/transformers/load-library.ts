import type * as Transformers from '@huggingface/transformers';
import { ProviderError } from '../../core/errors.js';

export type TransformersLibrary = typeof Transformers;

export const NAME = 'transformers';

/**
 * Loads @huggingface/transformers, an optional peer of this package, and silences its console: what fails is an error
 * here, and its own report of a failed run would print the tokens of the prompt. A log level that the application has
 * changed is left alone.
 *
 * @param load the import, replaceable in tests
 * @throws ProviderError `unavailable` when the package is missing or cannot be loaded
 */
export async function loadLibrary(
  load: () => Promise<TransformersLibrary> = () => import('@huggingface/transformers'),
): Promise<TransformersLibrary> {
  try {
    const library = await load();
    const { env, LogLevel } = library;
    if (env.logLevel === LogLevel.WARNING) env.logLevel = LogLevel.NONE;
    return library;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = (error as { code?: unknown } | null)?.code;
    const missing =
      (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') &&
      /['"]@huggingface\/transformers['"]/.test(reason);
    throw new ProviderError(
      NAME,
      'unavailable',
      missing
        ? 'the package @huggingface/transformers is not installed; it is optional, so run `npm install @huggingface/transformers@4`'
        : `@huggingface/transformers cannot be loaded on ${process.platform} ${process.arch}: ${reason}; ` +
            'install it anew with `npm install @huggingface/transformers@4`',
      { cause: error },
    );
  }
}
