import { DEFAULT_CATALOG } from '../../domain/index.js';

/** Headings of the prompt form, in lower case, and the part that each opens. */
const HEADINGS = {
  'alert name': 'name',
  alertname: 'name',
  labels: 'labels',
  annotations: 'annotations',
  metrics: 'metrics',
  'available lambda functions': 'functions',
  'available functions': 'functions',
} as const;

type Part = (typeof HEADINGS)[keyof typeof HEADINGS];

// Prompts come from outside: no pattern here has two ways to match the same run of characters, and lines are trimmed.
const HEADING = new RegExp(`^[*#\\s-]*(${Object.keys(HEADINGS).join('|')})[*\\s]*:[*\\s]*(.*)$`, 'is');
/** `- name(first, second): what it does`, the list of parameters and the description being optional. */
const FUNCTION = /^(?:[-*•]|\d+[.)])\s*`?([\w.-]+)`?\s*(?:\(([^)]*)\)`?\s*)?(?:[:–-]\s*(.*))?$/su;
/** `key: value` or `key = value`, as an item of a list or not, the key being quoted, in bold or neither. */
const PAIR = /^[-*•]?\s*["'`*]*([^"'`*:=\s]+)["'`*]*\s*[:=](?:\*\*(?=\s))?\s*(.*)$/su;
const ALERT_NAME = 'alertname';
const ALERT_NAME_PAIR = /^[-*•]?\s*["'`*]*alertname["'`*]*\s*[:=]/iu;
const METRIC_NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * Reads the prompt form that the agents use:
 *
 *     Alert Name: PodCrashLoopBackOff
 *     Labels: {"pod": "shop-0", "namespace": "shop"}        (or one `key: value` or `key=value` a line)
 *     Annotations: {"summary": "..."}
 *     Available Lambda Functions:
 *     - pod-restart(name, namespace): Deletes the pod ...
 *
 * The name may also stand among the labels, as `alertname`; that of a heading comes first. Functions of the default
 * catalog keep their own schema; of others, every parameter is a required string. Returns undefined for a text without an
 * alert name.
 */
export function readProblemText(text: string): { alert: unknown; catalog: unknown } | undefined {
  const parts = splitParts(text);
  const { [ALERT_NAME]: listed, ...labels } = readLabels(parts.labels);
  const heading = parts.name?.find((line) => line.trim() !== '');
  const name = [heading, listed].map((line) => line?.replaceAll(/[`"*]/g, '').trim()).find(Boolean);
  if (name === undefined) return undefined;
  const functions = (parts.functions ?? []).flatMap(readFunction);
  return {
    alert: {
      labels: { ...labels, [ALERT_NAME]: name },
      annotations: readPairs(parts.annotations),
      metrics: Object.fromEntries(
        Object.entries(readPairs(parts.metrics)).map(([key, value]) => [
          key,
          METRIC_NUMBER.test(value) ? Number(value) : value,
        ]),
      ),
    },
    catalog: functions.length > 0 ? functions : undefined,
  };
}

function splitParts(text: string): Partial<Record<Part, string[]>> {
  const parts: Partial<Record<Part, string[]>> = {};
  let current: string[] | undefined;
  let listsName = false;
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    const isListed = current !== undefined && current === parts.labels && isNameLabel(line, current);
    const heading = isListed ? null : HEADING.exec(line);
    if (isListed) {
      // The name is one of the labels, in any place; a second one is that of another alert.
      if (listsName) current = undefined;
      else current?.push(line);
      listsName = true;
    } else if (heading) {
      const part = HEADINGS[(heading[1] as string).toLowerCase() as keyof typeof HEADINGS];
      // The first alert of a text is the one that it is about.
      const isKnown = parts[part] !== undefined || (part === 'name' && listsName);
      current = isKnown ? undefined : [heading[2] as string];
      if (current) parts[part] = current;
    } else {
      current?.push(line);
    }
  }
  return parts;
}

/** Whether a line is `alertname` in a list of labels, and not a heading behind an object of them. */
function isNameLabel(line: string, labels: readonly string[]): boolean {
  return ALERT_NAME_PAIR.test(line) && !labels.find((each) => each !== '')?.startsWith('{');
}

/** The labels, that of the alert's name under its own name however it is written. */
function readLabels(lines: readonly string[] | undefined): Record<string, string> {
  const pairs = Object.entries(readPairs(lines));
  return Object.fromEntries(pairs.map(([key, value]) => [key.toLowerCase() === ALERT_NAME ? ALERT_NAME : key, value]));
}

/** A JSON object, or `key: value` pairs one a line or separated by commas; nested values become their JSON. */
function readPairs(lines: readonly string[] = []): Record<string, string> {
  const text = lines.join('\n').trim();
  const json = text.startsWith('{') ? parseObject(text.slice(0, text.lastIndexOf('}') + 1)) : undefined;
  if (json) {
    return Object.fromEntries(
      Object.entries(json).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    );
  }
  const pairs = text.includes('\n') ? text.split('\n') : text.split(/,\s*(?=[\w.-]+\s*[:=])/);
  return Object.fromEntries(
    pairs.flatMap((pair) => {
      const match = PAIR.exec(pair.trim().replace(/,$/, '').trimEnd());
      return match ? [[match[1] as string, (match[2] as string).replaceAll(/^["'`]|["'`]$/g, '')]] : [];
    }),
  );
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
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
