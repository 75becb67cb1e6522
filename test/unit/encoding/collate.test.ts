import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../src/core/errors.js';
import { parseCatalog } from '../../../src/domain/index.js';
import {
  collate,
  type EncodedRow,
  FUNCTION_FEATURES,
  type HostTensor,
  type ModelInputs,
  POINTER_FEATURES,
  SHOWN_VOTES,
} from '../../../src/encoding/index.js';
import { alertOf, arbitraryAlert, rowOf, shownBeside } from './helpers.js';

const smallCatalog = parseCatalog([{ name: 'page-owner', description: 'Tell the owner' }]);
const REFERENCES = [
  'field_key',
  'field_value',
  'function_name',
  'function_description',
  'parameter_name',
  'parameter_description',
  'shown_key',
  'shown_value',
];

function tensor(inputs: ModelInputs, name: string): HostTensor {
  const found = inputs.tensors[name];
  if (found === undefined) throw new Error(`no tensor ${name}`);
  return found;
}

/** Everything that one row of a batch says, with references resolved to tokens and padding removed. */
function readRow(
  inputs: ModelInputs,
  row: number,
  { alert, catalog, demonstrations = [] }: EncodedRow,
): Record<string, unknown> {
  const shown = demonstrations.reduce((sum, { alert: { fields } }) => sum + fields.length, 0);
  const texts = tensor(inputs, 'text_tokens');
  const width = texts.dims[1] ?? 0;
  const tokensOf = (index: number): number[] =>
    [...texts.data.subarray(index * width, (index + 1) * width)].filter((token) => token > 0);
  const rowsOf = (name: string, count: number): number[] => {
    const { data, dims } = tensor(inputs, name);
    const columns = dims[1] ?? 0;
    expect([...data.subarray(row * columns + count, (row + 1) * columns)].every((value) => value === 0)).toBe(true);
    return [...data.subarray(row * columns, row * columns + count)];
  };
  const counts: Record<string, number> = {
    field_type: alert.fields.length,
    field_key: alert.fields.length,
    field_value: alert.fields.length,
    function_name: catalog.functions.length,
    function_description: catalog.functions.length,
    function_mask: catalog.functions.length,
    parameter_function: catalog.parameters.length,
    parameter_name: catalog.parameters.length,
    parameter_description: catalog.parameters.length,
    shown_type: shown,
    shown_key: shown,
    shown_value: shown,
    shown_function: shown,
    shown_parameter: shown,
    alert_words: alert.matchWords.length,
  };
  const read: Record<string, unknown> = {};
  for (const [name, count] of Object.entries(counts)) {
    const values = rowsOf(name, count);
    // These count through the functions and parameters of all rows.
    const strides: Record<string, number> = {
      parameter_function: tensor(inputs, 'function_name').dims[1] ?? 0,
      shown_function: 1 + (tensor(inputs, 'function_name').dims[1] ?? 0),
      shown_parameter: 1 + (tensor(inputs, 'parameter_name').dims[1] ?? 0),
    };
    const first = row * (strides[name] ?? 0);
    read[name] = REFERENCES.includes(name) ? values.map(tokensOf) : values.map((value) => value - first);
  }
  const blocks: Record<string, number> = {
    overlap: catalog.functions.length,
    function_shown: catalog.functions.length,
    field_echoes: alert.fields.length,
    field_shown: alert.fields.length,
    shown_features: shown,
    shown_member: shown,
    none_votes: 1,
    none_shown: 1,
  };
  for (const [name, count] of Object.entries(blocks)) {
    const { data, dims } = tensor(inputs, name);
    const size = data.length / (dims[0] as number);
    const width = dims.at(-1) as number;
    read[name] = [...data.subarray(row * size, row * size + count * width)];
    expect([...data.subarray(row * size + count * width, (row + 1) * size)].every((value) => value === 0)).toBe(true);
  }
  const beyond: number[] = [];
  const words = tensor(inputs, 'function_words');
  const [, places = 0, longest = 0] = words.dims;
  read.function_words = Array.from({ length: places }, (_, index) => {
    const length = catalog.functions[index]?.matchWords.length ?? 0;
    const at = (row * places + index) * longest;
    beyond.push(...words.data.subarray(at + length, at + longest));
    return [...words.data.subarray(at, at + length)];
  }).slice(0, catalog.functions.length);
  const pairs = tensor(inputs, 'pointer_overlap');
  const [, parameters = 0, fields = 0, features = 0] = pairs.dims;
  read.pointer_overlap = Array.from({ length: parameters }, (_, index) => {
    const at = (row * parameters + index) * fields * features;
    const end = index < catalog.parameters.length ? at + alert.fields.length * features : at;
    beyond.push(...pairs.data.subarray(end, at + fields * features));
    return [...pairs.data.subarray(at, end)];
  }).slice(0, catalog.parameters.length);
  expect(beyond.every((value) => value === 0)).toBe(true);
  const mask = tensor(inputs, 'pointer_mask');
  const columns = mask.dims[2] ?? 0;
  read['pointer_mask'] = catalog.parameters.map((_, index) => {
    const at = (row * (mask.dims[1] ?? 0) + index) * columns;
    const line = [...mask.data.subarray(at, at + columns)];
    return [...line.slice(0, alert.fields.length), line.at(-1)];
  });
  return read;
}

