import { InvalidInputError } from '../../core/errors.js';
import { type Alert, type Catalog, DEFAULT_CATALOG, parseAlerts, parseCatalog } from '../../domain/index.js';
import { readProblemText } from './read-problem-text.js';

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

/**
 * Finds the one alert, and the catalog where there is one, in a structured context or in a prompt: JSON (an alert, a
 * webhook or CloudEvent with one alert, or `{alert, catalog}`), also within other text, or the form
 * "Alert Name: ... Labels: ... Annotations: ... Available Lambda Functions: ...". Returns undefined when neither
 * holds one, which is to say that the request is not of the model's domain. A context that lists alerts beside other
 * things, such as metrics, is background to a question about something else, and no webhook.
 *
 * @throws InvalidInputError for an alert or catalog that is there but faulty, naming the field
 */
export function readProblem(prompt: string, context?: Readonly<Record<string, unknown>>): Problem | undefined {
  return readJson(context) ?? readJson(jsonWithin(prompt)) ?? readText(prompt);
}

function readText(prompt: string): Problem | undefined {
  const text = readProblemText(prompt);
  return text && toProblem(text.alert, text.catalog);
}

function readJson(value: unknown): Problem | undefined {
  if (!isObject(value)) return undefined;
  const given = CATALOG_KEYS.map((key) => own(value, key)).find((entry) => entry !== undefined);
  const alert = own(value, 'alert') ?? (looksLikeAlert(value) ? value : undefined);
  return alert === undefined ? undefined : toProblem(alert, given);
}

function toProblem(alert: unknown, catalog: unknown): Problem {
  const [first, ...others] = parseAlerts(alert);
  if (!first || others.length > 0) {
    throw new InvalidInputError('alerts', `expected one alert a request, received ${others.length + 1}`);
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

/** The first JSON object of a text, by its outermost braces. */
function jsonWithin(text: string): unknown {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end <= start) return undefined;
  try {
    return JSON.parse(text.slice(start, end + 1));
  } catch {
    // Braces of prose; the reader of plain text is asked next.
    return undefined;
  }
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
