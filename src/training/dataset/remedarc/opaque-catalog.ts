import type { Random } from '../../../core/random.js';
import type { Catalog, ParameterSchema } from '../../../domain/index.js';

/** A second parameter that an item's functions take beside the first. */
export type SecondParameter = 'namespace' | 'number';

/** Functions whose texts tell nothing. */
export interface OpaqueCatalog {
  readonly catalog: Catalog;
  /** Parameter that takes a name, of every function. */
  readonly first: string;
  /** Parameter that takes a namespace or a number, of every function. */
  readonly second?: string;
}

const NAMES = ['fn', 'op', 'action', 'tool', 'step', 'lambda', 'task', 'call'] as const;
const DESCRIPTIONS = [
  'Runs the action.',
  'Remediation step.',
  'Executes this function.',
  'One of the actions on offer.',
  'Does what was agreed for such alerts.',
  'Carries out the procedure.',
  '',
] as const;
const OBJECT_PARAMETERS = ['name', 'object', 'resource', 'object_name', 'targetName'] as const;
const TEXT_PARAMETERS = ['target', 'subject', 'argument', 'value', 'input', 'ref'] as const;
const NAMESPACE_PARAMETERS = ['namespace', 'ns', 'namespaceName', 'target_namespace'] as const;
const NUMBER_PARAMETERS = ['amount', 'count', 'number', 'size', 'limit'] as const;
const PARAMETER_DESCRIPTIONS = ['What it is applied to.', 'Argument of the action.', 'Taken from the alert.'] as const;

/** 4 to 12 functions of one signature, whose names and descriptions tell nothing. */
export function opaqueCatalog(size: number, second: SecondParameter | undefined, random: Random): OpaqueCatalog {
  const stem = random.pick(NAMES);
  const join = random.pick(['_', '-', '.']);
  const names = new Set<string>();
  while (names.size < size) names.add(`${stem}${join}${1 + random.integer(99)}`);
  const description = random.pick(DESCRIPTIONS);
  const varied = random.chance(0.3);
  // Beside a number, a free text could take the number's label too, and the demonstrations could not tell the two.
  const first = random.pick(second === undefined && random.chance(0.5) ? TEXT_PARAMETERS : OBJECT_PARAMETERS);
  const text = (): Pick<ParameterSchema, 'description'> =>
    random.chance(0.6) ? { description: random.pick(PARAMETER_DESCRIPTIONS) } : {};
  const properties: Record<string, ParameterSchema> = { [first]: { type: 'string', ...text() } };
  let other: string | undefined;
  if (second === 'namespace') {
    other = random.pick(NAMESPACE_PARAMETERS);
    properties[other] = { type: 'string', ...text() };
  } else if (second === 'number') {
    other = random.pick(NUMBER_PARAMETERS);
    properties[other] = { type: 'integer', ...text() };
  }
  const parameters = {
    type: 'object' as const,
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
  const catalog = [...names].map((name) => ({
    name,
    description: varied ? random.pick(DESCRIPTIONS) : description,
    parameters,
    risk: 'mutating' as const,
  }));
  return { catalog, first, ...(other !== undefined && { second: other }) };
}
