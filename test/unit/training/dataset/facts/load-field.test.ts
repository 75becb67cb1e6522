import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { TrainingError } from '../../../../../src/core/errors.js';
import type { Alert, ParameterOrigin } from '../../../../../src/domain/index.js';
import { encodeAlert, encodeCatalog, pointerColumn, splitWords } from '../../../../../src/encoding/index.js';
import { loadField } from '../../../../../src/training/dataset/facts/load-field.js';
import { FIELD_SETS } from '../../../../../src/training/dataset/facts/schema.js';
import { facts } from '../../../../fixtures/facts.js';
import { tokenizer } from '../../../encoding/helpers.js';

const sets = FIELD_SETS.map((name) => [name, facts.field?.[name] ?? []] as const);

function holds({ labels, annotations, metrics }: Alert, origin: ParameterOrigin): boolean {
  switch (origin.kind) {
    case 'label':
      return Object.hasOwn(labels, origin.key);
    case 'annotation':
      return Object.hasOwn(annotations, origin.key);
    case 'metric':
      return Object.hasOwn(metrics, origin.key);
    case 'alert-name':
      return splitWords(labels.alertname ?? '').includes(origin.word);
    case 'rule':
      return origin.key !== undefined && Object.hasOwn(labels, origin.key);
    default:
      return origin.kind === 'default';
  }
}

describe('the hand-written sets', () => {
  it('hold 110 alerts that call for a function and 50 that call for none, beside 28 functions', () => {
    for (const [name, examples] of sets) {
      const acting = examples.filter(({ functions }) => functions.length > 0);
      expect(acting, name).toHaveLength(110);
      expect(
        examples.filter(({ functions }) => functions.length === 0),
        name,
      ).toHaveLength(50);
      const [catalog] = examples.map((example) => example.catalog);
      expect(catalog, name).toHaveLength(28);
      for (const example of examples) expect(example.catalog).toBe(catalog);
      // Every function is called for, so that none of them can be ignored.
      const called = new Set(acting.flatMap(({ functions }) => functions));
      expect([...called].sort(), name).toEqual(catalog?.map((definition) => definition.name).sort());
      expect(new Set(examples.map(({ id }) => id)).size, name).toBe(examples.length);
      const split = name === 'field' ? 'test' : 'validation';
      expect(new Set(examples.map((example) => example.split)), name).toEqual(new Set([split]));
    }
  });

  it('ask for functions of their catalog, with what they require, filled from what the alert has', () => {
    for (const [name, examples] of sets) {
      const faults = examples.flatMap(({ id, alert, catalog, functions, parameters }) =>
        functions.flatMap((called) => {
          const definition = catalog.find((one) => one.name === called);
          if (definition === undefined) return [`${id}: no function ${called}`];
          const filled = parameters[called] ?? {};
          const { properties, required = [] } = definition.parameters;
          const missing = required.filter((parameter) => (filled[parameter] ?? []).length === 0);
          const wrong = Object.entries(filled).filter(
            ([parameter, origins]) => !(parameter in properties) || !origins.every((origin) => holds(alert, origin)),
          );
          return [...missing, ...wrong.map(([parameter]) => parameter)].map((one) => `${id}: ${called}.${one}`);
        }),
      );
      expect(faults, name).toEqual([]);
    }
  });

  it('can be called by pointing in more than nine of ten cases', () => {
    for (const [name, examples] of sets) {
      const encoded = encodeCatalog(examples[0]?.catalog ?? [], tokenizer);
      const acting = examples.filter(({ functions }) => functions.length > 0);
      const reached = acting.filter(({ alert, functions: [called = ''], parameters }) => {
        const fields = encodeAlert(alert, tokenizer);
        return encoded.parameters.every((parameter) => {
          const wanted = parameters[called]?.[parameter.name];
          if (encoded.functions[parameter.functionIndex]?.definition.name !== called || wanted === undefined)
            return true;
          return wanted.some((origin) => pointerColumn(fields, parameter, origin) !== undefined);
        });
      });
      expect(reached.length, name).toBeGreaterThan(0.9 * acting.length);
    }
  });

  it('share no function and no alert with each other', () => {
    const [first, second] = sets.map(([, examples]) => ({
      functions: examples[0]?.catalog.flatMap(({ name, description }) => [name, description]) ?? [],
      alerts: examples.map(({ alert }) => JSON.stringify([alert.labels, alert.annotations])),
    }));
    expect(first?.functions.filter((text) => second?.functions.includes(text))).toEqual([]);
    expect(first?.alerts.filter((text) => second?.alerts.includes(text))).toEqual([]);
    expect(new Set([...(first?.alerts ?? []), ...(second?.alerts ?? [])]).size).toBe(320);
  });

  it('describe no function as the facts do', () => {
    const known = [...facts.functions, ...Object.values(facts.ruleFunctions)].flatMap((fact) => fact.descriptions);
    for (const [name, examples] of sets) {
      const descriptions = (examples[0]?.catalog ?? []).map(({ description }) => description);
      expect(
        descriptions.filter((text) => known.includes(text)),
        name,
      ).toEqual([]);
    }
  });
});

