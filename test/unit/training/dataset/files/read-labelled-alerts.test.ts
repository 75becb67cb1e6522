import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG, parseCatalog } from '../../../../../src/domain/index.js';
import {
  LABELLED_ALERT_LIMITS,
  type ReadLabelledAlertsOptions,
  readLabelledAlerts,
} from '../../../../../src/training/dataset/files/index.js';

const LABELS = {
  alertname: 'PodCrashLooping',
  pod: 'shop-7d9f8b6c5-x2x4z',
  namespace: 'shop',
  app: 'shop',
  job: 'web',
};
const ALERT = { labels: LABELS, metrics: { replicas: 2 } };
const RESTART = { alert: ALERT, functions: ['pod-restart'] };

const jsonl = (...rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n');

/** The one example of one good line. */
async function read(row: unknown, options?: ReadLabelledAlertsOptions) {
  const { examples, problems } = await readLabelledAlerts(jsonl(row), options);
  expect(problems).toEqual([]);
  expect(examples).toHaveLength(1);
  return examples[0]!;
}

/** Why one bad line is refused. */
async function reasonOf(row: unknown, options?: ReadLabelledAlertsOptions): Promise<string> {
  const { examples, problems } = await readLabelledAlerts(typeof row === 'string' ? row : jsonl(row), options);
  expect(examples).toEqual([]);
  expect(problems.map(({ line }) => line)).toEqual([1]);
  return problems[0]!.reason;
}

describe('a labelled alert', () => {
  it('needs an alert and a function, and has defaults for the rest', async () => {
    const example = await read({ alert: ALERT, lambda_function: 'pod-restart' });
    expect(example).toMatchObject({
      id: 'line-1',
      group: 'crash loop pod',
      source: 'user',
      functions: ['pod-restart'],
      noneAcceptable: false,
      parameters: {},
      cause: 'unknown',
      split: 'test',
    });
    expect(example.catalog).toBe(DEFAULT_CATALOG);
    expect({ ...example.alert.labels }).toEqual(LABELS);
    expect(await read({ alert: ALERT, lambda_function: null })).toMatchObject({ functions: [], noneAcceptable: true });
    expect(await read({ alert: ALERT, functions: [] })).toMatchObject({ functions: [], noneAcceptable: true });
    const given = { id: 'a', group: 'g', source: 's', split: 'train', cause: 'crash-loop', noneAcceptable: true };
    expect(await read({ ...RESTART, ...given })).toMatchObject(given);
  });

  it('takes one alert in any envelope', async () => {
    const webhook = { version: '4', alerts: [ALERT] };
    const event = { specversion: '1.0', id: '1', source: 's', type: 't', data: webhook };
    for (const alert of [webhook, event, [ALERT]]) {
      expect({ ...(await read({ ...RESTART, alert })).alert.labels }).toEqual(LABELS);
    }
  });

  it('reads origins in every form', async () => {
    const parameters = {
      name: ['label:pod', { kind: 'annotation', key: 'summary' }, 'alert-name:pod', 'metric:replicas'],
      namespace: { kind: 'label', key: 'namespace' },
    };
    const alert = { ...ALERT, annotations: { summary: 'x' } };
    const example = await read({ alert, functions: ['pod-restart'], parameters: { 'pod-restart': parameters } });
    expect(example.parameters).toEqual({
      'pod-restart': {
        name: [
          { kind: 'label', key: 'pod' },
          { kind: 'annotation', key: 'summary' },
          { kind: 'alert-name', word: 'pod' },
          { kind: 'metric', key: 'replicas' },
        ],
        namespace: [{ kind: 'label', key: 'namespace' }],
      },
    });
  });

  it('finds the origins of an expected value', async () => {
    const call = { name: 'shop-7d9f8b6c5-x2x4z', namespace: 'shop', type: 'pod' };
    const restart = { name: [{ kind: 'label', key: 'pod' }], namespace: ['namespace', 'app'].map(label) };
    const nested = await read({ alert: ALERT, lambda_function: 'pod-restart', parameters: { 'pod-restart': call } });
    const flat = await read({ alert: ALERT, lambda_function: 'pod-restart', parameters: call });
    expect(nested.parameters).toEqual({ 'pod-restart': restart });
    expect(flat.parameters).toEqual(nested.parameters);

    // What the alert does not hold word for word: a selector, the Deployment that owns the pod, a declared default.
    const check = { namespace: 'shop', selector: 'app=shop', name: 'default' };
    const status = await read({ alert: ALERT, lambda_function: 'pod-check-status', parameters: check });
    expect(status.parameters['pod-check-status']).toMatchObject({
      selector: [label('app')],
      name: [{ kind: 'default' }],
    });
    const { app: _, ...rest } = LABELS;
    const scale = await read({
      alert: { labels: rest, metrics: { replicas: 2 } },
      lambda_function: 'scale-deployment',
      parameters: { name: 'shop', replicas: 3 },
    });
    expect(scale.parameters['scale-deployment']).toEqual({
      name: [label('namespace'), { kind: 'rule', rule: 'owner-of-pod', key: 'pod' }],
    });
    const flux = {
      alert: { labels: { alertname: 'A', name: 'apps' } },
      lambda_function: 'flux-reconcile-kustomization',
    };
    const filled = await read({ ...flux, parameters: { name: 'apps', namespace: 'flux-system' } });
    expect(filled.parameters['flux-reconcile-kustomization']?.namespace).toEqual([{ kind: 'default' }]);
  });

  it('tells the namespace "default" from the default', async () => {
    const alert = { labels: { alertname: 'FluxFailing', name: 'apps', exported_namespace: 'default' } };
    const namespaced = (namespace: unknown) => ({
      alert,
      lambda_function: 'flux-reconcile-kustomization',
      parameters: { name: 'apps', namespace },
    });
    expect(await reasonOf(namespaced('default'))).toMatch(
      /^parameters\.namespace: "default" is both .* the label "exported_namespace"; write \{"kind": "default"\}/,
    );
    const originsOf = async (form: unknown) =>
      (await read(namespaced(form))).parameters['flux-reconcile-kustomization']?.namespace;
    expect(await originsOf({ value: 'default' })).toEqual([label('exported_namespace')]);
    expect(await originsOf({ kind: 'default' })).toEqual([{ kind: 'default' }]);
  });

  it('is about the catalog that it names, else about that of the reader', async () => {
    const own = parseCatalog([{ name: 'page-owner' }]);
    const functions = ['page-owner'];
    expect((await read({ alert: ALERT, functions }, { catalog: own })).catalog).toBe(own);
    expect((await read({ alert: ALERT, functions, catalog: [{ name: 'page-owner' }] })).catalog).toEqual(own);
    const catalogs = new Map([['mine', own]]);
    expect((await read({ alert: ALERT, functions, catalog: 'mine' }, { catalogs })).catalog).toBe(own);
    expect((await read({ ...RESTART, catalog: 'default' }, { catalog: own })).catalog).toBe(DEFAULT_CATALOG);
    // A catalog that equals the default one is the default one, and catalogs that lines repeat are read once.
    expect((await read({ ...RESTART, catalog: DEFAULT_CATALOG })).catalog).toBe(DEFAULT_CATALOG);
    const line = { alert: ALERT, functions, catalog: [{ name: 'page-owner' }] };
    const { examples } = await readLabelledAlerts(jsonl(line, line));
    expect(examples[1]?.catalog).toBe(examples[0]?.catalog);
  });

  it('may show answered alerts beside it', async () => {
    const shown = { alert: ALERT, lambda_function: 'pod-restart', parameters: { name: 'label:pod', type: 'default' } };
    const { demonstrations } = await read({
      ...RESTART,
      demonstrations: [shown, { alert: ALERT, lambda_function: null }],
    });
    expect(demonstrations).toMatchObject([
      { lambdaFunction: 'pod-restart', parameterOrigins: { name: label('pod'), type: { kind: 'default' } } },
      { lambdaFunction: null, parameterOrigins: {} },
    ]);
  });
});

function label(key: string) {
  return { kind: 'label', key };
}

describe('bad lines', () => {
  const restart = (parameters: unknown) => ({ ...RESTART, parameters: { 'pod-restart': parameters } });
  it.each<[RegExp, unknown]>([
    [/^expected one JSON object on one line \(/, '{"alert": '],
    [/^expected a labelled alert \{.*\}, received an array of 0$/, '[]'],
    [/^expected a labelled alert .* received number 5$/, '5'],
    [/^expected only the fields id, .*; received "function"$/, { alert: ALERT, function: 'pod-restart' }],
    [/^alert: expected an alert \{labels/, { functions: [] }],
    [
      /^alert\.labels\.alertname: expected a non-empty string, received nothing$/,
      { ...RESTART, alert: { labels: {} } },
    ],
    [/^alert\.alerts\[1\]\.labels: expected an object/, { ...RESTART, alert: { alerts: [ALERT, { labels: 1 }] } }],
    [/^alert: expected one alert, received an array of 2; write a line/, { ...RESTART, alert: [ALERT, ALERT] }],
    [/^functions: expected an array .*; received neither$/, { alert: ALERT }],
    [/^lambda_function: expected either/, { ...RESTART, lambda_function: 'pod-restart' }],
    [/^functions: expected an array .*, received string "pod-restart"$/, { alert: ALERT, functions: 'pod-restart' }],
    [
      /^functions\[1\]: expected a function of the catalog \("flux-.*received "pod-kill"/,
      { alert: ALERT, functions: ['pod-restart', 'pod-kill'] },
    ],
    [/^lambda_function: expected a function of the catalog/, { alert: ALERT, lambda_function: 'pod-kill' }],
    [/^functions\[1\]: expected distinct/, { alert: ALERT, functions: ['pod-restart', 'pod-restart'] }],
    [/^noneAcceptable: expected true, or left out/, { alert: ALERT, functions: [], noneAcceptable: false }],
    [/^answerable: expected true, or left out/, { ...RESTART, answerable: false }],
    [/^noneAcceptable: expected true or false, received string "yes"$/, { ...RESTART, noneAcceptable: 'yes' }],
    [
      /^catalog: expected functions or the id of a catalog \("default"\), received "mine"$/,
      { ...RESTART, catalog: 'mine' },
    ],
    [/^catalog\[0\]\.name: expected a name/, { ...RESTART, catalog: [{}] }],
    [/^cause: expected a cause class such as .* received string "gremlins"$/, { ...RESTART, cause: 'gremlins' }],
    [/^split: expected "train", .*, received string "dev"$/, { ...RESTART, split: 'dev' }],
    [/^id: expected 1 to 4096 characters/, { ...RESTART, id: 'a\u001bb' }],
    [
      /^parameters: expected the functions of this line \("pod-restart"\), received "pod-kill"$/,
      { ...RESTART, parameters: { 'pod-kill': {} } },
    ],
    [/^parameters\.pod-restart: expected an object of parameters/, restart('label:pod')],
    [
      /^parameters\.pod-restart\.pod: expected a parameter of pod-restart \(name, namespace, type\), received "pod"$/,
      restart({ pod: 'x' }),
    ],
    [
      /^parameters\.pod-restart\.name: expected the value of a label .*"pod": "shop-7.*received string "shop-9"; correct/,
      restart({ name: 'shop-9' }),
    ],
    [
      /^parameters\.pod-restart\.name: expected a key of the alert's labels \("alertname", .*received "pods"$/,
      restart({ name: 'label:pods' }),
    ],
    [
      /^parameters\.pod-restart\.name: expected a key of the alert's annotations \(it has none\), received "x"$/,
      restart({ name: 'annotation:x' }),
    ],
    [
      /^parameters\.pod-restart\.name: expected a word of the alert's name, received "disk"$/,
      restart({ name: 'alert-name:disk' }),
    ],
    [
      /^parameters\.pod-restart\.name: expected a part of the alert.*required and has no default$/,
      restart({ name: 'default' }),
    ],
    [/^parameters\.pod-restart\.name: expected at least one origin/, restart({ name: [] })],
    [
      /^parameters\.pod-restart\.name\[1\]: expected a value such as .*received null$/,
      restart({ name: ['label:pod', null] }),
    ],
    [/^parameters\.pod-restart\.name: .*received a proposal$/, restart({ name: { kind: 'proposal', by: 'rag' } })],
    [
      /^parameters\.pod-restart\.type: expected what the catalog's rule .* string "pod"; received string "daemonset"$/,
      restart({ name: 'label:pod', type: 'daemonset' }),
    ],
    [
      /^demonstrations\[0\]\.alert\.labels\.alertname: /,
      { ...RESTART, demonstrations: [{ alert: { labels: {} }, lambda_function: null }] },
    ],
    [
      /^demonstrations\[0\]\.parameters\.name: expected an origin such as/,
      { ...RESTART, demonstrations: [{ alert: ALERT, lambda_function: 'x', parameters: { name: 'shop-0' } }] },
    ],
  ])('are refused: %s', async (message, row) => {
    expect(await reasonOf(row)).toMatch(message);
  });

  it('are refused with their line, and cost no other', async () => {
    const text = [jsonl({ ...RESTART, id: 'a' }), '', '{', jsonl({ ...RESTART, id: 'a' }), `  ${jsonl(RESTART)}\r`];
    const { examples, problems } = await readLabelledAlerts(`\uFEFF${text.join('\n')}\n`);
    expect(examples.map(({ id }) => id)).toEqual(['a', 'line-5']);
    expect(problems.map(({ line }) => line)).toEqual([3, 4]);
    expect(problems[1]?.reason).toBe('id: expected distinct ids, received "a" again (first in line 1)');
  });

  it('are refused when they are too long, too deep, or no UTF-8', async () => {
    const { lineBytes, depth } = LABELLED_ALERT_LIMITS;
    expect(await reasonOf('x'.repeat(lineBytes + 1))).toBe(
      `expected at most ${lineBytes} bytes in a line, received more`,
    );
    const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(await reasonOf(nested(depth + 1))).toMatch(/^expected at most 40 levels of nesting/);
    expect(await reasonOf(nested(500_000))).toMatch(/levels of nesting/);
    expect(await reasonOf(nested(depth))).toMatch(/labelled alert/);
    // Brackets in texts are no nesting.
    const summary = '[{'.repeat(60);
    await read({ ...RESTART, alert: { ...ALERT, annotations: { summary: `\\"${summary}` } } });
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.concat([Buffer.from('{"alert": "'), Buffer.from([0xff]), Buffer.from('"}')]);
    }
    expect(await readLabelledAlerts(bytes())).toEqual({
      examples: [],
      problems: [{ line: 1, reason: 'expected UTF-8, received other bytes' }],
    });
  });

  it('end the reading when there are too many lines', async () => {
    let given = 0;
    async function* blanks(): AsyncGenerator<string> {
      for (; ; given++) yield '';
    }
    const { problems } = await readLabelledAlerts(blanks());
    expect(problems).toEqual([{ line: 1_000_001, reason: expect.stringMatching(/at most 1000000 lines; .* split/) }]);
    expect(given).toBe(1_000_000);
  });
});
