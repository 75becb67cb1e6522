import { describe, expect, it } from 'vitest';
import { type Catalog, DEFAULT_CATALOG, type ParameterOrigin } from '../../../../src/domain/index.js';
import { CAUSES } from '../../../../src/encoding/index.js';
import type { Example } from '../../../../src/training/dataset/index.js';
import { collateTargets, sameSource, type TrainingRow } from '../../../../src/training/trainer/targets.js';
import { alertOf, rowOf } from '../../encoding/helpers.js';

const alert = alertOf({ alertname: 'PodCrashLoopBackOff', pod: 'web-0', namespace: 'shop' });

function rowFor(answer: Pick<Example, 'functions' | 'noneAcceptable' | 'parameters'>, catalog: Catalog): TrainingRow {
  const example: Example = {
    id: 'x',
    group: 'x',
    source: 'x',
    alert,
    catalog,
    cause: 'crash-loop',
    split: 'train',
    ...answer,
  };
  return { example, encoded: rowOf(alert, catalog) };
}

describe('targets of a batch', () => {
  const acting = rowFor(
    {
      functions: ['pod-restart', 'pod-check-status'],
      noneAcceptable: false,
      parameters: { 'pod-restart': { name: [{ kind: 'label', key: 'pod' }] } },
    },
    DEFAULT_CATALOG,
  );
  const none = rowFor({ functions: [], noneAcceptable: true, parameters: {} }, DEFAULT_CATALOG.slice(0, 2));
  const targets = collateTargets([acting, none], CAUSES);
  const numbersOf = (name: string): Float32Array => targets[name]?.data as Float32Array;
  const width = 1 + DEFAULT_CATALOG.length;

  it('rank acceptable functions: the first counts most', () => {
    expect(targets.function_target?.dims).toEqual([2, width]);
    const weights = [...numbersOf('function_target')];
    const at = (name: string): number => 1 + DEFAULT_CATALOG.findIndex((definition) => definition.name === name);
    expect(weights[at('pod-restart')]).toBe(1);
    expect(weights[at('pod-check-status')]).toBeCloseTo(0.3, 6);
    expect(weights[0]).toBe(0);
    expect(weights.slice(0, width).filter((weight) => weight > 0)).toHaveLength(2);
    expect(weights.slice(width)).toEqual([1, ...Array.from({ length: width - 1 }, () => 0)]);
  });

  it('point each labelled parameter at the label it takes, and weigh no other', () => {
    const { parameters, functions } = acting.encoded.catalog;
    const [, rows = 0, columns = 0] = targets.pointer_target?.dims ?? [];
    expect(rows).toBe(parameters.length);
    const weight = numbersOf('pointer_weight');
    const weighted = parameters.flatMap((parameter, index) =>
      weight[index] ? [`${functions[parameter.functionIndex]?.definition.name}.${parameter.name}`] : [],
    );
    expect(weighted).toEqual(['pod-restart.name']);
    const index = parameters.findIndex((_, position) => weight[position] === 1);
    const column = acting.encoded.alert.fields.findIndex(({ key }) => key === 'pod');
    const target = numbersOf('pointer_target').subarray(index * columns, (index + 1) * columns);
    expect([...target].flatMap((value, position) => (value > 0 ? [position] : []))).toEqual([column]);
    expect(numbersOf('pointer_target').reduce((sum, value) => sum + value, 0)).toBe(1);
  });

  it('name the cause', () => {
    const causes = numbersOf('cause_target');
    expect([...causes].flatMap((value, index) => (value === 1 ? [CAUSES[index % CAUSES.length]] : []))).toEqual([
      'crash-loop',
      'crash-loop',
    ]);
  });
});

describe('sources', () => {
  const label: ParameterOrigin = { kind: 'label', key: 'pod' };
  it.each([
    [label, { kind: 'label', key: 'pod' }, true],
    [label, { kind: 'label', key: 'name' }, false],
    [label, { kind: 'annotation', key: 'pod' }, false],
    [label, { kind: 'rule', rule: 'current-replicas', key: 'pod' }, true],
    [{ kind: 'default' }, { kind: 'default' }, true],
    [{ kind: 'default' }, label, false],
    [{ kind: 'alert-name', word: 'Etcd' }, { kind: 'alert-name', word: 'etcd' }, true],
    [{ kind: 'alert-name', word: 'etcd' }, label, false],
  ] as const)('%j and %j', (left, right, same) => {
    expect(sameSource(left, right)).toBe(same);
    expect(sameSource(right, left)).toBe(same);
  });
});
