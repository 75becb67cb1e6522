import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { createPrometheusMetrics, METRICS } from '../../../src/telemetry/index.js';
import { DEFINITIONS, type MetricDefinition } from '../../../src/telemetry/measure/metrics.js';
import { startTinyService } from '../cli/serve/tiny-service.js';
import { ALERT_SPARKS, QUIET } from './alert-sparks.js';
import { alertOf, doEverything } from './fixtures.js';
import { readPromql } from './promql.js';

const folder = fileURLToPath(new URL('../../../examples/observability/', import.meta.url));

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

/** Labels that Prometheus adds when it scrapes. */
const SCRAPED = ['job', 'instance', 'le'];

/** Every sample name that is really exported, with its label names, after everything has happened once. */
let exported: ReadonlyMap<string, ReadonlySet<string>>;
/** The same of a service as `agent-trm serve` puts it together, once it has answered a request. */
let served: ReadonlyMap<string, ReadonlySet<string>>;
let rules: readonly Rule[];
let dashboard: Dashboard;

beforeAll(async () => {
  const metrics = await createPrometheusMetrics({ processMetrics: true });
  await doEverything(metrics);
  exported = samplesOf(await metrics.metricsText());
  served = samplesOf(await serveOnce());
  const text = await readFile(join(folder, 'alerts.yaml'), 'utf8');
  rules = (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
  dashboard = JSON.parse(await readFile(join(folder, 'dashboard.json'), 'utf8')) as Dashboard;
});

/** The names of the samples of a scrape, each with the names of its labels. */
function samplesOf(scraped: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const line of scraped.split('\n')) {
    const [, name, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const known = found.get(name) ?? new Set();
    for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label as string);
    found.set(name, known);
  }
  return found;
}

/** What a service that acts shows after its first request; nothing in it is set by hand. */
async function serveOnce(): Promise<string> {
  vi.stubEnv('OLLAMA_MODEL', '');
  vi.stubEnv('BROKER_URL', 'http://127.0.0.1:9');
  const service = await startTinyService({ act: true, policy: { mode: 'auto', auto: { functions: ['pod-restart'] } } });
  try {
    const { status } = await service.ask('/select', alertOf());
    if (status !== 200) throw new Error(`the service answered ${status}`);
    return (await service.ask('/metrics')).text;
  } finally {
    await service.close();
    vi.unstubAllEnvs();
  }
}

const definitionOf = (sample: string): MetricDefinition | undefined =>
  DEFINITIONS.find(([name]) => sample.replace(/^agent_trm_/, '').replace(/_(bucket|sum|count)$/, '') === name)?.[1] ??
  DEFINITIONS.find(([name]) => sample === `agent_trm_${name}`)?.[1];

/** What an expression asks for that nobody exports: metrics, labels, and values that a label can never have. */
function faultsOf(expression: string): readonly string[] {
  const { selectors, labels } = readPromql(expression);
  const known = new Set(SCRAPED);
  const faults: string[] = [];
  for (const { metric, matchers } of selectors) {
    const own = exported.get(metric);
    if (own === undefined) {
      faults.push(`nobody exports ${metric}`);
      continue;
    }
    for (const label of own) known.add(label);
    for (const { label, operator, value } of matchers) {
      if (!own.has(label) && !SCRAPED.includes(label)) faults.push(`${metric} has no label ${label}`);
      const values = definitionOf(metric)?.values?.[label];
      if (values === undefined) continue;
      const wanted = operator.endsWith('~') ? value.split('|') : [value];
      faults.push(...wanted.filter((one) => !values.includes(one)).map((one) => `${label} is never ${one}`));
    }
  }
  return [...faults, ...labels.filter((label) => !known.has(label)).map((label) => `nothing has a label ${label}`)];
}

describe('what reads the metrics', () => {
  it('finds names, labels and values that nobody exports', () => {
    expect(faultsOf('sum by (pod) (rate(agent_trm_selections_total{decision="chosen"}[5m]))')).toEqual([
      'decision is never chosen',
      'nothing has a label pod',
    ]);
    expect(faultsOf('agent_trm_selection_total{tier="trm"} > 1')).toEqual(['nobody exports agent_trm_selection_total']);
    expect(faultsOf('agent_trm_breaker_state{host="x"}')).toEqual(['agent_trm_breaker_state has no label host']);
    expect(faultsOf('agent_trm_confidence{tier="trm"}')).toEqual(['nobody exports agent_trm_confidence']);
    for (const broken of ['sum(rate(x[5m])', 'x{a=b}', 'x}', 'rate by', 'a & b', 'sum by (5) (x)']) {
      expect(() => readPromql(broken), broken).toThrow(broken);
    }
  });

  it('reads nested expressions, groupings, matchers and ranges', () => {
    const expression = `
      histogram_quantile(0.5, sum by (job, le) (rate(m_bucket{tier="a", job=~"$job"}[$__rate_interval]))) < 5e1
        and on (job) time() - x unless ignoring (le) y`;
    expect(readPromql(expression)).toEqual({
      selectors: [
        {
          metric: 'm_bucket',
          matchers: [
            { label: 'tier', operator: '=', value: 'a' },
            { label: 'job', operator: '=~', value: '$job' },
          ],
        },
        { metric: 'x', matchers: [] },
        { metric: 'y', matchers: [] },
      ],
      labels: ['job', 'le', 'job', 'le'],
    });
  });
});

