import type { Random } from '../../../core/random.js';
import { splitWords } from '../../../encoding/index.js';
import { ruleIntent } from '../catalog/rule-functions.js';
import type { Split } from '../example.js';
import type { AlertRule, Facts } from '../facts/schema.js';
import { exporterLabels } from './exporter.js';
import { roleOfKey, SCRAPE_ROLES } from './rule-roles.js';
import { type Situation, STRONG_CAUSES, type TaggedLabel } from './situation.js';
import { createValues, invented, type ValueMaker } from './values.js';
import { PARTS, SUBJECTS } from './word-lists.js';

/** A real alert rule. */
export interface RuleEntry {
  readonly kind: 'rule';
  readonly rule: AlertRule;
  readonly group: string;
  readonly split: Split;
  /** Our summary and hint, less those that another split uses word for word. */
  readonly sentences: readonly string[];
}

/** Role of the label that names an object of the given kind. */
const ROLE_OF_KIND: Readonly<Record<string, string>> = {
  pod: 'pod',
  deployment: 'deployment',
  statefulset: 'statefulset',
  daemonset: 'daemonset',
  workload: 'app',
  pvc: 'claim',
  kustomization: 'custom-resource',
  helmrelease: 'custom-resource',
};
const POD_KINDS: ReadonlySet<string> = new Set(['pod', 'deployment', 'statefulset', 'daemonset', 'service']);
/** Sources whose rules are about objects that the scraped exporter only reports. */
const POD_SOURCES = /kube|flux|argo|openshift/;
const SELECTOR_ROLES = ['app', 'service', 'scrape-job', 'deployment', 'statefulset', 'daemonset'] as const;

/** Makes an alert of a rule: with just its labels, with the labels of the sick object, or with those of an exporter. */
export function ruleSituation(entry: RuleEntry, facts: Facts, random: Random): Situation {
  const { rule } = entry;
  const [theme = 'app'] = splitWords(rule.alert);
  const values = createValues(
    random,
    random.chance(0.5) ? `${theme}${random.chance(0.5) ? `-${random.pick(PARTS)}` : ''}` : undefined,
  );
  const own = ruleLabels(rule, facts, values, random);
  const added =
    rule.functionsIfIdentified.length > 0 && random.chance(0.5) ? identify(rule, own, values, random) : undefined;
  const functions = added === undefined ? rule.functions : rule.functionsIfIdentified;
  const labels = added ?? own;
  const taken = new Set(labels.map((label) => label.key));
  if (functions.length === 0 ? random.chance(0.45) : random.chance(0.15)) {
    const keys = functions.length === 0 ? facts.defaultExporterLabels : ['endpoint', 'container'];
    labels.push(...exporterLabels(random, undefined, keys, taken));
  }
  return {
    group: entry.group,
    split: entry.split,
    source: rule.source,
    alertName: rule.alert,
    labels,
    metrics: random.chance(0.4) ? jitter(rule.signals, random) : {},
    sentences: entry.sentences,
    facts: [],
    cause: rule.cause,
    intents: facts.ruleFunctions[rule.id] ? [ruleIntent(entry.group), ...rule.intents] : rule.intents,
    defaultFunctions: functions,
    noneAcceptable: added === undefined ? rule.optional : !STRONG_CAUSES.has(rule.cause),
    target: targetOf(rule, labels, added !== undefined),
  };
}