describe('a folder of hand-written sets', () => {
  const folders: string[] = [];
  let folder = '';
  const at = (file: string): string => join(folder, 'field', file);
  const write = (file: string, text: string): Promise<void> => writeFile(at(file), text);
  const CATALOG = JSON.stringify([
    {
      name: 'page-owner',
      description: 'Tell the owner',
      parameters: { type: 'object', properties: { team: { type: 'string' } }, required: ['team'] },
    },
  ]);
  const ALERT = { labels: { alertname: 'DiskFull', team: 'shop' } };
  const GOOD = JSON.stringify({ alert: ALERT, lambda_function: 'page-owner', parameters: { team: 'shop' } });
  const NONE = JSON.stringify({ alert: ALERT, lambda_function: null });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'field-'));
    folders.push(folder);
    await mkdir(join(folder, 'field'));
    for (const name of FIELD_SETS) {
      await write(`${name}.jsonl`, `${GOOD}\n${NONE}\n`);
      await write(`${name}-catalog.json`, CATALOG);
    }
  });
  afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

  /** The error of loading, which must be one of this package. */
  async function faultOf(): Promise<string> {
    const error = await loadField(folder).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(TrainingError);
    return (error as Error).message;
  }

  it('is read with the catalog that stands beside each set', async () => {
    const field = await loadField(folder);
    expect(Object.keys(field ?? {}).sort()).toEqual(['field', 'field-validation']);
    expect(field?.field).toMatchObject([
      {
        functions: ['page-owner'],
        parameters: { 'page-owner': { team: [{ kind: 'label', key: 'team' }] } },
        split: 'test',
      },
      { functions: [], noneAcceptable: true },
    ]);
    expect(field?.['field-validation'][0]?.split).toBe('validation');
  });

  it('need not be there', async () => {
    await rm(join(folder, 'field'), { recursive: true });
    expect(await loadField(folder)).toBeUndefined();
  });

  it.each([
    ['{broken', /field\.jsonl:2: .*JSON/],
    [JSON.stringify({ alert: ALERT, lambda_function: 'call-owner' }), /field\.jsonl:2: .*"call-owner"/],
    [
      JSON.stringify({ alert: ALERT, lambda_function: 'page-owner', parameters: { team: 'data' } }),
      /field\.jsonl:2: .*parameters\.team: .*"data"/,
    ],
    [JSON.stringify({ alert: { labels: {} }, lambda_function: null }), /field\.jsonl:2: .*alertname/],
  ])('is refused with file and line of a bad line: %s', async (line, message) => {
    await write('field.jsonl', [GOOD, line, NONE, '{'].join('\n'));
    expect(await faultOf()).toMatch(message);
    expect(await faultOf()).toContain(at('field.jsonl'));
  });

  it('is refused where a set cannot be read', async () => {
    await unlink(at('field.jsonl'));
    await mkdir(at('field.jsonl'));
    expect(await faultOf()).toContain(at('field.jsonl'));
  });

  it.each([
    ['{broken', /JSON/],
    ['[]', /catalog|function/],
    [JSON.stringify([{ description: 'Has no name' }]), /name/],
  ])('is refused with the file of a bad catalog: %s', async (text, message) => {
    await write('field-catalog.json', text);
    expect(await faultOf()).toContain(at('field-catalog.json'));
    expect(await faultOf()).toMatch(message);
  });

  it.each(['field.jsonl', 'field-catalog.json', 'field-validation.jsonl'])(
    'is refused where one of its files is missing: %s',
    async (file) => {
      await unlink(at(file));
      expect(await faultOf()).toContain(at(file));
    },
  );
});