describe('a service as `agent-trm serve` runs it', () => {
  it('shows every gauge that a rule or panel asks for, and what has one series from the start', () => {
    const expressions = [
      ...rules.map(({ expr }) => expr),
      ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ];
    const asked = new Set(expressions.flatMap((expr) => readPromql(expr).selectors.map(({ metric }) => metric)));
    // Series of counters with labels appear with what they count, which not everything does in every service.
    const always = [...asked].filter((metric) => {
      const definition = definitionOf(metric);
      return definition?.kind === 'gauge' || (definition?.kind === 'counter' && definition.labels.length === 0);
    });
    expect(always).toEqual(
      expect.arrayContaining(['agent_trm_breaker_state', 'agent_trm_calibration_timestamp_seconds']),
    );
    expect(always.filter((metric) => !served.has(metric))).toEqual([]);
  });
});

describe('the alert rules', () => {
  it('ask only for what is exported', () => {
    expect(rules.length).toBeGreaterThan(15);
    expect(rules.flatMap(({ alert, expr }) => faultsOf(expr).map((fault) => `${alert}: ${fault}`))).toEqual([]);
  });

  it('have distinct names, a severity, and words for whoever is woken up', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations, expr } of rules) {
      expect(['critical', 'warning', 'info'], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/\.$/);
      expect(annotations.description, alert).toMatch(/\.$/);
      // What a template shows must be left after the aggregation.
      const shown = [
        ...Object.values(annotations)
          .join()
          .matchAll(/\$labels\.(\w+)/g),
      ].map(([, label]) => label);
      const kept = readPromql(expr).labels;
      for (const label of shown) if (kept.length > 0) expect(kept, alert).toContain(label);
    }
  });

  it('are told in the README, every one', async () => {
    const readme = await readFile(join(folder, 'README.md'), 'utf8');
    for (const { alert } of rules) expect(readme).toContain(`\`${alert}\``);
    for (const name of Object.keys(METRICS)) expect(readme).toContain(`\`agent_trm_${name}`);
  });
});

const hasPromtool = spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0;

const HOW_TO = 'needs promtool of the Debian package prometheus';

describe(`the alert rules under promtool${hasPromtool ? '' : ` (skipped: ${HOW_TO})`}`, () => {
  const promtool = (...parameters: string[]) => {
    const { status, stdout, stderr } = spawnSync('promtool', parameters, { encoding: 'utf8' });
    return { status, said: `${stdout}${stderr}` };
  };

  it.skipIf(!hasPromtool)('are valid', () => {
    expect(promtool('check', 'rules', join(folder, 'alerts.yaml'))).toMatchObject({ status: 0 });
  });

  it.skipIf(!hasPromtool)('fire for what they are about, and are quiet when all is well', async () => {
    expect(Object.keys(ALERT_SPARKS).toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
    const work = await mkdtemp(join(tmpdir(), 'agent-trm-rules-'));
    const series = (values: Readonly<Record<string, string>>) =>
      Object.entries(values).map(([name, points]) => ({ series: name, values: points }));
    const firing = (alert: string) => `count(ALERTS{alertname="${alert}", alertstate="firing"}) > bool 0`;
    const tests = [
      ...Object.entries(ALERT_SPARKS).map(([alert, values]) => ({
        name: alert,
        interval: '1m',
        input_series: series(values),
        promql_expr_test: [{ expr: firing(alert), eval_time: '60m', exp_samples: [{ labels: '{}', value: 1 }] }],
      })),
      {
        name: 'all is well',
        interval: '1m',
        input_series: series(QUIET),
        promql_expr_test: [{ expr: 'ALERTS', eval_time: '60m', exp_samples: [] }],
      },
    ];
    try {
      const file = join(work, 'test.yaml');
      await writeFile(file, stringify({ rule_files: [join(folder, 'alerts.yaml')], evaluation_interval: '1m', tests }));
      expect(promtool('test', 'rules', file)).toMatchObject({ status: 0 });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
});

describe('the dashboard', () => {
  it('asks only for what is exported, and for every metric', () => {
    const expressions = dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => [title, expr] as const),
    );
    expect(expressions.flatMap(([title, expr]) => faultsOf(expr).map((fault) => `${title}: ${fault}`))).toEqual([]);
    const shown = expressions.map(([, expr]) => expr).join('\n');
    for (const name of Object.keys(METRICS)) expect(shown).toContain(`agent_trm_${name}`);
  });

  it('uses variables that it has, and those that Grafana has', () => {
    const own = dashboard.templating.list.map(({ name }) => name);
    const used = [...JSON.stringify(dashboard).matchAll(/\$\{?(\w+)/g)].map(([, name]) => name as string);
    expect(own).toEqual(expect.arrayContaining(['datasource', 'job']));
    expect(
      [...new Set(used)].filter((name) => !own.includes(name) && !['__rate_interval', '__all'].includes(name)),
    ).toEqual([]);
    for (const { targets = [] } of dashboard.panels) {
      for (const { expr } of targets) {
        for (const { metric, matchers } of readPromql(expr).selectors) {
          expect(matchers, `${metric} of all jobs`).toContainEqual({ label: 'job', operator: '=~', value: '$job' });
        }
      }
    }
  });

  it('has panels that say what they show and do not lie upon each other', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, type, description, gridPos, targets = [] } of panels) {
      expect(type === 'row' || (description ?? '').endsWith('.'), title).toBe(true);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), `${title} at ${x},${y}`).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
  });
});
