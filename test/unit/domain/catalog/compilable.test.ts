import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { createSchemaCompiler, schemaCheck } from '../../../../src/domain/catalog/json-schema.js';
import { parameterSchema } from '../../../../src/domain/catalog/parameter-schema.js';
import { type Catalog, parseCatalog } from '../../../../src/domain/index.js';

const withParameters = (parameters: unknown): unknown => [{ name: 'f', description: 'd', parameters }];
const withSchema = (schema: unknown): unknown => withParameters({ type: 'object', properties: { p: schema } });

describe('a catalog that was read', () => {
  it('leaves out a nullable that says nothing, as OpenAPI has it, and no value that looks like one', () => {
    const data = { const: { nullable: true }, default: { nullable: true }, enum: [{ nullable: true }] };
    const nested = {
      properties: { nullable: true },
      required: ['nullable'],
      anyOf: [{ nullable: false, minLength: 1 }],
    };
    const given = withSchema({ nullable: true, ...data, ...nested });
    const before = JSON.stringify(given);
    const [entry] = parseCatalog(given);
    const left = { ...nested, anyOf: [{ minLength: 1 }] };
    expect(entry?.parameters.properties['p']).toEqual({ ...data, ...left });
    expect(JSON.stringify(given)).toBe(before);
    const typed = { type: 'string', nullable: true };
    expect(parseCatalog(withSchema(typed))[0]?.parameters.properties['p']).toEqual(typed);
  });

  it.each<[string, object, object]>([
    ['definitions', { $ref: '#/definitions/port' }, { definitions: { port: { maximum: 9 } } }],
    ['another parameter', { $ref: '#/properties/q/items' }, {}],
    [
      'the components of OpenAPI',
      { $ref: '#/components/schemas/port' },
      { components: { schemas: { port: { maximum: 9 } } } },
    ],
    ['a definition that leads on', { $ref: '#/$defs/a' }, { $defs: { a: { $ref: '#/properties/q/items' } } }],
    ['a name that is encoded', { $ref: '#/$defs/a%20b' }, { $defs: { 'a b': { maximum: 9 } } }],
    ['a definition of its own', { $ref: '#/properties/p/$defs/x', $defs: { x: { maximum: 9 } } }, { $defs: { y: {} } }],
    ['an anchor', { $ref: '#port' }, { $defs: { port: { $anchor: 'port', maximum: 9 } } }],
  ])('has references to %s, and a parameter by itself is held to them', (_, schema, more) => {
    const [entry] = parseCatalog(
      withParameters({ properties: { p: schema, q: { type: 'array', items: { maximum: 9 } } }, ...more }),
    );
    const parameters = entry?.parameters as Catalog[number]['parameters'];
    const check = schemaCheck(parameterSchema(parameters, 'p'));
    expect([check(9), check(10)]).toEqual([undefined, expect.stringContaining('<= 9')]);
    expect(schemaCheck(parameters)({ p: 10 })).toContain('<= 9');
  });

  it('compiles little of a large catalog, and what was not compiled is checked on first use', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => ({ maxLength: index }));
    const schemaOf = ($ref: string): object => ({ anyOf: values, $ref });
    const entries = Array.from({ length: 8 }, (_, index) => ({
      name: `f${index}`,
      parameters: {
        properties: { p: schemaOf(index < 7 ? '#/components/a' : '#/components/b') },
        components: { a: {} },
      },
    }));
    const last = parseCatalog(entries).at(-1)?.parameters as Catalog[number]['parameters'];
    expect(() => schemaCheck(parameterSchema(last, 'p'))('x')).toThrow(InvalidInputError);
    expect(() => parseCatalog(entries.slice(-1))).toThrow(/resolve within the schema of "f7"/);
  });

  it('holds no schema that cannot be compiled', () => {
    const schema = fc.letrec<{ schema: unknown; keyword: object }>((tie) => ({
      schema: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.boolean(),
        fc.array(tie('keyword'), { maxLength: 4 }).map((keywords): unknown => Object.assign({}, ...keywords)),
      ),
      keyword: fc.oneof(
        fc.constantFrom<object>(
          ...[
            { type: 'string' },
            { type: ['null', 'integer'] },
            { nullable: true },
            { nullable: false },
            { nullable: 1 },
          ],
          ...[{ id: 'x' }, { id: {} }, { $id: 'x' }, { $anchor: 'a' }, { $anchor: 'b' }, { $dynamicAnchor: 'a' }],
          ...[
            { $recursiveRef: '#' },
            { $recursiveAnchor: true },
            { $async: true },
            { $schema: 'x' },
            { $comment: 'x' },
          ],
          ...[
            { $ref: '#' },
            { $ref: '#a' },
            { $ref: '#/$defs/a' },
            { $ref: '#/definitions/b' },
            { $ref: '#/$defs/%61' },
          ],
          ...[{ $ref: '#/properties/p' }, { $ref: '#/minLength' }, { $dynamicRef: '#a' }, { $dynamicRef: '#/$defs/a' }],
          ...[{ enum: [] }, { enum: [null, { id: 1 }] }, { const: { nullable: true } }, { default: { $ref: '#/x' } }],
          ...[
            { pattern: '[' },
            { pattern: 'a' },
            { format: 'x' },
            { minLength: 1 },
            { required: ['a'] },
            { minContains: 0 },
          ],
          ...[{ uniqueItems: true }, { dependentRequired: { a: ['b'] } }, { discriminator: { propertyName: 'a' } }],
        ),
        fc
          .constantFrom('not', 'if', 'then', 'else', 'items', 'contains', 'propertyNames', 'additionalProperties')
          .chain((key) => tie('schema').map((value) => ({ [key]: value }))),
        fc
          .constantFrom('unevaluatedItems', 'unevaluatedProperties', 'contentSchema', 'id', 'x-any')
          .chain((key) => tie('schema').map((value) => ({ [key]: value }))),
        fc
          .constantFrom('anyOf', 'oneOf', 'allOf', 'prefixItems')
          .chain((key) => fc.array(tie('schema'), { maxLength: 3 }).map((value) => ({ [key]: value }))),
        fc
          .constantFrom('properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies')
          .chain((key) =>
            fc
              .dictionary(fc.constantFrom('a', 'b', 'id', 'nullable', '['), tie('schema'), { maxKeys: 3 })
              .map((value) => ({ [key]: value })),
          ),
      ),
    })).schema;
    let read = 0;
    fc.assert(
      fc.property(schema, schema, schema, (p, a, b) => {
        let catalog: Catalog;
        try {
          catalog = parseCatalog(withParameters({ properties: { p, q: {} }, $defs: { a, b }, definitions: { a, b } }));
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
          return;
        }
        read += 1;
        for (const { parameters } of catalog) {
          createSchemaCompiler().compile(parameters);
          for (const name of ['p', 'q']) createSchemaCompiler().compile(parameterSchema(parameters, name));
        }
      }),
      { numRuns: 300 },
    );
    expect(read).toBeGreaterThan(20);
  });
});
