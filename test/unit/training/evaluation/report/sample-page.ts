import type { EvaluationPage, SuitePage } from '../../../../../src/training/evaluation/report/index.js';

/** Text of an alert that tries to be more than text. */
export const HOSTILE = `</style></script><script>alert(1)</script><img src=x onerror="alert(2)"> ' " & javascript:alert(3) {{x}}`;

/** A suite with everything that a page can show. The figures are all different, so that each can be found. */
export const FULL_SUITE: SuitePage = {
  name: 'iid',
  description: 'Alert names of the training split.',
  cases: 417,
  noneCases: 113,
  figures: {
    functionAccuracy: { value: 0.9011, low: 0.8722, high: 0.9255 },
    callAccuracy: { value: 0.8133, low: 0.7744, high: 0.8466 },
    coverage: 0.6177,
    selectiveAccuracy: 0.9388,
    selectiveAccuracyAt70: 0.9199,
    wronglyActed: 0.0177,
    ece: 0.0431,
    adaptiveEce: 0.0472,
    brier: 0.1213,
    nll: 0.3914,
    aurc: 0.0815,
    augrc: 0.0526,
    meanSteps: 2.317,
  },
  reliability: [
    { lower: 0, upper: 0.5, count: 0, meanConfidence: null, accuracy: null },
    { lower: 0.5, upper: 1, count: 417, meanConfidence: 0.8291, accuracy: 0.8133 },
  ],
  riskCoverage: [
    [0.1, 0],
    [0.5, 0.05],
    [1, 0.19],
  ],
  cycles: [
    { step: 1, hCycle: 1, functionAccuracy: 0.5011, callAccuracy: 0.4022, meanConfidence: 0.3033 },
    { step: 1, hCycle: 2, functionAccuracy: 0.6011, callAccuracy: 0.5022, meanConfidence: 0.4033 },
    { step: 2, hCycle: 1, functionAccuracy: 0.7011, callAccuracy: 0.6022, meanConfidence: 0.5033 },
  ],
  confusion: {
    classes: ['restart_pod', 'drain_node', '(none)'],
    counts: [
      [211, 3, 5],
      [7, 83, 0],
      [2, 4, 102],
    ],
  },
  baselines: [{ baseline: 'alertname lookup', functionAccuracy: 0.5123, callAccuracy: 0.4456, wronglyActed: 0.1189 }],
  worstErrors: [
    {
      id: 'test:20001',
      alert: {
        labels: { alertname: HOSTILE, pod: 'api-7f9c', [HOSTILE]: 'x' },
        annotations: { runbook_url: 'javascript:alert(4)', summary: `${'long text '.repeat(60)}THE END` },
        metrics: { restarts: 14 },
      },
      catalog: ['restart_pod', HOSTILE],
      expected: ['restart_pod'],
      expectedParameters: { pod: 'label pod' },
      answered: { lambdaFunction: HOSTILE, parameters: { replicas: 3, note: HOSTILE } },
      confidence: 0.9717,
      cause: HOSTILE,
      trace: [{ step: 1, hCycle: 1, function: null, confidence: 0.4141 }],
    },
    {
      id: 'test:20002',
      alert: { labels: { alertname: 'NothingWrong' } },
      expected: [],
      answered: { lambdaFunction: 'drain_node' },
      confidence: 0.9516,
    },
  ],
};

export const FULL_PAGE: EvaluationPage = {
  formatVersion: 1,
  model: { name: 'remediation', version: 3, parameterCount: 6_912_345, hashes: { weights: 'ab'.repeat(32) } },
  threshold: 0.7,
  seed: 20_000,
  measuredAt: '2026-01-31T08:00:00Z',
  command: 'agent-trm evaluate --report "out"',
  suites: [FULL_SUITE, { ...FULL_SUITE, name: 'unseen-alert' }, { name: 'bare', cases: 5, figures: {} }],
  gate: [
    { measure: 'Call right, iid', bar: 'at least 85%', value: 0.8133, unit: 'share', passed: false },
    { measure: 'ECE, iid', bar: 'at most 0.05', value: 0.0431, passed: true },
    { measure: 'Unsafe actions', bar: 'none of 299', value: null, passed: null },
  ],
  riskThresholds: [
    { risk: 0.05, threshold: 0.8125, coverage: 0.4444 },
    { risk: 0.01, threshold: null },
  ],
};
