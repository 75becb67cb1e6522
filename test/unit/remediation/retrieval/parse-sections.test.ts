import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertKey } from '../../../../src/remediation/retrieval/alert-key.js';
import { MARKDOWN_LIMITS } from '../../../../src/remediation/retrieval/markdown/bound-markdown.js';
import { parseSections } from '../../../../src/remediation/retrieval/markdown/parse-sections.js';
import type { RunbookSection } from '../../../../src/remediation/retrieval/section.js';

const namesOf = (section: RunbookSection | undefined) =>
  Object.fromEntries((section?.names ?? []).map(({ name, weight }) => [name, weight]));
const only = (markdown: string): RunbookSection => {
  const sections = parseSections(markdown);
  expect(sections).toHaveLength(1);
  return sections[0] as RunbookSection;
};

describe('parseSections', () => {
  it('splits at headings and keeps their path, anchor and line', () => {
    const sections = parseSections('intro\n\n# A\n\none\n\n## B, really\n\ntwo\n\n## B, really\n\nthree\n\n# C\nfour');
    expect(sections.map(({ anchor, line, headings, text }) => ({ anchor, line, headings, text }))).toEqual([
      { anchor: '', line: 1, headings: [], text: 'intro' },
      { anchor: 'a', line: 3, headings: ['A'], text: 'one' },
      { anchor: 'b-really', line: 7, headings: ['A', 'B, really'], text: 'two' },
      { anchor: 'b-really-1', line: 11, headings: ['A', 'B, really'], text: 'three' },
      { anchor: 'c', line: 15, headings: ['C'], text: 'four' },
    ]);
  });

  it('knows alerts by heading, field, backticks and the heading above', () => {
    const sections = parseSections(
      '# PodCrashLooping\nx\n## Remediation\nSee `KubeNodeDown`.\n# Other\n**Alerts:** A_One, `BTwo`\n\n## Steps\ny',
    );
    const [, remediation, other, steps] = sections;
    expect(remediation?.alerts).toContain(alertKey('PodCrashLooping'));
    expect(remediation?.mentions).toEqual([alertKey('KubeNodeDown')]);
    expect(other?.alerts).toEqual(expect.arrayContaining(['aone', 'btwo']));
    expect(steps?.alerts).toEqual(expect.arrayContaining(['aone', 'btwo']));
    expect(parseSections('# Pod crash looping\nx')[0]?.alerts).toContain(alertKey('pod_crash_looping'));
  });

  it('makes a section of each row of a table of alerts', () => {
    const sections = parseSections(
      '# T\n\n| Alert | Function | Parameters |\n|-|-|-|\n| PodDown | pod-restart | name={{ $labels.pod }} |\n| B | `x` | |',
    );
    expect(sections.map(({ headings, anchor }) => [headings.at(-1), anchor])).toEqual([
      ['PodDown', 't'],
      ['B', 't'],
    ]);
    expect(sections[0]?.alerts).toContain('poddown');
    expect(namesOf(sections[0])).toHaveProperty('pod-restart', 2);
    expect(sections[0]?.calls).toEqual([{ parameters: { name: '{{ $labels.pod }}' } }]);
  });

  it.each([
    ['a call in code', 'Run `pod-restart name={{ $labels.pod }}`.', 'pod-restart', { name: '{{ $labels.pod }}' }],
    ['a call with brackets', '`pod-restart(name="a b", type=pod)`', 'pod-restart', { name: 'a b', type: 'pod' }],
    [
      'JSON in a fence',
      '```json\n{"function": "pod-restart", "arguments": "{\\"name\\": \\"x\\"}"}\n```',
      'pod-restart',
      { name: 'x' },
    ],
    [
      'a tool call',
      '```\n{"function": {"name": "pod-restart", "arguments": {"name": "x"}}}\n```',
      'pod-restart',
      { name: 'x' },
    ],
  ])('reads %s', (_, markdown, lambdaFunction, parameters) => {
    const { calls, names } = only(markdown);
    expect(calls).toContainEqual({ lambdaFunction, parameters });
    expect(names.map(({ name }) => name)).toContain(lambdaFunction);
  });

  it('reads parameters that stand alone, and no prose, logs or manifests', () => {
    const read = (markdown: string) => Object.assign({}, ...only(markdown).calls.map(({ parameters }) => parameters));
    expect(read('- `name`: `{{ $labels.pod }}` (the pod)')).toEqual({ name: '{{ $labels.pod }}' });
    expect(read('| Parameter | Value |\n|-|-|\n| name | {{ $labels.pod }} |')).toEqual({ name: '{{ $labels.pod }}' });
    expect(read('```yaml\nlambda_function: x\nname: a\n```')).toMatchObject({ name: 'a' });
    expect(read('Type: availability\nnamespace: shop')).toEqual({});
    expect(read('```yaml\nkind: Pod\nmetadata:\n  name: a\n  namespace: b\n```')).toEqual({});
    expect(read('```json\n{"labels": {"namespace": "b"}, "namespace": "c"}\n```')).toEqual({});
  });

  it('passes over functions that are not to be used', () => {
    expect(namesOf(only('Never use `a-b`. Use `c-d`; do not use `e-f`.'))).toEqual({ 'c-d': 1 });
  });

  it('reads no HTML, no comment and no target of a link', () => {
    const { text, names, calls } = only(
      'a <!-- `hidden-one` Function: hidden-two --> b <b>c</b> [d](http://x/`hidden-three`)\n\n<div>\n`hidden-four`\n</div>\n\nend',
    );
    expect(text).toBe('a b c d end');
    expect(JSON.stringify([names, calls])).not.toContain('hidden');
  });

  it('keeps control and bidirectional characters out of the text', () => {
    expect(only('a\u202eb\u0007c\u200bd\u0001`x`\u0002').text).toBe('abcdx');
  });

  it.each([
    ['an unclosed fence', '# A\n```json\n{"lambda_function": "pod-restart"'],
    ['quotes within quotes', `${'>'.repeat(20_000)} x`],
    ['lists within lists', Array.from({ length: 200 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n')],
    ['lists within lists on a line', '- '.repeat(2_000)],
    ['open brackets', '['.repeat(50_000)],
    ['closing brackets', 'a]\n'.repeat(4_000)],
    ['emphasis', '*a **b _c '.repeat(2_000)],
    ['backticks of every length', Array.from({ length: 200 }, (_, length) => '`'.repeat(length)).join(' a ')],
    ['a wide table', `|${'a|'.repeat(400)}\n|${'-|'.repeat(400)}\n|${'`b`|'.repeat(240)}`],
    ['HTML that is not closed', '<div '.repeat(5_000)],
    ['braces', `\`\`\`\n${'{'.repeat(20_000)}`],
    ['headings', '# a\n'.repeat(800)],
    ['definitions', '[a]: <b\n'.repeat(800)],
  ])('ends for %s', (_, markdown) => {
    for (const section of parseSections(markdown)) expect(section.text.length).toBeLessThanOrEqual(4_096);
  });

  it('leaves out what is behind a limit, and no line', () => {
    const long = `${'x'.repeat(MARKDOWN_LIMITS.lineLength)} \`hidden-name\`\n\n# B\nb`;
    const sections = parseSections(long);
    expect(sections[1]).toMatchObject({ anchor: 'b', line: 3 });
    expect(namesOf(sections[0])).not.toHaveProperty('hidden-name');
  });

  it('never throws, and gives lines of the text', () => {
    const piece = fc.constantFrom(
      '# ',
      '## ',
      '`',
      '```\n',
      '|',
      '\n',
      '{',
      '}',
      '"a": ',
      '[',
      '](',
      '<!--',
      '-->',
      '- ',
      '> ',
      'Alert: ',
      'Function: ',
      '{{ $labels.pod }}',
      'name=',
      '\u202e',
      '\ud800',
      'PodDown',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 60 }), (pieces) => {
        const markdown = pieces.join('');
        const lines = markdown.split(/\r\n|\r|\n/).length;
        for (const section of parseSections(markdown)) {
          expect(section.line).toBeGreaterThanOrEqual(1);
          expect(section.line).toBeLessThanOrEqual(lines);
          expect(section.text).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        }
      }),
      { numRuns: 200 },
    );
  });
});
