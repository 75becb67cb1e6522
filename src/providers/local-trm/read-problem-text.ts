import { quote } from '../../domain/describe.js';
import { DEFAULT_CATALOG } from '../../domain/index.js';
import { describeAlerts, isPlaceholder, labelKey, moreThanOneAlert } from './one-alert.js';
import type { PairSection } from './pair-section.js';
import type { Pair } from './read-pairs.js';
import { splitSections } from './split-sections.js';

/** An alert as a text gives it, which is yet to be checked. */
export interface WrittenAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number | string>>;
}

// No two ways to match the same run of characters, as in every pattern for what comes from outside.
/** `- name(first, second): what it does`, the list of parameters and the description being optional. */
const FUNCTION = /^(?:[-*•]|\d+[.)])\s*`?([\w.-]+)`?\s*(?:\(([^)]*)\)`?\s*)?(?:[:–-]\s*(.*))?$/su;
const ALERT_NAME = 'alertname';
const METRIC_NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * Reads the prompt form that the agents use:
 *
 *     Alert Name: PodCrashLoopBackOff
 *     Labels: {"pod": "shop-0", "namespace": "shop"}        (or `key: value` or `key=value`, one a line or by commas)
 *     Annotations: {"summary": "..."}
 *     Available Lambda Functions:
 *     - pod-restart(name, namespace): Deletes the pod ...
 *
 * The name may also stand among the labels, as `alertname`. It and the labels may be given again, as long as they say the
 * same. Functions of the default catalog keep their own schema; of others, every parameter is a required string. Returns
 * undefined for a text without an alert name.
 *
 * @throws InvalidInputError for a text of two alerts (names or lists of labels that differ), and for an object whose
 *   braces stay open
 */
export function readProblemText(text: string): { alert: WrittenAlert; catalog: unknown } | undefined {
  const { annotations, metrics, functions: lines, ...sections } = splitSections(text);
  const groups = sections.labels.flatMap((section) => section.groups());
  const listed = groups.flat().filter(isName);
  const name = oneName([...sections.names, ...listed.map(([, value]) => value)]);
  if (name === undefined) return undefined;
  for (const section of [...sections.labels, annotations, metrics]) section?.requireClosed();
  const functions = lines.flatMap(readFunction);
  return {
    alert: {
      labels: { ...oneLabels(name, groups), [ALERT_NAME]: name },
      annotations: Object.fromEntries(pairsOf(annotations)),
      metrics: Object.fromEntries(
        pairsOf(metrics).map(([key, value]) => [key, METRIC_NUMBER.test(value) ? Number(value) : value]),
      ),
    },
    catalog: functions.length > 0 ? functions : undefined,
  };
}

function oneName(written: readonly string[]): string | undefined {
  const cleaned = written.map((each) => each.replaceAll(/[`"*]|^'|'$/g, '').trim());
  const names = [...new Set(cleaned)].filter((each) => each !== '' && !isPlaceholder(each));
  if (names.length > 1) throw moreThanOneAlert(describeAlerts(names));
  return names[0];
}

/** The labels beside the name, which every list of them has to agree on. */
function oneLabels(name: string, groups: readonly (readonly Pair[])[]): Record<string, string> {
  const lists = groups
    .flatMap(splitAtNames)
    .filter((group) => group.length > 0)
    .map(toLabels);
  const different = [...new Set(lists.map(labelKey))];
  if (different.length > 1) throw moreThanOneAlert(describeAlerts(different.map(() => name)));
  return lists[0] ?? {};
}

/** The labels without the name. Where it is listed twice, each time with labels, these are of an alert of their own. */
function splitAtNames(group: readonly Pair[]): Pair[][] {
  const labels = group.filter((pair) => !isName(pair));
  if (group.length - labels.length < 2) return [labels];
  const lists: Pair[][] = [[]];
  for (const pair of group) {
    if (isName(pair)) lists.push([]);
    else lists.at(-1)?.push(pair);
  }
  return lists;
}

function toLabels(pairs: readonly Pair[]): Record<string, string> {
  const labels = new Map<string, string>();
  for (const [key, value] of pairs) {
    const other = labels.get(key) ?? value;
    if (other !== value) {
      throw moreThanOneAlert(`labels with ${quote(other)} and with ${quote(value)} as ${quote(key)}`);
    }
    labels.set(key, value);
  }
  return Object.fromEntries(labels);
}

function isName([key]: Pair): boolean {
  return key.toLowerCase() === ALERT_NAME;
}

function pairsOf(section: PairSection | undefined): readonly Pair[] {
  return section?.groups()[0] ?? [];
}

function readFunction(line: string): unknown[] {
  const match = FUNCTION.exec(line);
  if (!match) return [];
  const [, name, list, description] = match as unknown as [string, string, string | undefined, string | undefined];
  const known = DEFAULT_CATALOG.find((entry) => entry.name === name);
  const parameters = list?.split(',').flatMap((entry) => /[\w.-]+/.exec(entry)?.[0] ?? []) ?? [];
  return [
    {
      name,
      description: description?.trim() || known?.description || name,
      parameters: known?.parameters ?? {
        type: 'object',
        properties: Object.fromEntries(parameters.map((parameter) => [parameter, { type: 'string' }])),
        required: parameters,
      },
      ...(known && { risk: known.risk }),
    },
  ];
}
