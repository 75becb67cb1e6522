import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alert, type Catalog, parseAlerts } from '../../../../src/domain/index.js';
import { encodeAlert, encodeCatalog, pointerOptions } from '../../../../src/encoding/index.js';
import { tokenizer } from '../../encoding/helpers.js';
import { CRASH, closeServices, type Started, startService } from '../fake-service.js';

let started: Started;
beforeAll(async () => {
  started = await startService({ onOutcome: async () => undefined });
});
afterAll(closeServices);

const PATHS = ['/reason', '/select', '/', '/events', '/feedback', '/admin/reload'];

/** Bodies that are nearly right: a valid one with one part replaced by anything. */
const VALID: readonly object[] = [
  CRASH,
  {
    version: '4',
    alerts: [CRASH],
    catalog: [{ name: 'a', description: 'b', parameters: { type: 'object', properties: {} } }],
  },
  { prompt: 'What?', context: { alert: CRASH }, max_steps: 2, stop_confidence: 0.5 },
  { problem: CRASH, context: {}, catalog: [{ name: 'a' }], max_iterations: 2 },
  { specversion: '1.0', id: '1', source: '/s', type: 'io.homelab.prometheus.alert.fired', data: CRASH },
  { event_id: 'e', lambda_function: 'f', parameters: { a: 1 }, alert: CRASH, outcome: 'effective' },
  { model: 'remediation-v4' },
];

/** Does with the schemas of a catalog what a model does. */
function useSchemas(catalog: Catalog | undefined): void {
  const alert = encodeAlert(parseAlerts(CRASH)[0] as Alert, tokenizer);
  const { functions, parameters } = encodeCatalog(catalog ?? [], tokenizer);
  for (const parameter of parameters) {
    pointerOptions(alert, parameter);
    for (const value of ['shop-0', 3, true]) parameter.check(value);
  }
  for (const { check } of functions) check({ name: 'shop-0', 'a b': 3 });
}

const nasty = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(null, [], {}, '', 0, -1, 1e308, true, '\u0000', '\ud800', '__proto__', 'a'.repeat(5_000)),
  fc.constantFrom<unknown>(
    { constructor: {} },
    { toString: 1 },
    [[[[]]]],
    { alerts: {} },
    { alerts: [null] },
    { labels: [] },
  ),
  fc.string({ unit: 'binary', maxLength: 50 }),
);

/** The places of a value, each as the keys that lead to it. */
function placesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, entry]) => placesOf(entry, [...path, key]))];
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const mutated = fc
  .constantFrom(...VALID)
  .chain((valid) => fc.tuple(fc.constant(valid), fc.constantFrom(...placesOf(valid)), nasty))
  .map(([valid, path, by]) => JSON.stringify(replaced(valid, path, by)) ?? '');

/** Texts that are cut, doubled or have a byte changed. */
const broken = fc
  .tuple(
    fc.constantFrom(...VALID.map((valid) => JSON.stringify(valid))),
    fc.nat(),
    fc.constantFrom('cut', 'twice', 'flip', 'bom'),
  )
  .map(([text, at, how]) => {
    const place = at % text.length;
    if (how === 'cut') return text.slice(0, place);
    if (how === 'twice') return text + text;
    if (how === 'bom') return `\ufeff${text}`;
    return `${text.slice(0, place)}${String.fromCharCode(at % 0x80)}${text.slice(place + 1)}`;
  });

const deep = fc.nat({ max: 3_000 }).map((levels) => `${'{"a":['.repeat(levels)}${']}'.repeat(levels)}`);
const bytes = fc.uint8Array({ maxLength: 300 });
const body = fc.oneof({ weight: 5, arbitrary: mutated }, { weight: 3, arbitrary: broken }, deep, fc.json(), bytes);

const headerValue = fc.string({ unit: fc.constantFrom(...'abz09 %"\',;=/+*<>{}[]()~\t'), maxLength: 40 });
const headers = fc.record(
  {
    'content-type': fc.oneof(
      { weight: 6, arbitrary: fc.constant('application/json') },
      fc.constantFrom(
        'application/cloudevents+json',
        'application/cloudevents-batch+json',
        'text/plain',
        'application/json; charset=utf-16',
      ),
      headerValue,
    ),
    'content-encoding': fc.oneof(
      { weight: 8, arbitrary: fc.constant('identity') },
      fc.constantFrom('gzip', 'br'),
      headerValue,
    ),
    'x-request-id': headerValue,
    'x-forwarded-for': fc.constant(''),
    authorization: headerValue,
    traceparent: headerValue,
    'ce-specversion': fc.oneof(fc.constant('1.0'), headerValue),
    'ce-id': headerValue,
    'ce-type': fc.oneof(fc.constant('io.homelab.prometheus.alert.fired'), headerValue),
    'ce-source': headerValue,
    accept: headerValue,
  },
  { requiredKeys: [] },
);

