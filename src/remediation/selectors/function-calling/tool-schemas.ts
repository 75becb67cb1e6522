import { isObject } from '../../../core/is-object.js';
import type { ParameterSchema, RemediationFunction } from '../../../domain/catalog/catalog.js';
import type { ToolDefinition } from '../../../domain/text/index.js';
import { scalarType } from '../../../encoding/catalog/parameter-role.js';
import { askedParameters, fitDescriptions, type Offer } from './offer.js';

/**
 * The offer as tools of chat APIs: JSON Schema without vendor extensions (`x-...`), without risk and without parameters
 * that a rule computes.
 *
 * @param form `plain` leaves out what Ollama does not hand on to the model
 * @param tokens that the tools may take; descriptions are shortened to fit
 */
export function toolsOf(offer: Offer, form: 'full' | 'plain', tokens: number): readonly ToolDefinition[] {
  return fitDescriptions(
    (shorten): readonly ToolDefinition[] => [
      ...[...offer.functions].map(([name, entry]) => ({
        name,
        description: shorten(entry.description),
        parameters: parametersOf(entry, form, shorten),
      })),
      {
        name: offer.none,
        description: 'No function fits, or it is not clear which.',
        parameters: { type: 'object', properties: {} },
      },
    ],
    (tools) => JSON.stringify(tools),
    tokens,
  );
}

function parametersOf(
  entry: RemediationFunction,
  form: 'full' | 'plain',
  shorten: (description: string) => string,
): Readonly<Record<string, unknown>> {
  const asked = askedParameters(entry);
  const names = new Set(asked.map(([name]) => name));
  const properties = Object.fromEntries(
    asked.map(([name, schema]) => {
      const { description = '', ...rest } = form === 'full' ? withoutExtensions(schema) : plainSchema(schema);
      const short = shorten(String(description));
      return [name, { ...rest, ...(short !== '' && { description: short }) }];
    }),
  );
  const required = entry.parameters.required?.filter((name) => names.has(name)) ?? [];
  const outline = { type: 'object', properties, ...(required.length > 0 && { required }) };
  if (form === 'plain') return outline;
  const { properties: _properties, required: _required, type: _type, ...rest } = withoutExtensions(entry.parameters);
  return { ...outline, ...rest };
}

/** Type, choices and description. */
function plainSchema(schema: ParameterSchema): Record<string, unknown> {
  return {
    type: scalarType(schema),
    ...(schema.enum && { enum: schema.enum }),
    ...(schema.description !== undefined && { description: schema.description }),
  };
}

/** Keywords whose value maps names to schemas; a name may begin with `x-` and stays. */
const SCHEMA_MAPS: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions']);

/** Keywords whose value is no schema. */
const VALUES: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples', 'required']);

/** Deeper than any schema that a catalog takes. */
const DEEPEST = 32;

/** A schema without the keywords that begin with `x-`, at every level. */
export function withoutExtensions(schema: object, level = 1): Record<string, unknown> {
  const entries = Object.entries(schema).filter(([key]) => !key.startsWith('x-'));
  return Object.fromEntries(
    entries.map(([key, value]): [string, unknown] => {
      if (VALUES.has(key) || level > DEEPEST) return [key, value];
      if (!SCHEMA_MAPS.has(key) || !isObject(value)) return [key, clean(value, level)];
      const inner = Object.entries(value).map(([name, entry]) => [name, clean(entry, level)]);
      return [key, Object.fromEntries(inner)];
    }),
  );
}

function clean(value: unknown, level: number): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => clean(item, level + 1));
  return isObject(value) ? withoutExtensions(value, level + 1) : value;
}

/**
 * The schema of an answer `{lambda_function, parameters}`: the function out of a closed list, parameters out of those
 * that any of the functions has. It has no alternatives, which servers turn into grammars of very different quality;
 * that a parameter belongs to the function is checked afterwards.
 */
export function answerSchema({ catalog, none }: Offer): Readonly<Record<string, unknown>> {
  const properties: Record<string, Record<string, unknown>> = {};
  for (const [name, schema] of catalog.flatMap(askedParameters)) {
    const { description: _, ...plain } = plainSchema(schema);
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!known || JSON.stringify(known) === JSON.stringify(plain)) properties[name] = plain;
    else properties[name] = known['type'] === plain['type'] ? { type: plain['type'] } : {};
  }
  return {
    type: 'object',
    properties: {
      lambda_function: { type: 'string', enum: [...catalog.map(({ name }) => name), none] },
      parameters: { type: 'object', properties, additionalProperties: false },
    },
    required: ['lambda_function', 'parameters'],
    additionalProperties: false,
  };
}
