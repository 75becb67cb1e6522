import type { Random } from '../../../core/random.js';
import { DEFAULT_CATALOG, type ParameterSchema, type RemediationFunction } from '../../../domain/index.js';
import type { Facts, FunctionFact, SettingForm } from '../facts/schema.js';
import { capitalise } from '../situation/alert-name-style.js';

/** A function as one catalog presents it, with what the generator knows about it. */
export interface PresentedFunction {
  readonly fact: FunctionFact;
  readonly definition: RemediationFunction;
  /** Pointer parameters: name -> roles that may fill it, best first; empty for a setting. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

export const NAME_STYLES = ['kebab', 'snake', 'camel', 'pascal', 'dotted'] as const;
export type NameStyle = (typeof NAME_STYLES)[number];

/** Which part of a function tells what it does. */
export type Telling = 'both' | 'description' | 'name';

/** Names and descriptions that may be shown: the last of each function is kept out of training. */
export type Wordings = 'training' | 'any';

function pickWording(list: readonly string[], wordings: Wordings, random: Random): string {
  const shown = trainingWordings(list);
  if (wordings === 'training' || shown.length === list.length) return random.pick(shown);
  return random.chance(0.5) ? (list.at(-1) as string) : random.pick(shown);
}

/** A description as it stands, two of them, one that only says a name in other words, or the beginning of one. */
function describeFunction(fact: FunctionFact, wordings: Wordings, random: Random): string {
  const text = pickWording(fact.descriptions, wordings, random);
  const share = random.next();
  if (share < 0.6) return text;
  const called = pickWording(fact.names, wordings, random);
  if (share < 0.72) return `${text} ${pickWording(fact.descriptions, wordings, random)}`;
  if (share < 0.82) return `${text} (${called})`;
  if (share < 0.92) return random.pick(RESTATED).replace('{name}', called);
  const words = text.split(' ');
  return words.slice(0, Math.max(4, Math.ceil(words.length * 0.6))).join(' ');
}

const RESTATED = [
  '{name}.',
  'Will {name}.',
  'Use this to {name}.',
  'Action: {name}',
  'Calls the {name} operation.',
] as const;

/** All but the last, where at least two remain. */
export function trainingWordings(list: readonly string[]): readonly string[] {
  return list.length > 2 ? list.slice(0, -1) : list;
}

const VAGUE = ['Runs the action.', 'Remediation step.', 'Executes this function.', ''] as const;
/** Share of named objects whose kind the schema declares. */
const DECLARED_KIND = 0.3;
const KIND_OF_ROLE: Readonly<Record<string, string>> = {
  pod: 'pod',
  deployment: 'deployment',
  statefulset: 'statefulset',
  daemonset: 'daemonset',
  claim: 'persistentvolumeclaim',
};

/** Words in a naming style: `restart pod` -> restart-pod, restart_pod, restartPod, RestartPod, restart.pod. */
export function styleName(words: string, style: NameStyle): string {
  const parts = words.split(' ');
  switch (style) {
    case 'kebab':
      return parts.join('-');
    case 'snake':
      return parts.join('_');
    case 'dotted':
      return parts.length < 2 ? parts.join('') : `${parts[0]}.${parts.slice(1).join('_')}`;
    case 'camel':
      return parts.map((part, index) => (index === 0 ? part : capitalise(part))).join('');
    case 'pascal':
      return parts.map(capitalise).join('');
  }
}

/** Words one text a function draws a wording of itself from: opaque names keep a telling description and the reverse. */
export function presentFunction(
  fact: FunctionFact,
  facts: Facts,
  style: NameStyle,
  telling: Telling,
  random: Random,
  wordings: Wordings = 'training',
): PresentedFunction {
  const name =
    telling === 'description' ? opaqueName(random) : styleName(pickWording(fact.names, wordings, random), style);
  const description = telling === 'name' ? random.pick(VAGUE) : describeFunction(fact, wordings, random);
  const properties: Record<string, ParameterSchema> = {};
  const required: string[] = [];
  const roles: Record<string, readonly string[]> = {};
  for (const { use, required: needed, default: given } of fact.parameters) {
    const setting = facts.settings[use];
    const form = setting ?? facts.parameters[use];
    if (form === undefined) continue;
    const free = form.names.filter((candidate) => properties[candidate] === undefined);
    const parameter = random.pick(free.length > 0 ? free : [use]);
    const text = random.pick(form.descriptions);
    if (setting !== undefined) {
      properties[parameter] = settingSchema(setting, text);
      if (setting.derive === undefined) roles[parameter] = [];
      continue;
    }
    const kind = random.chance(DECLARED_KIND) ? KIND_OF_ROLE[use] : undefined;
    properties[parameter] = {
      type: 'string',
      ...(random.chance(0.9) && { description: text }),
      ...(given !== undefined && { default: given }),
      ...(kind !== undefined && { 'x-kind': kind }),
    };
    roles[parameter] = [use, ...(facts.parameters[use]?.fallback ?? [])];
    if (needed) required.push(parameter);
  }
  const parameters = { type: 'object' as const, properties, required, additionalProperties: false };
  return { fact, definition: { name, description, parameters, risk: fact.risk }, roles };
}

/** The function of the default catalog that a fact stands for, word for word. */
export function presentDefault(fact: FunctionFact): PresentedFunction | undefined {
  const definition = DEFAULT_CATALOG.find((candidate) => candidate.name === fact.defaultFunction);
  return definition === undefined ? undefined : { fact, definition, roles: {} };
}

function settingSchema(setting: SettingForm, description: string): ParameterSchema {
  return {
    type: setting.type,
    description,
    default: setting.default,
    ...(setting.enum !== undefined && { enum: setting.enum }),
    ...(setting.minimum !== undefined && { minimum: setting.minimum }),
    ...(setting.maximum !== undefined && { maximum: setting.maximum }),
    ...(setting.derive !== undefined && {
      'x-derive': {
        replicas: { from: ['replicas', 'current_replicas', 'spec_replicas', 'desired_replicas'], add: 1, max: 10 },
      },
    }),
  };
}

function opaqueName(random: Random): string {
  const number = 1 + random.integer(99);
  return random.pick([
    `fn_${number}`,
    `action-${number}`,
    `tool${number}`,
    `op_${number}`,
    `lambda-${number}`,
    `step.${number}`,
  ]);
}