async function send(path: string, content: string | Uint8Array, given: Record<string, string>): Promise<void> {
  const { 'x-forwarded-for': _, ...rest } = given;
  const init = { method: 'POST', headers: rest, body: content as string };
  const response = await fetch(started.origin + path, init);
  const text = await response.text();
  const said = `${response.status} for ${path}: ${text.slice(0, 300)}`;
  // 503 and 501 have their causes here: nobody reloads, and nothing is full.
  expect([200, 202, 204, 400, 401, 413, 415, 422], said).toContain(response.status);
  if (response.status < 400) return;
  expect(response.headers.get('content-type'), said).toBe('application/problem+json');
  expect(JSON.parse(text), said).toMatchObject({
    status: response.status,
    type: expect.stringMatching(/^urn:agent-trm:problem:/),
  });
  expect(text.length, said).toBeLessThan(1_000);
}

describe('whatever is sent', () => {
  it.each(PATHS)('to %s is answered, and never with a fault of the service', async (path) => {
    const failures: string[] = [];
    started.service.events.on('request_failed', ({ error }) => void failures.push(error.message));
    await fc.assert(
      fc.asyncProperty(body, headers, async (content, given) => {
        const type =
          given['content-type'] === undefined && typeof content === 'string'
            ? { 'content-type': 'application/json' }
            : {};
        await send(path, content, { ...type, ...given });
      }),
      { numRuns: 70 },
    );
    expect(failures).toEqual([]);
    expect((await started.post('/select', CRASH)).status).toBe(200);
  });

  it('as a catalog is used by the model or refused by its place', async () => {
    const schema = fc.constantFrom<object>(
      ...[{ nullable: true }, { nullable: true, minLength: 1 }, { type: 'null', nullable: false }, { id: 'x' }],
      ...[{ patternProperties: { '[': {} } }, { $recursiveRef: '#' }, { $recursiveAnchor: true }, { $async: true }],
      ...[
        { $dynamicRef: '#/$defs/a' },
        { $dynamicRef: '#a' },
        { $dynamicAnchor: 'a' },
        { $anchor: 'a' },
        { $id: '#a' },
      ],
      ...[{ $ref: '#' }, { $ref: '#a' }, { $ref: '#/$defs/a' }, { $ref: '#/$defs/%61' }, { $ref: '#/definitions/a' }],
      ...[{ $ref: '#/properties/other' }, { $ref: '#/minProperties' }, { $ref: '#/constructor' }, { enum: [] }],
      ...[{ enum: [{ toString: 1, valueOf: 1 }] }, { enum: ['shop-0'] }, { type: 'string', maxLength: 9 }, {}],
    );
    const more = fc.array(schema, { maxLength: 2 }).map((all): object => Object.assign({}, ...all));
    const inner = fc.constantFrom<(of: object) => object>(
      (of) => of,
      (of) => ({ anyOf: [of, { type: 'string' }] }),
      (of) => ({ not: { not: of } }),
    );
    const catalogs = fc
      .tuple(more, inner, fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, more), more)
      .map(([property, within, root, a]) => [
        {
          name: 'pod-restart',
          parameters: {
            type: 'object',
            minProperties: 0,
            properties: { name: within(property), other: { type: 'string' } },
            $defs: { a },
            definitions: { a },
            ...root,
          },
        },
      ]);
    const { post, service } = await startService({ chain: { phases: ['trm'] } }, { onCatalog: useSchemas });
    const failures: string[] = [];
    service.events.on('request_failed', ({ error }) => void failures.push(error.message));
    await fc.assert(
      fc.asyncProperty(catalogs, async (catalog) => {
        const reasoned = await post('/reason', { problem: CRASH, catalog });
        const text = await reasoned.text();
        expect([200, 422], text).toContain(reasoned.status);
        if (reasoned.status === 422) expect((JSON.parse(text) as { path: string }).path).toMatch(/^catalog\[0]/);
        const selected = await post('/select', { alert: CRASH, catalog });
        expect(selected.status).toBe(reasoned.status);
        expect(await selected.text()).not.toContain('"failed"');
      }),
      { numRuns: 150 },
    );
    expect(failures).toEqual([]);
  });

  it('to any path is answered', async () => {
    const segment = fc.string({ unit: fc.constantFrom(...'abz09-._~%2F%00:@!$&()*+,;='), maxLength: 12 });
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD');
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 5 }), method, async (segments, verb) => {
        const response = await fetch(`${started.origin}/${segments.join('/')}`, { method: verb });
        await response.text();
        expect([200, 400, 404, 405, 415, 422]).toContain(response.status);
      }),
      { numRuns: 100 },
    );
  });
});
