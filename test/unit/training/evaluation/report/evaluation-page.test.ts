import { describe, expect, it } from 'vitest';
import { type EvaluationPage, evaluationPage } from '../../../../../src/training/evaluation/report/index.js';
import { type Element, elementsNamed, elementsOf, parseMarkup, textOf } from '../../charts/parse-markup.js';
import { FULL_PAGE, FULL_SUITE, HOSTILE } from './sample-page.js';

const parse = (page: EvaluationPage): Element => parseMarkup(evaluationPage(page), ['meta']);
const bodyOf = (root: Element): Element => elementsNamed(root, 'body')[0] as Element;
const rowsOf = (table: Element): string[][] =>
  elementsNamed(table, 'tr').map((row) => row.children.map((cell) => textOf(cell as Element)));
const tableOf = (root: Element, caption: RegExp): string[][] => {
  const found = elementsNamed(root, 'table').find((table) =>
    caption.test(textOf(elementsNamed(table, 'caption')[0] as Element)),
  );
  if (!found) throw new Error(`no table ${caption}`);
  return rowsOf(found);
};

const BARE: EvaluationPage = {
  formatVersion: 1,
  model: { name: 'remediation', version: 3 },
  threshold: 0.7,
  seed: 1,
  suites: [{ name: 'bare', cases: 5, figures: {} }],
};

