import { ConfigurationError } from '../../core/errors.js';

export type OpenTelemetryApi = typeof import('@opentelemetry/api');

/**
 * Loads @opentelemetry/api when it is first needed.
 *
 * @param load the import, replaceable in tests
 * @throws ConfigurationError when the package is missing or cannot be loaded
 */
export async function loadApi(
  load: () => Promise<OpenTelemetryApi> = () => import('@opentelemetry/api'),
): Promise<OpenTelemetryApi> {
  try {
    return await load();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      'the package @opentelemetry/api cannot be loaded; run `npm install @opentelemetry/api@1` ' + `(${reason})`,
      { cause: error },
    );
  }
}