describe('collate', () => {
  it('gives a row the same numbers alone and in a batch', () => {
    fc.assert(
      fc.property(fc.array(arbitraryAlert, { minLength: 1, maxLength: 4 }), fc.boolean(), (alerts, mixed) => {
        const rows = alerts.map((alert, index) =>
          shownBeside(rowOf(alert, mixed && index % 2 === 1 ? smallCatalog : undefined), alerts.slice(0, index)),
        );
        const batch = collate(rows);
        for (const [index, row] of rows.entries()) {
          expect(readRow(batch, index, row)).toEqual(readRow(collate([row]), 0, row));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('has the shapes of the graph, row 0 empty, every text once, overlap within [0, 1]', () => {
    const rows = [
      rowOf(alertOf({ alertname: 'PodCrashLoopBackOff', pod: 'web-0', namespace: 'shop' })),
      rowOf(alertOf({ alertname: 'X' })),
    ];
    const inputs = collate(rows);
    const shape = (name: string): readonly number[] => tensor(inputs, name).dims;
    const fields = rows[0]?.alert.fields.length ?? 0;
    expect(inputs.batch).toBe(2);
    expect(shape('field_type')).toEqual([2, fields]);
    expect(shape('overlap')).toEqual([2, 7, FUNCTION_FEATURES]);
    expect(shape('pointer_mask')).toEqual([2, 15, fields + 1]);
    expect(shape('pointer_overlap')).toEqual([2, 15, fields, POINTER_FEATURES]);
    const lengths = rows.map(({ alert }) => alert.matchWords.length);
    expect(shape('alert_words')).toEqual([2, Math.max(...lengths)]);
    expect(new Set(lengths).size).toBe(2);
    const functions = rows[0]?.catalog.functions ?? [];
    expect(shape('function_words')).toEqual([2, 7, Math.max(...functions.map(({ matchWords }) => matchWords.length))]);
    for (const { data, dims } of Object.values(inputs.tensors))
      expect(data.length).toBe(dims.reduce((a, b) => a * b, 1));
    const texts = tensor(inputs, 'text_tokens');
    const width = texts.dims[1] ?? 0;
    const lines = Array.from({ length: texts.dims[0] ?? 0 }, (_, row) =>
      [...texts.data.subarray(row * width, (row + 1) * width)].join(),
    );
    expect(new Set(lines[0]?.split(','))).toEqual(new Set(['0']));
    expect([...tensor(inputs, 'overlap').data].every((value) => value >= 0 && value <= 1)).toBe(true);
    for (const name of REFERENCES) expect(Math.max(...tensor(inputs, name).data)).toBeLessThan(lines.length);
  });

  it('measures overlap: a Flux HelmRelease alert covers the name of that function most', () => {
    const { overlap } = collate([rowOf(alertOf({ alertname: 'FluxHelmReleaseFailing' }))]).tensors;
    const byName = Array.from({ length: 7 }, (_, index) => overlap?.data[index * FUNCTION_FEATURES] ?? 0);
    expect(byName.indexOf(Math.max(...byName))).toBe(2);
  });

  it('puts the words of each alert and each function in their row, and how far parameter and field are called the same', () => {
    const catalog = parseCatalog([
      smallCatalog[0],
      {
        name: 'restart',
        description: 'Restart a pod',
        parameters: {
          type: 'object',
          properties: { namespace: { type: 'string' }, pod_name: { type: 'string', description: 'Which one' } },
        },
      },
    ]);
    const short = rowOf(alertOf({ alertname: 'Pod' }), smallCatalog);
    const long = rowOf(alertOf({ alertname: 'PodCrash', pod: 'web-0', namespace: 'shop' }), catalog);
    const { tensors } = collate([short, long]);
    const [alerts, functions, pairs] = ['alert_words', 'function_words', 'pointer_overlap'].map(
      (name) => tensors[name] as HostTensor,
    ) as [HostTensor, HostTensor, HostTensor];
    const lineOf = ({ data, dims }: HostTensor, line: number): number[] => {
      const width = dims.at(-1) as number;
      return [...data.subarray(line * width, (line + 1) * width)];
    };
    const padded = (words: Int32Array, { dims }: HostTensor): number[] => [
      ...words,
      ...new Array<number>((dims.at(-1) as number) - words.length).fill(0),
    ];
    expect(lineOf(alerts, 0)).toEqual(padded(short.alert.matchWords, alerts));
    expect(lineOf(alerts, 1)).toEqual([...long.alert.matchWords]);
    const [page, restart] = long.catalog.functions.map(({ matchWords }) => matchWords) as [Int32Array, Int32Array];
    // The first row has one function only.
    expect([0, 1, 2, 3].map((line) => lineOf(functions, line))).toEqual(
      [page, new Int32Array(0), page, restart].map((words) => padded(words, functions)),
    );
    // Fields: the name, its words pod and crash, namespace, pod. Parameters: namespace, pod_name; the first row has none.
    expect(long.alert.fields.map(({ key }) => key)).toEqual(['alertname', '', '', 'namespace', 'pod']);
    expect(pairs.dims).toEqual([2, 2, 5, POINTER_FEATURES]);
    const none = [0, 0];
    const empty = new Array(10).fill(none);
    expect(Array.from({ length: 20 }, (_, line) => lineOf(pairs, line))).toEqual([
      ...empty,
      ...[none, none, none, [1, 1], none],
      ...[none, none, none, none, [0.5, 1]],
    ]);
  });

  it('gives a function and none what their demonstrations say: marks, the greatest likeness, the sum of what decides', () => {
    const crash = alertOf({ alertname: 'PodCrashLoopBackOff', pod: 'web-0', namespace: 'shop', tier: 'gold' });
    const like = alertOf({ alertname: 'PodCrashLoopBackOff', pod: 'db-1', tier: 'gold' });
    const other = alertOf({ alertname: 'PodCPUHigh', pod: 'web-0', namespace: 'shop', tier: 'red' });
    const row = shownBeside(rowOf(crash), [other, like, crash]);
    const answers = [2, 2, -1];
    const shown = (row.demonstrations ?? []).map((one, index) => ({ ...one, functionIndex: answers[index] as number }));
    // Beside a row of another size, whose numbers stand before these.
    const inputs = collate([rowOf(other, smallCatalog), { ...row, demonstrations: shown }]);
    const [first, second, third] = shown as [(typeof shown)[0], (typeof shown)[0], (typeof shown)[0]];
    const votesOf = (name: string, start: number): number[] => [
      ...tensor(inputs, name).data.subarray(start, start + SHOWN_VOTES),
    ];
    const functions = row.catalog.functions.length;
    const at = (functions + 2) * FUNCTION_FEATURES + FUNCTION_FEATURES - SHOWN_VOTES;
    const expected = [
      Math.max(first.likeness[0], second.likeness[0]),
      Math.max(first.likeness[1], second.likeness[1]),
      ...first.deciding.map((value, index) => value + (second.deciding[index] as number)),
    ];
    expect(first.likeness[0]).toBeLessThan(second.likeness[0]);
    for (const [index, value] of votesOf('overlap', at).entries())
      expect(value).toBeCloseTo(expected[index] as number, 5);
    expect(votesOf('none_votes', 0)).toEqual(new Array(SHOWN_VOTES).fill(0));
    expect(votesOf('none_votes', SHOWN_VOTES).slice(0, 2)).toEqual([1, 1]);
    for (const [index, value] of votesOf('none_votes', SHOWN_VOTES).slice(2).entries()) {
      expect(value).toBeCloseTo(third.deciding[index] as number, 5);
    }
    const marksOf = (name: string): string[] => {
      const { data, dims } = tensor(inputs, name);
      const width = dims.at(-1) as number;
      return Array.from({ length: data.length / width }, (_, index) =>
        data.subarray(index * width, (index + 1) * width).join(''),
      );
    };
    const none = '00000';
    expect(marksOf('function_shown')).toEqual(
      Array.from({ length: 2 * functions }, (_, index) => (index === functions + 2 ? '01100' : none)),
    );
    expect(marksOf('none_shown')).toEqual([none, '00010']);
  });

  it('refuses an empty batch and pads a catalog without parameters', () => {
    expect(() => collate([])).toThrow(InvalidInputError);
    expect(collate([rowOf(alertOf({ alertname: 'X' }), smallCatalog)]).tensors['pointer_mask']?.dims).toEqual([
      1, 1, 3,
    ]);
  });
});
