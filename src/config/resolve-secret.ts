import { ConfigurationError } from '../core/errors.js';
import type { Secret } from '../core/secret.js';
import { readSmallFile } from './read-small-file.js';
import { readSecret } from './readers.js';
import type { ConfigValue, Environment } from './resolve-value.js';

/** A token or key is shorter; what is longer is some other file. */
const LARGEST_SECRET_BYTES = 65_536;

/**
 * A secret of the environment: the variable itself, or the file that `<VARIABLE>_FILE` names, as orchestrators mount
 * secrets; the line break at its end is no part of it. There is no option for it on the command line, where every user
 * of the machine could read it.
 *
 * @returns undefined as value when neither is set
 * @throws ConfigurationError when both are set, or for what cannot be a secret; no message shows it
 */
export async function resolveSecret(
  variable: string,
  env: Environment = process.env,
): Promise<ConfigValue<Secret | undefined>> {
  const text = env[variable]?.trim();
  const path = env[`${variable}_FILE`]?.trim();
  if (text && path) {
    throw new ConfigurationError(`${variable}: expected either ${variable} or ${variable}_FILE, both are set`);
  }
  if (text) return { value: readSecret(variable, text), source: `environment ${variable}` };
  if (!path) return { value: undefined, source: 'default' };
  return { value: await readSecretFile(`${variable}_FILE`, path), source: `environment ${variable}_FILE` };
}

/**
 * The secret that a file holds, printable ASCII without spaces, with or without a line break at its end.
 *
 * @param name what messages call it: the variable or option that named the file
 * @throws ConfigurationError; no message shows the secret
 */
export async function readSecretFile(name: string, path: string): Promise<Secret> {
  let text: string;
  try {
    text = (await readSmallFile(path, LARGEST_SECRET_BYTES)).trim();
  } catch (error) {
    throw new ConfigurationError(`${name}: ${(error as Error).message}`, { cause: error });
  }
  return readSecret(name, text);
}
