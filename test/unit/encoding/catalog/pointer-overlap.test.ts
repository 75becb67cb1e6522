import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../../../src/domain/index.js';
import { POINTER_FEATURES, writePointerOverlap } from '../../../../src/encoding/catalog/pointer-overlap.js';
import { type EncodedParameter, encodeAlert, encodeCatalog } from '../../../../src/encoding/index.js';
import { alertOf, arbitraryAlert, tokenizer } from '../helpers.js';

function parameterOf(name: string, description?: string): EncodedParameter {
  const parameters = {
    type: 'object',
    properties: { [name]: { type: 'string', ...(description && { description }) } },
  };
  const catalog = parseCatalog([{ name: 'act', description: 'Acts', parameters }]);
  return encodeCatalog(catalog, tokenizer).parameters[0] as EncodedParameter;
}

/** The two numbers of a parameter and the label of that key. */
function overlapOf(parameter: EncodedParameter, key: string): number[] {
  const { fields } = encodeAlert(alertOf({ alertname: 'X', [key]: 'shop' }), tokenizer);
  const target = new Float32Array(fields.length * POINTER_FEATURES);
  writePointerOverlap(parameter, fields, target, 0);
  const at = fields.findIndex((field) => field.key === key) * POINTER_FEATURES;
  return [...target.subarray(at, at + POINTER_FEATURES)].map((value) => Math.round(value * 1e6) / 1e6);
}

describe('how far a parameter and a field are called the same', () => {
  it.each([
    // name of the parameter, its description, key of the label: likeness of the names, share of the key that is told
    ['namespace', undefined, 'namespace', 1, 1],
    ['podName', undefined, 'pod', 0.5, 1],
    ['pod', undefined, 'pod_name', 0.5, 0.5],
    ['pods', undefined, 'pod', 1, 1],
    ['name_of_pod', undefined, 'exported_pod', 0.25, 0.5],
    ['name_of_pod', undefined, 'pod_name', 0.666667, 1],
    ['target', 'Name of the pod to restart', 'pod', 0, 1],
    ['target', 'Name of the pod to restart', 'pod_uid', 0, 0.5],
    ['pod', 'The pod', 'pod_uid', 0.5, 0.5],
    ['target', undefined, 'pod', 0, 0],
    ['pvname', undefined, 'pv_name', 1, 1],
    ['queue', 'Queue', 'namespace', 0, 0],
  ] as const)('%s (%s) and %s', (name, description, key, likeness, told) => {
    expect(overlapOf(parameterOf(name, description), key)).toEqual([likeness, told]);
  });

  it.each([
    ['consumer_group', 'consumergroup'],
    ['consumergroup', 'consumer_group'],
    ['podName', 'podname'],
    ['persistentVolumeClaim', 'persistentvolumeclaim'],
  ])('knows one name in one word and in several: %s and %s', (name, key) => {
    expect(overlapOf(parameterOf(name), key)).toEqual([1, 1]);
  });

  it('gives nothing to the words of the name of an alert, which have no key', () => {
    const { fields } = encodeAlert(alertOf({ alertname: 'PodCrash', pod: 'web-0' }), tokenizer);
    const target = new Float32Array(fields.length * POINTER_FEATURES);
    writePointerOverlap(parameterOf('pod', 'The pod of the crash'), fields, target, 0);
    const numbers = fields.map(({ key }, index) => [key, ...target.subarray(2 * index, 2 * index + 2)]);
    expect(numbers).toEqual([
      ['alertname', 0, 0],
      ['', 0, 0],
      ['', 0, 0],
      ['pod', 1, 1],
    ]);
  });

  it('stays within [0, 1] and in its place, whatever keys and names are', () => {
    const name = fc.oneof(
      fc.constantFrom('pod', 'pod_name', 'namespace', 'constructor', 'a.b-c'),
      fc.stringMatching(/^[a-zA-Z][a-zA-Z_]{0,20}$/),
    );
    fc.assert(
      fc.property(arbitraryAlert, name, fc.string({ unit: 'binary', maxLength: 60 }), (alert, called, description) => {
        const { fields } = encodeAlert(alert, tokenizer);
        const parameter = { ...parameterOf('pod'), name: called, schema: { type: 'string', description } } as const;
        const length = fields.length * POINTER_FEATURES;
        const target = new Float32Array(length + 6).fill(-7);
        target.fill(0, 3, 3 + length);
        writePointerOverlap(parameter, fields, target, 3);
        expect([...target.subarray(0, 3), ...target.subarray(3 + length)]).toEqual(new Array(6).fill(-7));
        expect(target.subarray(3, 3 + length).every((value) => value >= 0 && value <= 1)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