describe('the page of an evaluation', () => {
  const root = parse(FULL_PAGE);

  it('begins with a table of all suites', () => {
    const first = elementsNamed(root, 'table')[0] as Element;
    expect(rowsOf(first)).toEqual([
      [
        'Suite',
        'Cases',
        'Function right',
        'Call right',
        'Coverage',
        'Right when accepted',
        'Acts wrongly',
        'ECE',
        'AUGRC',
      ],
      ...['iid', 'unseen-alert'].map((name) => [
        name,
        '417',
        '90.1% (87.2% to 92.5%)',
        '81.3% (77.4% to 84.7%)',
        '61.8%',
        '93.9%',
        '1.8% of 113',
        '0.043',
        '0.053',
      ]),
      ['bare', '5', '–', '–', '–', '–', '–', '–', '–'],
    ]);
  });

  it('shows every figure of a suite', () => {
    expect(
      tableOf(root, /^Figures of iid$/)
        .slice(1)
        .map(([measure, value]) => [measure, value]),
    ).toEqual([
      ['Function right', '90.1% (87.2% to 92.5%)'],
      ['Call right', '81.3% (77.4% to 84.7%)'],
      ['Coverage', '61.8%'],
      ['Right when accepted', '93.9%'],
      ['Right at 70% coverage', '92.0%'],
      ['Acts wrongly', '1.8%'],
      ['ECE', '0.043'],
      ['Adaptive ECE', '0.047'],
      ['Brier score', '0.121'],
      ['NLL', '0.391'],
      ['AURC', '0.082'],
      ['AUGRC', '0.053'],
      ['Supervision steps', '2.317'],
    ]);
  });

  it('has a section a suite, which its links lead to', () => {
    const sections = elementsNamed(root, 'section').filter(({ attributes }) => attributes.id !== undefined);
    expect(sections.map((section) => textOf(elementsNamed(section, 'h2')[0] as Element))).toEqual([
      'Suite iid',
      'Suite unseen-alert',
      'Suite bare',
    ]);
    const ids = elementsOf(root).flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const links = elementsNamed(root, 'a').map(({ attributes }) => attributes.href ?? '');
    expect(links).toHaveLength(1 + 2 * FULL_PAGE.suites.length);
    for (const link of links) expect(ids).toContain(link.slice(1));
  });

  it('draws four charts a suite, and tells them in tables', () => {
    const section = elementsOf(root).find(({ attributes }) => attributes.id === 'suite-1') as Element;
    expect(elementsNamed(section, 'svg').map(({ attributes }) => attributes['aria-label'])).toEqual([
      'Reliability',
      'Risk and coverage',
      'Accuracy by recursion step',
      'Call right, against baselines',
    ]);
    expect(tableOf(section, /^Reliability/).slice(1)).toEqual([['50.0% to 100.0%', '417', '82.9%', '81.3%']]);
    expect(tableOf(section, /^Accuracy/).slice(1)).toEqual([
      ['1.1', '50.1%', '40.2%', '30.3%'],
      ['1.2', '60.1%', '50.2%', '40.3%'],
      ['2.1', '70.1%', '60.2%', '50.3%'],
    ]);
    expect(tableOf(section, /^Baselines/).slice(1)).toEqual([
      ['remediation v3', '90.1%', '81.3%', '1.8%'],
      ['alertname lookup', '51.2%', '44.6%', '11.9%'],
    ]);
    expect(tableOf(section, /^Expected function/)).toEqual([
      ['Expected', 'restart_pod', 'drain_node', '(none)'],
      ['restart_pod', '211', '3', '5'],
      ['drain_node', '7', '83', '·'],
      ['(none)', '2', '4', '102'],
    ]);
  });

  it('says what was measured, which bars were passed and which thresholds follow', () => {
    const facts = elementsNamed(root, 'dl').map(textOf).join();
    for (const fact of [
      '6,912,345',
      'ab'.repeat(32),
      '20000',
      '2026-01-31T08:00:00Z',
      'agent-trm evaluate --report "out"',
    ]) {
      expect(facts).toContain(fact);
    }
    expect(tableOf(root, /^Bars/).slice(1)).toEqual([
      ['Call right, iid', 'at least 85%', '81.3%', '✗ failed'],
      ['ECE, iid', 'at most 0.05', '0.0431', '✓ passed'],
      ['Unsafe actions', 'none of 299', '–', 'not measured'],
    ]);
    expect(textOf(root)).toContain('1 of 3 bars failed, 1 not measured.');
    expect(tableOf(root, /^Threshold/).slice(1)).toEqual([
      ['5.0%', '0.813', '44.4%'],
      ['1.0%', 'none keeps it', '–'],
    ]);
  });

  it('folds each wrong answer away under what it was', () => {
    const errors = elementsNamed(root, 'details').filter((details) =>
      /answered/.test(textOf(elementsNamed(details, 'summary')[0] as Element)),
    );
    expect(errors).toHaveLength(4);
    const [first, second] = errors.map(textOf) as [string, string];
    for (const text of [
      'test:20001',
      '97.2%',
      'restart_pod',
      'pod: api-7f9c',
      'restarts: 14',
      'replicas: 3',
      'pod: label pod',
      '41.4%',
    ]) {
      expect(first).toContain(text);
    }
    expect(first).not.toContain('THE END');
    expect(second).toContain('NothingWrong: answered drain_node at 95.2%, expected nothing to do');
  });

  it('can be read by ear: headings in order, tables with captions and scopes, scrolling by keyboard', () => {
    expect(elementsNamed(root, 'h1')).toHaveLength(1);
    const levels = elementsOf(root).flatMap(({ name }) => (/^h[1-6]$/.test(name) ? [Number(name[1])] : []));
    for (const [index, level] of levels.entries()) expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    for (const table of elementsNamed(root, 'table')) {
      expect(elementsNamed(table, 'caption')).toHaveLength(1);
      expect(
        elementsNamed(table, 'th').every(({ attributes }) => attributes.scope === 'col' || attributes.scope === 'row'),
      ).toBe(true);
      const widths = elementsNamed(table, 'tr').map(({ children }) => children.length);
      expect(new Set(widths).size).toBe(1);
    }
    const scrolling = elementsOf(root).filter(({ attributes }) => attributes.class === 'scroll');
    expect(scrolling).toHaveLength(elementsNamed(root, 'table').length);
    expect(
      scrolling.every(({ attributes }) => attributes.tabindex === '0' && attributes['aria-label'] !== undefined),
    ).toBe(true);
    expect(root.attributes.lang).toBe('en');
  });
});

