import { isObject } from '../../core/is-object.js';
import { type Alert, type Catalog, DEFAULT_CATALOG, parseAlerts, parseCatalog } from '../../domain/index.js';
import { findJson, type JsonStretch } from './json-in-text.js';
import { describeAlerts, isPlaceholder, labelKey, moreThanOneAlert } from './one-alert.js';
import { readProblemText, type WrittenAlert } from './read-problem-text.js';

/** An alert and the functions to choose from. */
export interface Problem {
  readonly alert: Alert;
  readonly catalog: Catalog;
}

/** Names under which a catalog comes beside an alert. */
const CATALOG_KEYS: readonly string[] = [
  'catalog',
  'functions',
  'tools',
  'available_functions',
  'available_lambda_functions',
];

/** The fields of Alertmanager's webhook, version 4. */
const WEBHOOK_KEYS: readonly string[] = [
  'receiver',
  'status',
  'alerts',
  'groupLabels',
  'commonLabels',
  'commonAnnotations',
  'externalURL',
  'version',
  'groupKey',
  'truncatedAlerts',
];

/** Of an alert, a webhook or a CloudEvent, one that makes it such. */
const ALERT_KEYS: readonly string[] = ['labels', 'alerts', 'specversion'];

const JSON_LABELS = /"labels"\s*:/;

/**
 * Finds the one alert, and the catalog where there is one, in a structured context or in a prompt: JSON (an alert, a
 * webhook or CloudEvent with one alert, or `{alert, catalog}`), also within other text, or the form
 * "Alert Name: ... Labels: ... Annotations: ... Available Lambda Functions: ...". Returns undefined when neither
 * holds one, which is to say that the request is not of the model's domain. A context that lists alerts beside other
 * things, such as metrics, is background to a question about something else, and no webhook.
 *
 * @throws InvalidInputError for an alert or catalog that is there but faulty, naming the field; for more than one alert,
 *   since an example in a prompt looks like the alert that it asks about
 */
export function readProblem(prompt: string, context?: Readonly<Record<string, unknown>>): Problem | undefined {
  return readJson(context) ?? readPrompt(prompt);
}

/** Reads all that a prompt holds, since the alert that it asks about need not be the first. */
function readPrompt(prompt: string): Problem | undefined {
  const stretches = findJson(prompt).map((stretch) => ({ ...stretch, problems: readStretch(stretch.value) }));
  const written = readProblemText(withoutAlerts(prompt, stretches));
  const problems = stretches.flatMap((stretch) => stretch.problems);
  const [first] = problems;
  if (!first) return written && toProblem(written.alert, written.catalog);
  if (stretches.some((stretch) => isBrokenAlert(prompt, stretch))) {
    throw moreThanOneAlert('one, and JSON with labels that cannot be read');
  }
  const names = [...new Map(problems.map(({ alert }) => [labelKey(alert.labels), nameOf(alert)])).values()];
  if (written && !agrees(written.alert, first.alert)) names.push(nameOf(written.alert));
  if (names.length > 1) throw moreThanOneAlert(describeAlerts(names));
  // Where the alert is given twice, one may come with the functions to choose from.
  return problems.find(({ catalog }) => catalog !== DEFAULT_CATALOG) ?? first;
}

function readJson(value: unknown): Problem | undefined {
  if (!isObject(value)) return undefined;
  const given = CATALOG_KEYS.map((key) => own(value, key)).find((entry) => entry !== undefined);
  const alert = own(value, 'alert') ?? (looksLikeAlert(value) ? value : undefined);
  return alert === undefined ? undefined : toProblem(alert, given);
}

/** The alerts of an object or array of a prompt, but for the example of one. */
function readStretch(value: unknown): Problem[] {
  return (Array.isArray(value) ? value : [value])
    .flatMap((entry) => (isObject(entry) && mayHoldAlert(entry) ? (readJson(entry) ?? []) : []))
    .filter(({ alert }) => !isPlaceholder(nameOf(alert)));
}

/** Whether `alert`, where an object has it, is one; in an example of an answer it may be a name or a summary. */
function mayHoldAlert(value: Record<string, unknown>): boolean {
  const alert = own(value, 'alert');
  if (alert === undefined || Array.isArray(alert)) return true;
  return isObject(alert) && ALERT_KEYS.some((key) => Object.hasOwn(alert, key));
}

/** The text around the alerts; other JSON stays, each on one line, so that no line of it reads like a heading or label. */
function withoutAlerts(prompt: string, stretches: readonly (JsonStretch & { problems: readonly Problem[] })[]): string {
  const kept: string[] = [];
  let behind = 0;
  for (const { start, end, value, problems } of stretches) {
    kept.push(prompt.slice(behind, start));
    const json = prompt.slice(start, end);
    if (problems.length === 0) kept.push(value === undefined ? json : json.replaceAll(/[\r\n]/g, ' '));
    behind = end;
  }
  return [...kept, prompt.slice(behind)].join('');
}

/** Whether a stretch would be an alert, were it JSON: a template, or one that is cut off. */
function isBrokenAlert(prompt: string, { start, end, value }: JsonStretch): boolean {
  return value === undefined && JSON_LABELS.test(prompt.slice(start, end));
}

/** Whether an alert of the text says nothing that the one in JSON does not. */
function agrees({ labels }: WrittenAlert, { labels: all }: Alert): boolean {
  return Object.entries(labels).every(([key, value]) => all[key] === value);
}

function nameOf({ labels }: Pick<Alert, 'labels'>): string {
  return labels['alertname'] as string;
}

function toProblem(alert: unknown, catalog: unknown): Problem {
  const [first, ...others] = parseAlerts(alert);
  if (!first || others.length > 0) {
    throw moreThanOneAlert(String(others.length + 1));
  }
  return { alert: first, catalog: catalog === undefined ? DEFAULT_CATALOG : parseCatalog(catalog) };
}

function looksLikeAlert(value: Record<string, unknown>): boolean {
  if (Array.isArray(own(value, 'alerts'))) return isWebhook(value);
  if (typeof own(value, 'specversion') === 'string') return true;
  const labels = own(value, 'labels');
  return isObject(labels) && Object.hasOwn(labels, 'alertname');
}

/** Senders may leave fields out, and later releases of Alertmanager may add some, but never without the version. */
function isWebhook(value: Record<string, unknown>): boolean {
  if (own(value, 'version') === '4') return true;
  return Object.keys(value).every((key) => WEBHOOK_KEYS.includes(key) || CATALOG_KEYS.includes(key));
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
