import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { parseDemonstration } from '../../../../src/domain/decision/parse-demonstration.js';

const ALERT = {
  labels: { alertname: 'PodCrashLooping', pod: 'web-0', namespace: 'shop', app: 'web', name: 'web', replicas: 3 },
  annotations: { summary: 'It crashes' },
  metrics: { restarts: 7 },
};

/** The error of reading something that is faulty. */
function refusal(input: unknown): InvalidInputError {
  try {
    parseDemonstration(input);
  } catch (error) {
    if (InvalidInputError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('a demonstration by its values', () => {
  it('takes every value from the label that holds it, whatever its type, and leaves the others to their defaults', () => {
    const read = parseDemonstration({
      alert: ALERT,
      lambdaFunction: 'pod-restart',
      parameters: { pod: 'web-0', namespace: 'shop', replicas: 3, kind: 'pod', force: true },
    });
    expect(read.lambdaFunction).toBe('pod-restart');
    expect(read.alert).toMatchObject({ labels: { pod: 'web-0', replicas: '3' }, metrics: { restarts: 7 } });
    expect(read.parameterOrigins).toEqual({
      pod: { kind: 'label', key: 'pod' },
      namespace: { kind: 'label', key: 'namespace' },
      replicas: { kind: 'label', key: 'replicas' },
    });
  });

  it('prefers the label of the same name to another of the same value', () => {
    const origins = (parameter: string) =>
      parseDemonstration({ alert: ALERT, lambdaFunction: 'f', parameters: { [parameter]: 'web' } }).parameterOrigins;
    expect(origins('name')).toEqual({ name: { kind: 'label', key: 'name' } });
    expect(origins('app')).toEqual({ app: { kind: 'label', key: 'app' } });
    expect(origins('target')).toEqual({ target: { kind: 'label', key: 'app' } });
  });

  it('never takes the name of the alert for a target, nor a key of the prototype for a label', () => {
    const parameters = { kind: 'PodCrashLooping', constructor: 'web-0', other: 'function Object() { [native code] }' };
    const { parameterOrigins } = parseDemonstration({ alert: ALERT, lambdaFunction: 'f', parameters });
    expect(Object.entries(parameterOrigins)).toEqual([['constructor', { kind: 'label', key: 'pod' }]]);
  });

  it('may say that nothing should be called', () => {
    expect(parseDemonstration({ alert: ALERT, lambdaFunction: null })).toMatchObject({
      lambdaFunction: null,
      parameterOrigins: {},
    });
  });
});

describe('a demonstration by its origins', () => {
  it('keeps them as they are, and lets them go before values', () => {
    const parameterOrigins = {
      name: { kind: 'label', key: 'pod' },
      reason: { kind: 'annotation', key: 'summary' },
      count: { kind: 'metric', key: 'restarts' },
      kind: { kind: 'alert-name', word: 'pod' },
      type: { kind: 'rule', rule: 'kind-of', key: 'pod' },
      wait: { kind: 'rule', rule: 'constant' },
      force: { kind: 'default' },
    };
    const input = { alert: ALERT, lambdaFunction: 'f', parameterOrigins, parameters: { name: 'shop' } };
    expect(parseDemonstration(input).parameterOrigins).toEqual(parameterOrigins);
  });

  it.each([
    ['label', { kind: 'label', key: 'host' }, /label.*"host"/],
    ['label of a rule', { kind: 'rule', rule: 'r', key: 'host' }, /label.*"host"/],
    ['label that only the prototype has', { kind: 'label', key: 'toString' }, /"toString"/],
    ['annotation', { kind: 'annotation', key: 'pod' }, /annotation.*"pod"/],
    ['metric', { kind: 'metric', key: 'pod' }, /metric.*"pod"/],
  ])('is refused when the alert has no such %s', (_, origin, message) => {
    const error = refusal({ alert: ALERT, lambdaFunction: 'f', parameterOrigins: { name: origin } });
    expect(error.path).toBe('parameterOrigins.name');
    expect(error.message).toMatch(message);
  });
});

describe('what is no demonstration', () => {
  it.each([
    ['nothing', undefined, '', /expected a demonstration \{alert, lambdaFunction, parameters\?\}, received nothing/],
    ['a text', 'pod-restart', '', /received string "pod-restart"/],
    ['no alert', { lambdaFunction: 'f' }, 'alert', /./],
    [
      'an alert without a name',
      { alert: { labels: { pod: 'a' } }, lambdaFunction: 'f' },
      'alert.labels.alertname',
      /./,
    ],
    ['no function', { alert: ALERT }, 'lambdaFunction', /expected the name of a function, or null, received nothing/],
    ['an empty function', { alert: ALERT, lambdaFunction: '' }, 'lambdaFunction', /./],
    ['too long a name', { alert: ALERT, lambdaFunction: 'f'.repeat(129) }, 'lambdaFunction', /./],
    ['a list for a value', { alert: ALERT, lambdaFunction: 'f', parameters: { a: [1] } }, 'parameters.a', /./],
    [
      'an unknown kind of origin',
      { alert: ALERT, lambdaFunction: 'f', parameterOrigins: { a: { kind: 'guess' } } },
      'parameterOrigins.a',
      /./,
    ],
  ])('is refused by its first faulty field: %s', (_, input, path, message) => {
    const error = refusal(input);
    expect(error.path).toBe(path);
    expect(error.message).toMatch(message);
  });

  it('is named by its place where it is one of many', () => {
    const input = { alert: ALERT, lambdaFunction: 'f', parameterOrigins: { name: { kind: 'label', key: 'host' } } };
    const read = (faulty: unknown) => () => parseDemonstration(faulty, ['demonstrations', 3]);
    expect(read(input)).toThrow(/^demonstrations\[3\]\.parameterOrigins\.name: expected a label/);
    expect(read({ ...input, alert: {} })).toThrow(/^demonstrations\[3\]\.alert\.labels/);
  });
});
