import type { Random } from '../../../core/random.js';
import type { Split } from '../example.js';
import type { Facts, FailureMode } from '../facts/schema.js';
import { exporterLabels } from './exporter.js';
import { drawReadings, readingsAsText } from './readings.js';
import type { Situation, TaggedLabel } from './situation.js';
import { createValues, invented, type ValueMaker } from './values.js';

/** A failure mode under one of its alert names. */
export interface ModeEntry {
  readonly kind: 'mode';
  readonly mode: FailureMode;
  readonly alertName: string;
  readonly component?: string;
  readonly group: string;
  readonly split: Split;
  /** Sentence templates that this split may use. */
  readonly sentences: readonly string[];
}

/** Roles that name an object; without them nothing says what is sick. */
const OBJECT_ROLES: ReadonlySet<string> = new Set([
  'pod',
  'deployment',
  'statefulset',
  'daemonset',
  'container',
  'claim',
  'volume',
  'app',
  'service',
  'scrape-job',
  'instance',
  'custom-resource',
  'database',
]);
/** Roles whose labels say where, or of which kind, rather than what. */
const CONTEXT_ROLES: ReadonlySet<string> = new Set(['cluster', 'region', 'kind', 'phase', 'reason', 'condition']);

/** Share of alerts of an actionable mode whose labels lost the target. */
const STRIPPED = 0.2;
const STRIPPED_RUNBOOK = 0.05;

/** Makes an alert about a failure mode. */
export function modeSituation(entry: ModeEntry, facts: Facts, random: Random): Situation {
  const { mode } = entry;
  const values = createValues(
    random,
    entry.component === undefined ? undefined : componentApp(entry.component, random),
  );
  const actionable = mode.defaultFunctions.length > 0;
  const stripped = actionable && random.chance(mode.runbook === undefined ? STRIPPED : STRIPPED_RUNBOOK);
  const complete = drawLabels(mode, facts, values, random);
  const kept = stripped ? strip(complete, mode, random) : complete;
  const taken = new Set(kept.map((label) => label.key));
  const labels = [...kept, ...shadowLabels(kept, mode, random)];
  for (const label of labels) taken.add(label.key);
  labels.push(...exporterLabels(random, mode.exporter, mode.exporterLabels ?? facts.defaultExporterLabels, taken));

  const readings = drawReadings(random.pick([mode.metrics, ...mode.alternativeMetrics]), random);
  const inMetrics = mode.requireMetrics ? random.chance(0.85) : random.chance(0.6);
  const slots = new Map<string, string>();
  for (const { role, value } of labels) if (role !== undefined) slots.set(role, value);
  for (const [key, value] of Object.entries(readings)) slots.set(key, String(value));
  if (entry.component !== undefined) slots.set('component', entry.component);
  return {
    group: entry.group,
    split: entry.split,
    source: 'failure-mode',
    alertName: entry.alertName,
    labels,
    metrics: inMetrics ? (mode.requireMetrics ? readings : subset(readings, random)) : {},
    sentences: random.shuffle(entry.sentences).flatMap((template) => fillSlots(template, slots)),
    facts: mode.requireMetrics && (!inMetrics || random.chance(0.2)) ? [readingsAsText(readings)] : [],
    cause: mode.cause,
    intents: mode.intents,
    defaultFunctions: mode.defaultFunctions,
    noneAcceptable: mode.optional,
    target: {
      ...(mode.target?.name !== undefined && { name: mode.target.name }),
      selector: mode.target?.selector ?? [],
    },
    ...(entry.component !== undefined && { componentWord: entry.component }),
  };
}

/** Name of the workload behind a component: itself, with a suffix or prefix, or something unrelated. */
function componentApp(component: string, random: Random): string | undefined {
  const share = random.next();
  if (share < 0.5) return component;
  if (share < 0.65) return `${component}-${random.pick(['server', 'k8s', 'main', 'web', 'operated'])}`;
  return share < 0.85 ? `${invented(random)}-${component}` : undefined;
}

function drawLabels(mode: FailureMode, facts: Facts, values: ValueMaker, random: Random): TaggedLabel[] {
  const roles = mode.labels.flatMap((label) => {
    const optional = label.startsWith('(');
    return !optional || random.chance(0.5) ? [optional ? label.slice(1, -1) : label] : [];
  });
  const oneOf = mode.requireOneOf;
  if (oneOf !== undefined && !oneOf.some((role) => roles.includes(role))) roles.push(random.pick(oneOf));
  const taken = new Set<string>();
  return roles.flatMap((role): TaggedLabel[] => {
    const form = mode.roles[role] ?? facts.roles[role];
    const keys = mode.keys[role] ?? form?.keys ?? [];
    const preferred = random.chance(0.65) ? keys : random.shuffle(keys);
    const key = (mode.keys[role] === undefined ? preferred : random.shuffle(keys)).find(
      (candidate) => !taken.has(candidate),
    );
    if (key === undefined || form === undefined) return [];
    taken.add(key);
    const fixed = mode.values[role];
    const value = fixed === undefined || (role !== 'kind' && random.chance(0.3)) ? undefined : random.pick(fixed);
    return [
      {
        key,
        value: value ?? (role === 'pod' ? podOf(roles, values, random) : values.make(form.value)),
        role,
        owner: CONTEXT_ROLES.has(role) ? 'context' : 'target',
      },
    ];
  });
}

/** A pod whose name agrees with the workload that the other labels name. */
function podOf(roles: readonly string[], values: ValueMaker, random: Random): string {
  if (roles.includes('deployment')) return values.pod('deployment');
  if (roles.includes('statefulset')) return values.pod('statefulset');
  if (roles.includes('daemonset')) return values.pod('daemonset');
  return random.chance(0.4) ? values.pod('deployment') : values.make('pod');
}

/** Takes away what names the target: the object, everything (as `sum()` does), or only the namespace. */
function strip(labels: readonly TaggedLabel[], mode: FailureMode, random: Random): TaggedLabel[] {
  const share = mode.target?.selector.includes('alert-name') === true ? 0.4 + random.next() * 0.6 : random.next();
  if (share < 0.4) return labels.filter((label) => label.role === undefined || !OBJECT_ROLES.has(label.role));
  if (share < 0.7) return labels.filter((label) => label.owner === 'context');
  return labels.filter((label) => label.role !== 'namespace');
}

/** Where the target stands under `exported_x`, the exporter's own `x` usually stands beside it. */
function shadowLabels(labels: readonly TaggedLabel[], mode: FailureMode, random: Random): TaggedLabel[] {
  const keys = labels.flatMap(({ key }) => (key.startsWith('exported_') ? [key.slice('exported_'.length)] : []));
  const taken = new Set(labels.map((label) => label.key));
  return random.chance(0.3) ? [] : exporterLabels(random, mode.exporter, [...keys, ...keys], taken).filter(firstOfKey);
}

function firstOfKey(label: TaggedLabel, index: number, all: readonly TaggedLabel[]): boolean {
  return all.findIndex((other) => other.key === label.key) === index;
}

function subset<T>(readings: Readonly<Record<string, T>>, random: Random): Record<string, T> {
  return Object.fromEntries(Object.entries(readings).filter((_, index) => index === 0 || random.chance(0.6)));
}

/** The sentence with its slots filled; nothing when the alert lacks one of them. */
function fillSlots(template: string, slots: ReadonlyMap<string, string>): string[] {
  let complete = true;
  const sentence = template.replaceAll(/\{([^}]+)\}/g, (_, slot: string) => {
    const value = slots.get(slot);
    if (value === undefined) complete = false;
    return value ?? '';
  });
  return complete ? [sentence] : [];
}