function ruleLabels(rule: AlertRule, facts: Facts, values: ValueMaker, random: Random): TaggedLabel[] {
  const named = new Set([rule.nameKey, rule.namespaceKey]);
  const identifying = new Set([...named, ...rule.nameFrom, ...rule.namespaceFrom]);
  // Where a rule names no object of Kubernetes, the address that it speaks of is that of the sick server.
  const identified = [...identifying].some((key) => key !== '') || POD_SOURCES.test(rule.source);
  const labels: TaggedLabel[] = [];
  for (const key of rule.labelKeys) {
    if (key === 'alertname' || (!named.has(key) && random.chance(0.1))) continue;
    const [role, form] = roleOfKey(key, facts);
    const forced = key === rule.nameKey ? ROLE_OF_KIND[rule.kind] : key === rule.namespaceKey ? 'namespace' : undefined;
    const addressed = role === 'instance' && !identified;
    const target = identifying.has(key) || role === undefined || !SCRAPE_ROLES.has(role) || addressed;
    const effective = forced ?? role;
    labels.push({
      key,
      value: form === undefined ? plainValue(key, random) : values.make(forced === 'pod' ? 'pod' : form.value),
      ...(effective !== undefined && { role: effective }),
      owner: target ? 'target' : 'exporter',
    });
  }
  const taken = new Set(labels.map((label) => label.key));
  for (const [key, value] of Object.entries(rule.staticLabels)) {
    if (taken.has(key) || key === 'severity' || random.chance(0.3)) continue;
    const [role] = roleOfKey(key, facts);
    const target = identifying.has(key) && role !== undefined;
    labels.push({ key, value, ...(target && { role }), owner: target ? 'target' : 'context' });
  }
  return labels;
}

/** Adds the labels of the scraped, sick object; undefined when the rule's own labels stand in the way. */
function identify(
  rule: AlertRule,
  own: readonly TaggedLabel[],
  values: ValueMaker,
  random: Random,
): TaggedLabel[] | undefined {
  const role = POD_KINDS.has(rule.workloadKind) ? 'pod' : ROLE_OF_KIND[rule.workloadKind];
  if (role === undefined) return undefined;
  const labels = [...own];
  const add = (key: string, value: string, of: string): boolean => {
    const present = labels.find((label) => label.key === key);
    if (present !== undefined) return present.owner === 'target' && present.role === of;
    labels.push({ key, value, role: of, owner: 'target' });
    return true;
  };
  const owner =
    rule.workloadKind === 'statefulset' || rule.workloadKind === 'daemonset' ? rule.workloadKind : 'deployment';
  const workload = ['deployment', 'statefulset', 'daemonset'].includes(rule.workloadKind)
    ? rule.workloadKind
    : undefined;
  const has = (of: string): boolean => labels.some((label) => label.role === of && label.owner === 'target');
  if (!has('namespace') && !add('namespace', values.namespace, 'namespace')) return undefined;
  if (has(role)) return labels;
  if (role === 'claim') return add('persistentvolumeclaim', values.make('claim'), role) ? labels : undefined;
  if (role === 'custom-resource') return add('name', values.app, role) ? labels : undefined;
  const byWorkload = workload !== undefined && random.chance(0.4) && add(workload, values.app, workload);
  if (byWorkload && random.chance(0.5)) return labels;
  return add('pod', values.pod(owner), 'pod') ? labels : undefined;
}

function targetOf(rule: AlertRule, labels: readonly TaggedLabel[], identified: boolean): Situation['target'] {
  const has = (role: string): boolean => labels.some((label) => label.role === role && label.owner === 'target');
  const byKind = ROLE_OF_KIND[identified ? rule.workloadKind : rule.kind];
  const order = [
    'pod',
    ...(byKind === undefined || byKind === 'app' ? [] : [byKind]),
    'deployment',
    'statefulset',
    'daemonset',
  ];
  const name = order.find(has);
  return { ...(name !== undefined && { name }), selector: [...SELECTOR_ROLES] };
}

function plainValue(key: string, random: Random): string {
  if (/(^|_)(id|uuid|code|status|version|model|serial)$/i.test(key)) return String(random.integer(100_000));
  return random.chance(0.5) ? invented(random) : random.pick(SUBJECTS);
}

function jitter(signals: Readonly<Record<string, number>>, random: Random): Record<string, number> {
  return Object.fromEntries(
    Object.entries(signals).map(([key, value]) => {
      const moved = value * (0.85 + random.next() * 0.3);
      return [key, Number.isInteger(value) ? Math.round(moved) : Math.round(moved * 1000) / 1000];
    }),
  );
}
