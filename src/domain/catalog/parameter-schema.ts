import type { RemediationFunction } from './catalog.js';

/** Where a function's schema keeps what references lead to and nothing else. */
const DEFINITIONS = ['$defs', 'definitions'] as const;
/** The same, and the parameters, which generators refer to where a type comes again. */
const REFERRED = [...DEFINITIONS, 'components', 'properties'] as const;

/** A reference, and one that leads elsewhere than into the definitions, in JSON. */
const REFERENCE = /"\$(?:ref|dynamicRef)":/;
const ELSEWHERE = /"\$(?:ref|dynamicRef)":"(?!#\/(?:\$defs|definitions)\/)/;

/**
 * The schema that one value of a parameter is checked against: that of the parameter, with what its references lead to.
 * Equal for equal parameters of functions with equal definitions, unless a reference leads elsewhere. Values are scalars.
 */
export function parameterSchema(parameters: RemediationFunction['parameters'], name: string): object {
  const { description: _, ...constraints } = parameters.properties[name] ?? {};
  const schema = { ...pick(parameters, DEFINITIONS), ...constraints };
  const text = JSON.stringify(schema);
  const definesOwn = DEFINITIONS.some((keyword) => Object.hasOwn(constraints, keyword));
  if (!REFERENCE.test(text) || (!definesOwn && !ELSEWHERE.test(text))) return schema;
  // From the function on, so that all references lead where they do there. Its `properties` say nothing of a scalar.
  return { ...pick(parameters, REFERRED), $ref: `#/properties/${toPointerPart(name)}` };
}

function pick(schema: Readonly<Record<string, unknown>>, keywords: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keywords.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]]));
}

/** A name as it stands in a JSON pointer in a URI. */
function toPointerPart(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
