import { parse, YAMLParseError } from 'yaml';
import { ConfigurationError } from '../../../core/errors.js';
import { formatPath, quote } from '../../../domain/describe.js';
import { type Rule, ruleFileSchema } from './rule.js';

const LONGEST_FILE = 1_048_576;

/**
 * Reads a rule file (YAML, of which JSON is a part): `{version: 1, rules: [{name, when, call, parameters?,
 * confidence}]}`.
 *
 * @param where name of the file, for messages
 * @throws ConfigurationError that names the line or the field
 */
export function parseRules(text: string, where = 'the rules'): readonly Rule[] {
  if (text.length > LONGEST_FILE) {
    throw new ConfigurationError(`${where}: expected at most ${LONGEST_FILE} characters, received ${text.length}`);
  }
  let value: unknown;
  try {
    // Without aliases, of which a few lines can make gigabytes.
    value = parse(text, { maxAliasCount: 0, prettyErrors: true });
  } catch (error) {
    const message = error instanceof YAMLParseError ? error.message.split('\n')[0] : String(error);
    throw new ConfigurationError(`${where} cannot be read as YAML: ${message}`, { cause: error });
  }
  const checked = ruleFileSchema.safeParse(value);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    throw new ConfigurationError(`${where}: ${formatPath(issue?.path ?? [])}: ${issue?.message ?? 'not valid'}`);
  }
  const names = new Set<string>();
  for (const { name } of checked.data.rules) {
    if (names.has(name))
      throw new ConfigurationError(`${where}: expected distinct names, received ${quote(name)} again`);
    names.add(name);
  }
  return checked.data.rules;
}
