import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { DEFAULT_CATALOG, parseCatalog } from '../../../../src/domain/index.js';

const withParameters = (parameters: unknown): unknown => [{ name: 'f', description: 'd', parameters }];
const withSchema = (schema: unknown): unknown => withParameters({ type: 'object', properties: { p: schema } });

function deep(depth: number): unknown {
  let value: unknown = { type: 'string' };
  for (let level = 0; level < depth; level++) value = { not: value };
  return value;
}

describe('parseCatalog', () => {
  it('reads the default catalog as it stands, also through JSON', () => {
    expect(parseCatalog(DEFAULT_CATALOG)).toEqual(DEFAULT_CATALOG);
    expect(parseCatalog(JSON.parse(JSON.stringify(DEFAULT_CATALOG)))).toEqual(DEFAULT_CATALOG);
  });

  it('fills what is left out', () => {
    expect(parseCatalog([{ name: 'page-owner' }])).toEqual([
      { name: 'page-owner', description: '', parameters: { type: 'object', properties: {} }, risk: 'mutating' },
    ]);
  });

  it('reads tools as chat APIs take them', () => {
    const parameters = { type: 'object', properties: { p: { type: 'string' } }, required: ['p'] };
    const inner = { name: 'f', description: 'd', parameters, strict: true };
    expect(parseCatalog([{ type: 'function', function: inner, risk: 'read' }])).toEqual([
      { name: 'f', description: 'd', parameters, risk: 'read' },
    ]);
  });

  it('accepts the keywords that schema generators write', () => {
    const parameters = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        a: { type: ['string', 'null'], 'x-vendor': { any: 1 }, pattern: '^a+$', examples: ['a'] },
        b: { $ref: '#/$defs/port' },
        c: { type: 'array', items: { type: 'string' } },
      },
      $defs: { port: { type: 'integer', minimum: 1, maximum: 65_535 } },
      additionalProperties: false,
    };
    const [entry] = parseCatalog(withParameters(parameters));
    expect(entry?.parameters).not.toHaveProperty('$schema');
    expect(Object.keys(entry?.parameters.properties ?? {})).toEqual(['a', 'b', 'c']);
  });

  it('throws only InvalidInputError, whatever JSON comes in', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        for (const input of [value, [value], [{ name: 'f', parameters: value }], withSchema(value)]) {
          try {
            expect(parseCatalog(input).length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidInputError);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});

const malformed: [string, unknown, string, RegExp][] = [
  ['nothing', undefined, '', /expected an array of functions, received nothing/],
  ['an object', {}, '', /an object/],
  ['an empty array', [], '', /at least one function/],
  [
    'too many',
    Array.from({ length: 257 }, (_, index) => ({ name: `f${index}` })),
    '',
    /at most 256 functions, received 257/,
  ],
  ['null in it', [null], '[0]', /expected a function with a name, received null/],
  ['text in it', ['f'], '[0]', /string "f"/],
  ['no name', [{}], '[0].name', /nothing/],
  ['an empty name', [{ name: '' }], '[0].name', /empty string/],
  ['a long name', [{ name: 'x'.repeat(129) }], '[0].name', /at most 128 characters, received 129/],
  ['a number as name', [{ name: 5 }], '[0].name', /number 5/],
  ['a name with control characters', [{ name: 'a\nb' }], '[0].name', /without control/],
  ['a name twice', [{ name: 'a' }, { name: 'b' }, { name: 'a' }], '[2].name', /received "a" again \(first at \[0\]\)/],
  ['a description that is a number', [{ name: 'a', description: 5 }], '[0].description', /number 5/],
  ['a long description', [{ name: 'a', description: 'x'.repeat(5_000) }], '[0].description', /received 5000/],
  ['an unknown risk', [{ name: 'a', risk: 'high' }], '[0].risk', /"destructive", received string "high"/],
  ['a tool of another type', [{ type: 'x', function: { name: 'a' } }], '[0].type', /expected "function"/],
  ['a tool without a function', [{ type: 'function', function: null }], '[0].function', /null/],
  ['a tool without a name', [{ type: 'function', function: {} }], '[0].function.name', /nothing/],
  ['parameters an array', withParameters([]), '[0].parameters', /an array of 0/],
  ['parameters text', withParameters('p'), '[0].parameters', /string "p"/],
  ['parameters of another type', withParameters({ type: 'array' }), '[0].parameters.type', /expected "object"/],
  ['properties an array', withParameters({ properties: [] }), '[0].parameters.properties', /an array of 0/],
  ['a property null', withSchema(null), '[0].parameters.properties.p', /null/],
  ['a property text', withSchema('string'), '[0].parameters.properties.p', /string/],
  ['required text', withParameters({ required: 'p' }), '[0].parameters.required', /string "p"/],
  ['required numbers', withParameters({ required: [1] }), '[0].parameters.required[0]', /number 1/],
  [
    'required undeclared',
    withParameters({ properties: { p: {} }, required: ['p', 'q'] }),
    '[0].parameters.required[1]',
    /received "q"/,
  ],
  [
    'required a name of Object.prototype',
    withParameters({ required: ['toString'] }),
    '[0].parameters.required[0]',
    /toString/,
  ],
  ['an unknown type', withSchema({ type: 'text' }), '[0].parameters.properties.p.type', /JSON Schema/],
  [
    'a minimum that is text',
    withSchema({ type: 'integer', minimum: '1' }),
    '[0].parameters.properties.p.minimum',
    /JSON Schema/,
  ],
  ['an enum that is text', withSchema({ enum: 'a' }), '[0].parameters.properties.p.enum', /JSON Schema/],
  [
    'a pattern that is broken',
    withSchema({ pattern: '(' }),
    '[0].parameters.properties.p.pattern',
    /regular expression/,
  ],
  [
    'a pattern that is long',
    withSchema({ pattern: 'a'.repeat(257) }),
    '[0].parameters.properties.p.pattern',
    /at most 256 characters/,
  ],
  [
    'a remote reference',
    withSchema({ $ref: 'http://x.example/s' }),
    '[0].parameters.properties.p.$ref',
    /within the schema/,
  ],
  [
    'a file reference',
    withSchema({ $ref: 'file:///etc/passwd' }),
    '[0].parameters.properties.p.$ref',
    /within the schema/,
  ],
  [
    'a lost reference',
    withSchema({ $ref: '#/$defs/q' }),
    '[0].parameters.properties.p',
    /resolve within the schema of "f" \("#\/\$defs\/\.\.\."\): can't resolve reference #\/\$defs\/q/,
  ],
  [
    'a lost reference in a definition',
    withParameters({ $defs: { a: { $ref: '#/$defs/q' } }, properties: { p: { type: 'string' } }, $ref: '#/$defs/a' }),
    '[0].parameters',
    /resolve within the schema of "f"/,
  ],
  [
    'a reference to itself by another spelling',
    withParameters({ properties: { p: { $ref: '#/$defs/%61' } }, $defs: { a: { $ref: '#/$defs/%61' } } }),
    '[0].parameters.properties.p',
    /in circles/,
  ],
  [
    'a reference to what is no schema',
    withParameters({ properties: { p: { $ref: '#/minProperties' } }, minProperties: 1 }),
    '[0].parameters.properties.p',
    /resolve within the schema/,
  ],
  [
    'an anchor twice',
    withSchema({ anyOf: [{ $anchor: 'a' }, { $anchor: 'a', minLength: 1 }] }),
    '[0].parameters.properties.p',
    /resolves to more than one/,
  ],
  ['an id of an older draft', withSchema({ id: 'x' }), '[0].parameters.properties.p.id', /expected no id/],
  [
    'a recursion of an older draft',
    withParameters({ $recursiveRef: '#' }),
    '[0].parameters.$recursiveRef',
    /expected a \$ref .*has no \$recursiveRef/,
  ],
  [
    'an anchor of an older draft',
    withSchema({ not: { $recursiveAnchor: 'x' } }),
    '[0].parameters.properties.p.not.$recursiveAnchor',
    /expected no \$recursiveAnchor/,
  ],
  ['a check that answers later', withParameters({ $async: true }), '[0].parameters.$async', /leave it out/],
  [
    'a check of a parameter that answers later',
    withSchema({ type: 'string', $async: true }),
    '[0].parameters.properties.p.$async',
    /leave it out/,
  ],
  ['an enum without members', withSchema({ enum: [] }), '[0].parameters.properties.p.enum', /at least one value/],
  [
    'a nullable that is text',
    withSchema({ type: 'string', nullable: 'yes' }),
    '[0].parameters.properties.p.nullable',
    /true or false, received string "yes"/,
  ],
  [
    'a null that is not nullable',
    withSchema({ items: { type: ['string', 'null'], nullable: false } }),
    '[0].parameters.properties.p.items.nullable',
    /beside the type "null"/,
  ],
  [
    'a broken pattern for names',
    withParameters({ patternProperties: { '[': {} } }),
    '[0].parameters.patternProperties',
    /regular expression, received "\["/,
  ],
  [
    'a long pattern for names',
    withParameters({ patternProperties: { a: {}, [`a${'b'.repeat(256)}`]: {} } }),
    '[0].parameters.patternProperties',
    /at most 256 characters/,
  ],
  ['an id', withSchema({ $id: 'http://x.example/s' }), '[0].parameters.properties.p.$id', /no \$id/],
  ['a deep schema', withSchema(deep(30)), '[0].parameters.properties.p.not.not', /at most 16 levels/],
  ['a very deep schema', withSchema(deep(50_000)), '[0].parameters.properties.p.not.not', /at most 16 levels/],
  [
    'a large schema',
    withSchema({ enum: Array.from({ length: 5_000 }, (_, index) => index) }),
    '[0].parameters',
    /at most 4096 values/,
  ],
  [
    'too many parameters',
    withParameters({ properties: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`p${index}`, {}])) }),
    '[0].parameters.properties',
    /at most 32 parameters, received 33/,
  ],
  [
    'a description of a parameter that is a number',
    withSchema({ description: 5 }),
    '[0].parameters.properties.p.description',
    /number 5/,
  ],
  ['an unknown rule', withSchema({ 'x-derive': { guess: true } }), '[0].parameters.properties.p.x-derive', /kindOf/],
  [
    'a rule about nothing',
    withSchema({ 'x-derive': { kindOf: 'q' } }),
    '[0].parameters.properties.p.x-derive.kindOf',
    /received "q"/,
  ],
  [
    'a rule about itself',
    withSchema({ 'x-derive': { kindOf: 'p' } }),
    '[0].parameters.properties.p.x-derive.kindOf',
    /received "p"/,
  ],
  [
    'a replicas rule without keys',
    withSchema({ 'x-derive': { replicas: { from: [], add: 1 } } }),
    '[0].parameters.properties.p.x-derive.replicas.from',
    /expected/,
  ],
  ['a kind that is a number', withSchema({ 'x-kind': 5 }), '[0].parameters.properties.p.x-kind', /number 5/],
  [
    'a reserved parameter',
    JSON.parse('[{"name":"f","parameters":{"properties":{"__proto__":{}}}}]'),
    '[0].parameters.properties.__proto__',
    /reserved/,
  ],
];

describe('malformed catalogs', () => {
  it.each(malformed)('%s', (_name, input, path, message) => {
    let caught: unknown;
    try {
      parseCatalog(input);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(InvalidInputError);
    expect((caught as InvalidInputError).path).toBe(path);
    expect((caught as InvalidInputError).message).toMatch(message);
  });
});