describe('what comes from outside', () => {
  const hostile: EvaluationPage = {
    ...FULL_PAGE,
    command: HOSTILE,
    measuredAt: HOSTILE,
    model: { name: HOSTILE, version: HOSTILE, hashes: { [HOSTILE]: HOSTILE } },
    suites: [
      {
        ...FULL_SUITE,
        name: HOSTILE,
        description: HOSTILE,
        confusion: {
          classes: [HOSTILE, '(none)'],
          counts: [
            [1, 2],
            [3, 4],
          ],
        },
        baselines: [{ baseline: HOSTILE, functionAccuracy: 0.5, callAccuracy: 0.4 }],
      },
    ],
    gate: [{ measure: HOSTILE, bar: HOSTILE, value: HOSTILE, passed: true }],
  };

  it.each([
    ['a full page', FULL_PAGE],
    ['hostile names', hostile],
  ])('stays text: %s', (_, page) => {
    const root = parse(page);
    const names = new Set(elementsOf(root).map(({ name }) => name));
    for (const name of ['script', 'img', 'iframe', 'object', 'link', 'base', 'form']) expect(names).not.toContain(name);
    for (const { attributes } of elementsOf(root)) {
      expect(Object.keys(attributes).filter((name) => /^(on|src)/i.test(name))).toEqual([]);
      if (attributes.href !== undefined) expect(attributes.href).toMatch(/^#[a-z0-9-]+$/);
      if (attributes.style !== undefined)
        expect(attributes.style).toMatch(/^(--share:[\d.]+|(fill|stroke):var\(--chart-\d,#[0-9a-f]{6}\))$/);
    }
    expect(textOf(bodyOf(root))).toContain('<script>alert(1)</script>');
  });

  it('asks for nothing from elsewhere, and forbids it', () => {
    for (const text of [evaluationPage(FULL_PAGE), evaluationPage(hostile)]) {
      expect(text).not.toMatch(/\ssrc\s*=\s*["']|@import|\burl\(/i);
      expect(
        [...text.matchAll(/\shref\s*=\s*(\S+?)[\s>]/gi)].filter(([, target]) => !target?.startsWith('"#')),
      ).toEqual([]);
      const addresses = [...text.matchAll(/https?:\/\/[^"\s<]+/g)].map(([address]) => address);
      expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']));
      expect(text).toContain('http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;');
    }
  });
});

describe('what was not measured', () => {
  it('is left out', () => {
    const root = parse(BARE);
    expect(elementsNamed(root, 'svg')).toEqual([]);
    expect(elementsNamed(root, 'details')).toEqual([]);
    expect(elementsNamed(root, 'h3').map(textOf)).toEqual(['What was measured']);
    expect(textOf(bodyOf(root))).not.toMatch(/undefined|null|NaN/);
    expect(textOf(bodyOf(parse({ ...BARE, suites: [] })))).toContain('Summary');
  });

  it('looks the same as NaN, as null and as nothing', () => {
    const withFigures = (value: number | null): EvaluationPage => ({
      ...BARE,
      suites: [
        {
          name: 'bare',
          cases: 5,
          figures: { selectiveAccuracy: value, ece: value, callAccuracy: { value, low: value, high: value } },
        },
      ],
    });
    expect(evaluationPage(withFigures(Number.NaN))).toBe(evaluationPage(withFigures(null)));
    expect(tableOf(parse(withFigures(null)), /^All suites/)[1]).toEqual([
      'bare',
      '5',
      '–',
      '–',
      '–',
      '–',
      '–',
      '–',
      '–',
    ]);
  });

  it('says that no threshold keeps a risk', () => {
    expect(textOf(parse({ ...BARE, riskThresholds: 'none' }))).toContain('No threshold could be derived');
  });
});
