import { type Insert, type Markup, markup, shorten } from '../../charts/index.js';
import { ABSENT, folded, percent, table, termList } from './elements.js';
import type { WorstError } from './page-data.js';

/** Characters of a value, and entries of a record, that are shown. */
const VALUE_LENGTH = 240;
const ENTRIES = 40;

/** The most confident wrong answers, each folded away under what was expected and what came. */
export function worstErrors(errors: readonly WorstError[]): Markup {
  return markup`
    <h3>Worst errors</h3>
    <p>Wrong answers, the most confident ones first. Open one to see the alert and how the answer came about.</p>
    ${errors.map(errorDetails)}`;
}

function errorDetails(error: WorstError): Markup {
  const { alert, answered, catalog = [], expected, expectedParameters, trace = [] } = error;
  const wanted = expected.length === 0 ? 'nothing to do' : expected.map((name) => shorten(name, 80)).join(' or ');
  const given = shorten(answered.lambdaFunction ?? 'nothing to do', 80);
  const alertName = Object.hasOwn(alert.labels, 'alertname') ? alert.labels.alertname : undefined;
  const name = markup`<strong>${shorten(alertName ?? error.id, 80)}</strong>`;
  const sure = percent(error.confidence);
  const summary = markup`${name}: answered <code>${given}</code> at ${sure}, expected <code>${wanted}</code>`;
  const facts = termList([
    ['Case', code(error.id)],
    ['Answered', markup`${code(given)}${record(answered.parameters)}`],
    ['Expected', markup`${code(wanted)}${record(expectedParameters)}`],
    ['Confidence', percent(error.confidence)],
    ['Cause named', error.cause && code(error.cause)],
    ['Labels', record(alert.labels)],
    ['Annotations', record(alert.annotations)],
    ['Metrics', record(alert.metrics)],
    ['Functions presented', catalog.length > 0 && code(shorten(catalog.join(', '), 10 * VALUE_LENGTH))],
  ]);
  return folded(summary, [facts, trace.length > 0 && traceTable(error.id, trace)]);
}

function traceTable(id: string, trace: NonNullable<WorstError['trace']>): Markup {
  return table(
    `Trace of ${shorten(id, 80)}`,
    [
      { heading: 'Step', numeric: true },
      { heading: 'H cycle', numeric: true },
      { heading: 'Function' },
      { heading: 'Confidence', numeric: true },
    ],
    trace.map((line) => [line.step, line.hCycle, code(line.function ?? 'nothing to do'), percent(line.confidence)]),
  );
}

/** Names with values, one a line; undefined when there are none. */
function record(values: Readonly<Record<string, unknown>> | undefined): Markup | undefined {
  const entries = Object.entries(values ?? {});
  if (entries.length === 0) return undefined;
  const more = entries.length - ENTRIES;
  return markup`<ul class="code">${entries
    .slice(0, ENTRIES)
    .map(
      ([name, value]): Insert => markup`<li><bdi>${shorten(name, 80)}</bdi>: <bdi>${valueText(value)}</bdi></li>`,
    )}${more > 0 && markup`<li>and ${more} more</li>`}</ul>`;
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? ABSENT);
  return shorten(text, VALUE_LENGTH);
}

function code(text: string): Markup {
  return markup`<code><bdi>${shorten(text, 10 * VALUE_LENGTH)}</bdi></code>`;
}
