import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { TrainingError } from '../../../core/errors.js';
import { checkFacts } from './check-facts.js';
import { loadField } from './load-field.js';
import {
  alertRuleSchema,
  type Facts,
  failureModeSchema,
  familySchema,
  functionFactSchema,
  labelRoleSchema,
  parameterFormSchema,
  ruleFunctionSchema,
  settingFormSchema,
} from './schema.js';

/** The files of `models/facts`, in the order in which they are hashed. */
export const FACT_FILES = [
  'alert-rules.jsonl',
  'failure-modes.yaml',
  'functions.yaml',
  'roles.yaml',
  'rule-functions.yaml',
] as const;
type FactFile = (typeof FACT_FILES)[number];

/** Where an entry of a file stands, for messages. */
interface Entry {
  readonly value: unknown;
  readonly where: string;
}

/**
 * Reads and checks the facts of a folder.
 * @throws TrainingError naming file, line, entry and reason for the first entry that breaks the shape or refers to
 * something that does not exist.
 */
export async function loadFacts(folder: string): Promise<Facts> {
  const texts: Partial<Record<FactFile, string>> = {};
  // One after the other, so that the same fault always gives the same message.
  for (const file of FACT_FILES) {
    try {
      texts[file] = await readFile(join(folder, file), 'utf8');
    } catch (cause) {
      throw new TrainingError(`${file}: cannot be read in the facts folder "${folder}"`, { cause });
    }
  }
  const field = await loadField(folder);
  return { ...parseFacts(texts as Record<FactFile, string>), ...(field && { field }) };
}

/** Parses facts given as text, one entry a file; see `loadFacts`. */
export function parseFacts(texts: Readonly<Record<FactFile, string>>): Facts {
  const modes = yamlFile('failure-modes.yaml', texts['failure-modes.yaml']);
  const functions = yamlFile('functions.yaml', texts['functions.yaml']);
  const roles = yamlFile('roles.yaml', texts['roles.yaml']);
  const ruleFunctions = yamlFile('rule-functions.yaml', texts['rule-functions.yaml']);
  const defaults = parseOne(z.strictObject({ exporterLabels: z.array(z.string()) }), modes.top('defaults'));
  const facts: Facts = {
    rules: jsonLines('alert-rules.jsonl', texts['alert-rules.jsonl']).map((entry) => parseOne(alertRuleSchema, entry)),
    modes: modes.list('modes').map((entry) => parseOne(failureModeSchema, entry)),
    defaultExporterLabels: defaults.exporterLabels,
    functions: functions.list('functions').map((entry) => parseOne(functionFactSchema, entry)),
    ruleFunctions: parseMap(ruleFunctionSchema, ruleFunctions.map('functions')),
    families: functions.list('families').map((entry) => parseOne(familySchema, entry)),
    parameters: parseMap(parameterFormSchema, functions.map('parameters')),
    settings: parseMap(settingFormSchema, functions.map('settings')),
    roles: parseMap(labelRoleSchema, roles.map('roles')),
    hash: hashTexts(texts),
  };
  checkFacts(facts);
  return facts;
}

/** SHA-256 over the canonical files (line ends unified), hexadecimal; equal facts give equal hashes. */
export function datasetHash(facts: Facts): string {
  return facts.hash;
}

function hashTexts(texts: Readonly<Record<FactFile, string>>): string {
  const hash = createHash('sha256');
  for (const file of FACT_FILES) hash.update(`${file}\n${texts[file].replaceAll('\r\n', '\n')}\n`);
  return hash.digest('hex');
}

function jsonLines(file: FactFile, text: string): Entry[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const where = `${file}:${index + 1}`;
    try {
      return [{ value: JSON.parse(line) as unknown, where }];
    } catch (cause) {
      throw new TrainingError(`${where}: is not one JSON object on one line (${(cause as Error).message})`, { cause });
    }
  });
}

/** Access to the parts of a YAML file, each with the line where it begins. */
function yamlFile(file: FactFile, text: string) {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fault = document.errors[0];
  if (fault !== undefined) {
    throw new TrainingError(`${file}:${lines.linePos(fault.pos[0]).line}: is not valid YAML (${fault.message})`);
  }
  const at = (node: unknown): string => `${file}:${lines.linePos((node as Node | null)?.range?.[0] ?? 0).line}`;
  const top = (key: string): Entry => {
    const node = document.get(key, true);
    return { value: node === undefined ? undefined : (node as Node).toJS(document), where: at(node) };
  };
  const list = (key: string): Entry[] => {
    const node = document.get(key, true);
    if (!isSeq(node)) throw new TrainingError(`${file}: expected a list under "${key}"`);
    return node.items.map((item) => {
      const value = (item as Node).toJS(document) as { id?: unknown } | null;
      return { value, where: `${at(item)} (${String(value?.id ?? 'entry without id')})` };
    });
  };
  const map = (key: string): [string, Entry][] => {
    const node = document.get(key, true);
    if (!isMap(node)) throw new TrainingError(`${file}: expected a mapping under "${key}"`);
    return node.items.map((pair) => [
      String(pair.key),
      { value: (pair.value as Node | null)?.toJS(document), where: `${at(pair.key)} (${String(pair.key)})` },
    ]);
  };
  return { top, list, map };
}

function parseOne<T extends z.ZodType>(schema: T, { value, where }: Entry): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw new TrainingError(`${where}: ${path === '' ? '' : `${path}: `}${issue?.message ?? 'does not fit the shape'}`);
}

function parseMap<T extends z.ZodType>(schema: T, entries: readonly [string, Entry][]): Record<string, z.output<T>> {
  return Object.fromEntries(entries.map(([key, entry]) => [key, parseOne(schema, entry)]));
}
