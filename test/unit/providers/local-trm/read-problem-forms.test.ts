import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { readProblem } from '../../../../src/providers/local-trm/index.js';

type Labels = Readonly<Record<string, string>>;
type Form = (labels: Labels) => string;

const lines =
  (title: string, write: (key: string, value: string) => string, separator = '\n'): Form =>
  (labels) =>
    title +
    Object.entries(labels)
      .map(([key, value]) => write(key, value))
      .join(separator);

/** The ways in which prompts give labels, `alertname` among them. */
const FORMS: readonly Form[] = [
  (labels) => `Labels: ${JSON.stringify(labels)}`,
  (labels) => `Labels:\n${JSON.stringify(labels, null, 2)}`,
  (labels) => `Labels:\n\`\`\`json\n${JSON.stringify(labels, null, 2)}\n\`\`\``,
  ({ alertname, ...labels }) => `Alert Name: ${alertname}\nLabels: ${JSON.stringify(labels)}`,
  ({ alertname, ...labels }) =>
    `**Alert Name:** ${alertname}\n${lines('**Labels:**\n', (k, v) => `- **${k}**: ${v}`)(labels)}`,
  lines('Labels: ', (key, value) => `${key}=${value}`, ', '),
  lines('Labels: ', (key, value) => `${key}: ${value}`, ', '),
  lines('Labels: ', (key, value) => `${key}=${value}`, ',\n  '),
  lines('Labels:\n', (key, value) => `${key}: ${value}`),
  lines('Labels:\n\n', (key, value) => `- ${key}: ${value}`),
  lines('Labels:\n', (key, value) => `- \`${key}\` = "${value}"`, '\n\n'),
  (labels) => `${lines('Labels: {', (key, value) => `${key}="${value}"`, ', ')(labels)}}`,
  (labels) => `${lines('Labels: {\n', (key, value) => `  ${key}="${value}",`)(labels)}\n}`,
  (labels) => `${lines('Labels: {', (key, value) => `'${key}': '${value}'`, ', ')(labels)}}`,
  (labels) => `Alert: ${JSON.stringify({ labels, status: 'firing' })}`,
  (labels) => `\`\`\`json\n${JSON.stringify({ alerts: [{ labels }], version: '4' }, null, 2)}\n\`\`\``,
];

/** What stands before or behind the alert in a prompt, and says nothing about it. */
const AROUND: readonly string[] = [
  'Which function should be called?',
  'You are an SRE. Reply as {"function": "...", "parameters": {"pod": "..."}}',
  'Reply as {\n  "alertname": "...",\n  "pod": "..."\n}',
  'Reply as {"function": <name>, "parameters": {...}}',
  'Use {braces} or [brackets], it\'s up to you: "quoted".',
  '## Rules\n- pod: never guess it',
  'Question: what is to be done?',
  'Annotations: {"summary": "pod=a, namespace=b"}',
  'Metrics: cpu=85, memory=high',
  'Available Functions:\n- pod-restart(name, namespace): Deletes the pod\n- wake(pod)',
  '',
];

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/);
const alertname = fc.stringMatching(/^[A-Z][a-zA-Z]{2,12}$/);
const labels = fc
  .tuple(alertname, fc.dictionary(fc.constantFrom('pod', 'namespace', 'node', 'job', 'app_name'), word, { minKeys: 1 }))
  .map(([name, others]): Labels => ({ alertname: name, ...others }));
const form = fc.constantFrom(...FORMS);
const around = fc.constantFrom(...AROUND);

describe('the forms of an alert in a prompt', () => {
  it('all say the same, whatever stands around them', () => {
    const property = fc.property(labels, form, around, around, (given, write, before, behind) => {
      const problem = readProblem(`${before}\n\n${write(given)}\n\n${behind}`);
      expect({ ...problem?.alert.labels }).toEqual(given);
    });
    fc.assert(property, { numRuns: 400 });
  });

  it('may repeat the alert in another form', () => {
    const property = fc.property(labels, form, form, around, (given, write, again, between) => {
      const problem = readProblem(`${write(given)}\n\n${between}\n\n${again(given)}`);
      expect({ ...problem?.alert.labels }).toEqual(given);
    });
    fc.assert(property, { numRuns: 400 });
  });

  it('are refused with another alert before or behind', () => {
    const key = ({ alertname: name, ...others }: Labels) => JSON.stringify([name, Object.entries(others).sort()]);
    const two = fc.tuple(labels, labels).filter(([first, second]) => key(first) !== key(second));
    const property = fc.property(two, form, form, around, ([first, second], write, other, between) => {
      const text = `${write(first)}\n\n${between}\n\n${other(second)}`;
      // The labels of a heading may be some of those in JSON, which then is the alert.
      const isPart = (part: Labels, whole: Labels) =>
        Object.entries(part).every(([name, value]) => whole[name] === value);
      fc.pre(!isPart(first, second) && !isPart(second, first));
      expect(() => readProblem(text)).toThrow(/^alerts: expected one alert a request/);
    });
    fc.assert(property, { numRuns: 400 });
  });

  it('and any other text give an alert, none, or a clear error', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '`',
        '\\',
        ':',
        '=',
        ',',
        '\n',
        '\n\n',
        ' ',
        '- ',
        '#',
        '**',
        '<',
        '>',
      ),
      fc.constantFrom(
        'Alert Name: ',
        'Labels: ',
        'Annotations:',
        'Metrics:',
        'Available Functions:',
        'alertname',
        '"labels"',
      ),
      fc.constantFrom('__proto__', 'constructor', '{"labels": {"alertname": "A"}}', '"alert": ', 'null'),
      fc.string({ unit: 'binary', maxLength: 5 }),
      word,
    );
    const property = fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        const problem = readProblem(pieces.join(''));
        if (problem) expect(problem.alert.labels['alertname']).toMatch(/\S/);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
