import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barChart, lineChart, markup, type Point, reliabilityChart } from '../../../../src/training/charts/index.js';
import { thinPoints } from '../../../../src/training/charts/svg/thin-points.js';
import { type Element, elementsNamed, elementsOf, parseMarkup, textOf } from './parse-markup.js';

const HOSTILE = `<script>alert(1)</script> "a" 'b' & javascript:x \u0000\ud800\u202e`;
const axes = { title: 'Loss', xLabel: 'step', yLabel: 'loss' };

/** Numbers of a path's `d`, as [x, y] of its absolute M and L commands. */
const cornersOf = (path: Element): Point[] =>
  [...(path.attributes.d ?? '').matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

const seriesOf = (svg: Element): Element[] => elementsOf(svg).filter(({ attributes }) => attributes.class === 'series');

const lineOf = (group: Element | undefined): Point[] =>
  cornersOf(elementsNamed(group as Element, 'path')[0] as Element);

describe('the strict parser of these tests', () => {
  it.each(['<a><b></a></b>', '<a>', '<a/><b/>', '<a b=c/>', '<a b="<"/>', '<a>1 & 2</a>', '<a b="1" b="2"/>', 'x < y'])(
    'refuses %s',
    (text) => {
      expect(() => parseMarkup(text)).toThrow();
    },
  );
});

describe('markup', () => {
  it('is what its templates say, and text is what is put into them', () => {
    const item = (text: string) => markup`<li title="${text}">${text}</li>`;
    const list = markup`
      <ul class="a"
        id="b">
        ${[item('<b>'), item('"&')]}
        ${false}${undefined}${null}${0}
      </ul>`;
    expect(list.toString()).toBe(
      '<ul class="a" id="b"><li title="&lt;b&gt;">&lt;b&gt;</li><li title="&quot;&amp;">&quot;&amp;</li> 0</ul>',
    );
    expect(markup`${'a\n  b'}`.toString()).toBe('a\n  b');
  });

  it('cannot be forged by an object that looks like it', () => {
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(markup`${forged}`.toString()).toBe('&lt;script&gt;');
  });
});

describe('a line chart', () => {
  it('is an image with a name and a description', () => {
    const svg = parseMarkup(
      lineChart({
        ...axes,
        series: [
          {
            name: 'train',
            points: [
              [1, 5],
              [2, 3],
              [3, 4],
            ],
          },
        ],
      }),
    );
    expect(svg.name).toBe('svg');
    expect(svg.attributes).toMatchObject({ role: 'img', 'aria-label': 'Loss', xmlns: 'http://www.w3.org/2000/svg' });
    expect(svg.children.slice(0, 2).map((child) => (child as Element).name)).toEqual(['title', 'desc']);
    expect(textOf(svg.children[1] as Element)).toContain('train: 3 points from 5 to 4, lowest 3, highest 5.');
  });

  it('puts points where their values are: in proportion, upwards, within the picture', () => {
    const svg = parseMarkup(
      lineChart({
        ...axes,
        width: 600,
        height: 200,
        yDomain: [0, 4],
        series: [
          {
            name: 'a',
            points: [
              [0, 0],
              [1, 1],
              [2, 2],
              [4, 4],
            ],
          },
        ],
      }),
    );
    const [first, second, third, last] = lineOf(seriesOf(svg)[0]) as [Point, Point, Point, Point];
    expect(last[0] - first[0]).toBeGreaterThan(450);
    expect(first[1] - last[1]).toBeGreaterThan(100);
    for (const axis of [0, 1] as const) {
      expect((second[axis] - first[axis]) / (last[axis] - first[axis])).toBeCloseTo(0.25, 2);
      expect((third[axis] - first[axis]) / (last[axis] - first[axis])).toBeCloseTo(0.5, 2);
    }
  });

  it('leaves out what is not finite, and a series that has nothing else', () => {
    const points: Point[] = [
      [1, 1],
      [2, Number.NaN],
      [Number.POSITIVE_INFINITY, 3],
      [4, Number.NEGATIVE_INFINITY],
      [5, 1e308],
      [6, 2],
    ];
    const svg = parseMarkup(
      lineChart({
        ...axes,
        series: [
          { name: 'empty', points: [[1, Number.NaN]] },
          { name: 'a', points },
        ],
      }),
    );
    expect(seriesOf(svg).map((group) => lineOf(group).length)).toEqual([2]);
    expect(lineChart({ ...axes, series: [{ name: 'a', points }] })).not.toMatch(/NaN|Infinity/);
  });

  it.each([
    ['no series', []],
    ['an empty series', [{ name: 'a', points: [] }]],
    ['only NaN', [{ name: 'a', points: [[1, Number.NaN] as const] }]],
  ])('says that there is no data: %s', (_, series) => {
    const svg = parseMarkup(lineChart({ ...axes, series }));
    expect(textOf(svg)).toContain('no data');
    expect(seriesOf(svg)).toEqual([]);
  });

  it('tells series apart without colour, in a legend too', () => {
    const names = ['one', 'two', 'three'];
    const svg = parseMarkup(
      lineChart({
        ...axes,
        series: names.map((name, index) => ({
          name,
          points: [
            [0, index],
            [1, index + 1],
          ],
        })),
      }),
    );
    const dashes = seriesOf(svg).map((group) => elementsNamed(group, 'path')[0]?.attributes['stroke-dasharray']);
    expect(new Set(dashes).size).toBe(3);
    const legend = elementsOf(svg).find(({ attributes }) => attributes.class === 'legend');
    expect(elementsNamed(legend as Element, 'text').map(textOf)).toEqual(names);
  });

  it('escapes every text', () => {
    const svg = lineChart({
      title: HOSTILE,
      xLabel: HOSTILE,
      yLabel: HOSTILE,
      series: [
        { name: HOSTILE, points: [[0, 1]] },
        { name: 'b', points: [[0, 2]] },
      ],
      marks: [{ x: 0, label: HOSTILE }],
    });
    const root = parseMarkup(svg);
    expect(elementsNamed(root, 'script')).toEqual([]);
    expect(root.attributes['aria-label']).toBe(`<script>alert(1)</script> "a" 'b' & javascript:x \ufffd\ufffd\ufffd`);
    for (const character of ['\u0000', '\ud800', '\u202e']) expect(svg).not.toContain(character);
  });

  it('is well-formed and inside of its picture for any numbers', () => {
    const point = fc.tuple(fc.double(), fc.double());
    fc.assert(
      fc.property(fc.array(fc.array(point, { maxLength: 50 }), { maxLength: 4 }), (lists) => {
        const svg = parseMarkup(
          lineChart({ ...axes, series: lists.map((points, index) => ({ name: `${index}`, points })) }),
        );
        for (const group of seriesOf(svg)) {
          for (const [x, y] of lineOf(group)) {
            expect(x).toBeGreaterThanOrEqual(0);
            expect(x).toBeLessThanOrEqual(440);
            expect(y).toBeGreaterThanOrEqual(0);
            expect(y).toBeLessThanOrEqual(300);
          }
        }
      }),
    );
  });

  it('writes the labels of marks only where they do not run into each other', () => {
    const svg = lineChart({
      ...axes,
      series: [
        {
          name: 'a',
          points: [
            [0, 1],
            [100, 2],
          ],
        },
      ],
      marks: [
        { x: 0, label: 'first' },
        { x: 1, label: 'hidden' },
        { x: 60, label: 'second' },
        { x: 500, label: 'outside' },
      ],
    });
    const texts = elementsNamed(parseMarkup(svg), 'text').map(textOf);
    expect(texts).toEqual(expect.arrayContaining(['first', 'second']));
    expect(texts).not.toEqual(expect.arrayContaining(['hidden']));
    expect(svg).not.toContain('outside');
  });
});

describe('thinning a line', () => {
  it('keeps its ends, its peaks and its order', () => {
    const points = Array.from(
      { length: 5000 },
      (_, index): Point => [index, index === 1234 ? 99 : index === 4321 ? -99 : index % 3],
    );
    const thinned = thinPoints(points, 300);
    expect(thinned.length).toBeLessThanOrEqual(302);
    expect(thinned[0]).toEqual([0, 0]);
    expect(thinned.at(-1)).toEqual(points.at(-1));
    expect(thinned).toEqual(
      expect.arrayContaining([
        [1234, 99],
        [4321, -99],
      ]),
    );
    expect(thinned.map(([x]) => x)).toEqual(thinned.map(([x]) => x).toSorted((left, right) => left - right));
    expect(thinPoints(points.slice(0, 300), 300)).toHaveLength(300);
  });
});

describe('a reliability chart', () => {
  const bin = (lower: number, count: number, accuracy: number | null) => ({
    lower,
    upper: lower + 0.2,
    count,
    accuracy,
    meanConfidence: accuracy === null ? null : lower + 0.1,
  });

  it('has a bar a filled bin, as high as its accuracy, with its count', () => {
    const svg = parseMarkup(reliabilityChart([bin(0, 0, null), bin(0.4, 31, 0.25), bin(0.8, 12_345, 1)]));
    const heights = elementsNamed(svg, 'rect').map(({ attributes }) => Number(attributes.height));
    expect(heights).toHaveLength(2);
    expect((heights[0] as number) / (heights[1] as number)).toBeCloseTo(0.25, 2);
    const texts = elementsNamed(svg, 'text').map(textOf);
    expect(texts).toEqual(expect.arrayContaining(['31', '12k', '0%', '100%']));
    expect(textOf(elementsNamed(svg, 'desc')[0] as Element)).toContain(
      '40.0% to 60.0%: 31 answers, 25.0% right, mean confidence 50.0%',
    );
  });

  it('says that there is no data', () => {
    for (const bins of [[], [bin(0, 0, null)], [bin(0, 3, Number.NaN)]])
      expect(textOf(parseMarkup(reliabilityChart(bins)))).toContain('no data');
  });
});

describe('a bar chart', () => {
  it('has a bar a finite value, as long as the value, with its interval', () => {
    const bars = [
      { name: 'model', value: 0.8, low: 0.75, high: 0.85, emphasis: true },
      { name: '<b>rules</b>', value: 0.4 },
      { name: 'unknown', value: Number.NaN },
    ];
    const svg = parseMarkup(
      barChart({ title: 'Call right', xLabel: 'call right', unit: 'share', xDomain: [0, 1], bars }),
    );
    const widths = elementsNamed(svg, 'rect').map(({ attributes }) => Number(attributes.width));
    expect(widths).toHaveLength(2);
    expect((widths[1] as number) / (widths[0] as number)).toBeCloseTo(0.5, 2);
    const titles = elementsNamed(svg, 'title').map(textOf);
    expect(titles).toEqual(['Call right', 'model: 80.0% (75.0% to 85.0%)', '<b>rules</b>: 40.0%']);
  });

  it('draws negative values to the other side, and says that there is no data', () => {
    const svg = parseMarkup(
      barChart({
        title: 't',
        xLabel: 'x',
        bars: [
          { name: 'a', value: -2 },
          { name: 'b', value: 2 },
        ],
      }),
    );
    const [left, right] = elementsNamed(svg, 'rect').map(({ attributes }) => Number(attributes.x));
    expect(left).toBeLessThan(right as number);
    expect(textOf(parseMarkup(barChart({ title: 't', xLabel: 'x', bars: [] })))).toContain('no data');
  });
});
