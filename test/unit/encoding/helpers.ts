import fc from 'fast-check';
import {
  type Alert,
  type Catalog,
  DEFAULT_CATALOG,
  type Demonstration,
  parseAlerts,
} from '../../../src/domain/index.js';
import {
  buildVocabulary,
  type EncodedRow,
  encodeAlert,
  encodeCatalog,
  encodeDemonstrationAlert,
  encodeDemonstrations,
  type RawAnswer,
  Tokenizer,
} from '../../../src/encoding/index.js';

const TEXTS = [
  'PodCrashLoopBackOff pod namespace container severity',
  'PersistentVolumeFillingUp persistentvolumeclaim namespace',
  'FluxReconciliationFailure name namespace kind',
  'cpu_percent 85 memory normal request_rate high',
  ...DEFAULT_CATALOG.flatMap((entry) => [entry.name, entry.description]),
];

export const tokenizer = new Tokenizer(
  buildVocabulary(TEXTS, { maxWords: 400, minCount: 1, hashBuckets: 512, maxTokens: 32 }),
);

export function alertOf(
  labels: Record<string, unknown>,
  rest: { annotations?: Record<string, unknown>; metrics?: Record<string, unknown> } = {},
): Alert {
  return parseAlerts({ labels, ...rest })[0] as Alert;
}

export function rowOf(alert: Alert, catalog: Catalog = DEFAULT_CATALOG): EncodedRow {
  return { alert: encodeAlert(alert, tokenizer), catalog: encodeCatalog(catalog, tokenizer) };
}

/** The row with answered alerts beside it: the first calls the catalog's first function, the others nothing. */
export function shownBeside(row: EncodedRow, alerts: readonly Alert[]): EncodedRow {
  const [first] = row.catalog.functions;
  const shown = alerts.map((alert, index) => {
    const [key] = Object.keys(alert.labels).filter((label) => label !== 'alertname');
    const [parameter] = row.catalog.parameters.filter(({ functionIndex }) => functionIndex === 0);
    const demonstration: Demonstration = {
      alert,
      lambdaFunction: index === 0 ? (first?.definition.name ?? null) : null,
      parameterOrigins: key && parameter ? { [parameter.name]: { kind: 'label', key } } : {},
    };
    return { demonstration, alert: encodeDemonstrationAlert(demonstration, tokenizer) };
  });
  return { ...row, demonstrations: encodeDemonstrations(shown, row.alert, row.catalog) };
}

/** Logits that prefer one function and, a parameter, one label key, alert-name word or "default". */
export function rawAnswer(
  row: EncodedRow,
  functionName: string | null,
  pointers: Record<string, string> = {},
  causeIndex = 0,
  causes = 3,
): RawAnswer {
  const functionLogits = new Float32Array(1 + row.catalog.functions.length);
  functionLogits[row.catalog.functions.findIndex((entry) => entry.definition.name === functionName) + 1] = 5;
  const causeLogits = new Float32Array(causes);
  causeLogits[causeIndex] = 3;
  const columns = row.alert.fields.length + 1;
  const pointerLogits = row.catalog.parameters.map((parameter) => {
    const logits = new Float32Array(columns);
    const wish = pointers[parameter.name];
    if (wish === 'default') logits[columns - 1] = 5;
    const at = row.alert.fields.findIndex((field) => (field.key === '' ? field.value : field.key) === wish);
    if (at >= 0) logits[at] = 5;
    return logits;
  });
  return { functionLogits, pointerLogits, causeLogits, qHaltLogit: 1.5 };
}

const value = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/),
  fc.constantFrom(
    'shop',
    'web-0',
    'checkout-7d9f8b6c5-x2x4z',
    '10.0.0.1:9090',
    '42',
    'a/b',
    '$(reboot)',
    '../etc',
    '-rf',
  ),
  fc.string({ unit: 'binary', maxLength: 24 }),
);
const key = fc.oneof(
  fc.constantFrom(
    'pod',
    'namespace',
    'name',
    'deployment',
    'service',
    'severity',
    'job',
    'instance',
    'kind',
    'app',
    'persistentvolumeclaim',
  ),
  fc.stringMatching(/^[a-z][a-z_]{0,12}$/),
  fc.constantFrom('constructor', 'toString', 'hasOwnProperty'),
);

/** Alerts with ordinary and hostile labels, annotations and metrics. */
export const arbitraryAlert: fc.Arbitrary<Alert> = fc
  .record({
    name: fc.constantFrom('PodCrashLoopBackOff', 'PrometheusServiceDown', 'FluxHelmReleaseFailing', 'PodCPUHigh'),
    labels: fc.dictionary(key, value, { maxKeys: 12 }),
    annotations: fc.dictionary(key, fc.string({ unit: 'binary', maxLength: 120 }), { maxKeys: 3 }),
    metrics: fc.dictionary(
      key,
      fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant('high')),
      { maxKeys: 4 },
    ),
  })
  .map(({ name, labels, annotations, metrics }) => alertOf({ ...labels, alertname: name }, { annotations, metrics }));

/** Logits of the right sizes with arbitrary finite values. */
export function arbitraryRawAnswer(row: EncodedRow, causes: number): fc.Arbitrary<RawAnswer> {
  const logits = (length: number): fc.Arbitrary<Float32Array> =>
    fc
      .array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -50, max: 50 }), {
        minLength: length,
        maxLength: length,
      })
      .map((numbers) => Float32Array.from(numbers));
  return fc.record({
    functionLogits: logits(1 + row.catalog.functions.length),
    pointerLogits: fc.tuple(...row.catalog.parameters.map(() => logits(row.alert.fields.length + 1))),
    causeLogits: logits(causes),
    qHaltLogit: fc.float({ noNaN: true, noDefaultInfinity: true }),
  });
}
