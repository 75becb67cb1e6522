import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { fitFormat, namesFunction, namesIn, type Said } from '../../../../src/server/compat/format/fit-format.js';
import { readFormat } from '../../../../src/server/compat/format/read-format.js';

const CHOSEN: Said = {
  lambdaFunction: 'pod-restart',
  parameters: { name: 'shop-0', namespace: 'shop' },
  reasoning: 'it crashes',
  confidence: 0.914,
};
const NOBODY: Said = { lambdaFunction: null, parameters: {}, reasoning: 'not sure enough', confidence: 0 };

const string = { type: 'string' };
const object = (properties: object, rest: object = { required: Object.keys(properties) }) => ({
  type: 'object',
  properties,
  ...rest,
});
const nullable = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });

describe('an answer in the shape of a schema', () => {
  it.each<[string, object, unknown, unknown]>([
    [
      'the names that agents use',
      object({
        lambda_function: string,
        parameters: { type: 'object' },
        reasoning: string,
        confidence: { type: 'number' },
      }),
      { lambda_function: 'pod-restart', parameters: CHOSEN.parameters, reasoning: 'it crashes', confidence: 0.914 },
      { lambda_function: 'none', parameters: {}, reasoning: 'not sure enough', confidence: 0 },
    ],
    [
      'a closed list with a word for none',
      object({ functionName: { enum: ['pod-restart', 'scale', 'no_action'] } }),
      { functionName: 'pod-restart' },
      { functionName: 'no_action' },
    ],
    ['null for none', object({ action: nullable(string) }), { action: 'pod-restart' }, { action: null }],
    [
      'a call within an object, its arguments as a text, percent',
      object({ tool: object({ name: string, arguments: string }), score: { type: 'integer', maximum: 100 } }),
      { tool: { name: 'pod-restart', arguments: JSON.stringify(CHOSEN.parameters) }, score: 91 },
      { tool: { name: 'none', arguments: '{}' }, score: 0 },
    ],
    [
      'references, as generators write them',
      {
        $defs: { Answer: object({ function: string, kind: { const: 'call' } }) },
        ...object({ answer: { $ref: '#/$defs/Answer' }, comment: nullable(string) }),
      },
      { answer: { function: 'pod-restart', kind: 'call' }, comment: null },
      { answer: { function: 'none', kind: 'call' }, comment: null },
    ],
    [
      'parameters that have to be named also where there are none',
      object({ name: nullable(string), params: object({ name: nullable(string), namespace: nullable(string) }) }),
      { name: 'pod-restart', params: { name: 'shop-0', namespace: 'shop' } },
      { name: null, params: { name: null, namespace: null } },
    ],
  ])('takes %s', (_, schema, chosen, nobody) => {
    const { accepts } = readFormat(schema);
    for (const [said, expected] of [
      [CHOSEN, chosen],
      [NOBODY, nobody],
    ] as const) {
      const fitted = fitFormat(schema as never, said);
      expect(fitted).toEqual(expected);
      expect(accepts(fitted)).toBe(true);
    }
  });

  it.each<[string, object]>([
    ['something else that is required', object({ lambda_function: string, root_cause: string })],
    ['a list without the function and without a word for none', object({ lambda_function: { enum: ['scale'] } })],
    ['a list of answers', { type: 'array', items: object({ lambda_function: string }) }],
    ['confidence in words', object({ lambda_function: string, confidence: { enum: ['low', 'high'] } })],
  ])('is not to be had for %s', (_, schema) => {
    for (const said of [CHOSEN, NOBODY]) {
      const fitted = fitFormat(schema as never, said);
      // What is put together may still break a rule of the schema, which the check then finds.
      expect(fitted === undefined || !readFormat(schema).accepts(fitted)).toBe(true);
    }
  });

  it('leaves out what is not required and it has nothing to say to', () => {
    expect(fitFormat(object({ function: string, severity: string }, { required: ['function'] }), CHOSEN)).toEqual({
      function: 'pod-restart',
    });
  });

  it('tells a schema for a function from one for something else', () => {
    expect(namesFunction(object({ summary: string, severity: string }))).toBe(false);
    expect(namesFunction(object({ function: { type: 'number' } }))).toBe(false);
    expect(namesFunction(object({ parameters: object({ name: string }) }))).toBe(false);
    expect(namesFunction(object({ plan: object({ action: string }) }))).toBe(true);
    expect(namesIn(object({ action: { enum: ['a', 'none', '', null, 'b'] } }))).toEqual(['a', 'b']);
  });

  it('ends for every schema that is taken', () => {
    const leaf = fc.constantFrom<object>(
      string,
      { type: 'number' },
      { enum: ['pod-restart', 'none'] },
      nullable(string),
      { $ref: '#/$defs/inner' },
      { $ref: '#' },
    );
    const name = fc.constantFrom('lambda_function', 'parameters', 'reason', 'confidence', 'other', 'toString');
    const { schema } = fc.letrec<{ schema: object }>((tie) => ({
      schema: fc
        .tuple(fc.array(fc.tuple(name, fc.oneof({ maxDepth: 3 }, leaf, tie('schema'))), { maxLength: 4 }), fc.boolean())
        .map(([entries, all]) =>
          object(Object.fromEntries(entries), all ? { required: entries.map(([key]) => key) } : {}),
        ),
    }));
    const $defs = {
      inner: object({ function: string, why: { anyOf: [string, { $ref: '#/$defs/note' }] } }),
      note: string,
    };
    const ends = { circles: 0, nothing: 0, accepted: 0, refused: 0 };
    fc.assert(
      fc.property(schema, fc.constantFrom(CHOSEN, NOBODY), (given, said) => {
        let format: ReturnType<typeof readFormat>;
        try {
          format = readFormat({ ...given, $defs });
        } catch (error) {
          expect((error as Error).message).toMatch(/circles/);
          ends.circles += 1;
          return;
        }
        const value = fitFormat(format.schema, said);
        if (value === undefined) ends.nothing += 1;
        else ends[format.accepts(value) ? 'accepted' : 'refused'] += 1;
        expect(JSON.stringify(value ?? {}).length).toBeLessThan(5_000);
      }),
      { numRuns: 500 },
    );
    for (const count of Object.values(ends)) expect(count, JSON.stringify(ends)).toBeGreaterThan(0);
  });
});

describe('the schema of an answer', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['a text', 'json', '', /JSON Schema/],
    [
      'a slow pattern',
      object({ reason: { type: 'string', pattern: '^(a+)+$' } }),
      'properties.reason.pattern',
      /repeated group/,
    ],
    ['a slow pattern for names', { patternProperties: { '(x*)*': {} } }, 'patternProperties', /repeated group/],
    [
      'a reference out of it',
      object({ a: { $ref: 'https://example.org/s' } }),
      'properties.a.$ref',
      /within the schema/,
    ],
    ['a reference to nothing', object({ a: { $ref: '#/$defs/b' } }), '', /valid JSON Schema/],
    ['a type that is none', object({ a: { type: 'text' } }), '', /valid JSON Schema/],
    ['references in circles', object({ a: { $ref: '#/properties/a' } }), '', /circles/],
    ['far too much', object({ a: { description: 'x'.repeat(70_000) } }), '', /at most 65536/],
  ])('is refused when it is %s', (_, schema, path, message) => {
    // Twice, since a check that cannot be made is remembered, too.
    for (let attempt = 0; attempt < 2; attempt++) {
      let error: unknown;
      try {
        readFormat(schema);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as InvalidInputError).path).toBe(path);
      expect((error as InvalidInputError).message).toMatch(message);
    }
  });
});
