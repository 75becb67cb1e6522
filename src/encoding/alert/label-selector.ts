import { isLabelSelector, isLabelValue } from '../../domain/kubernetes-names.js';
import { baseKey } from './label-kinds.js';

/** A Kubernetes label selector made from a field of the alert. */
export interface RenderedSelector {
  readonly text: string;
  /** True when the label states the identity of the application, so that guessing from the alert name is not needed. */
  readonly identity: boolean;
}

/** Label keys that hold an application's name, with the Kubernetes label that the selector then asks for. */
const IDENTITY_KEYS: ReadonlyMap<string, string> = new Map([
  ['app', 'app'],
  ['k8s_app', 'k8s-app'],
  ['service', 'app.kubernetes.io/name'],
  ['service_name', 'app.kubernetes.io/name'],
  ['job', 'app.kubernetes.io/name'],
  ['application', 'app.kubernetes.io/name'],
  ['app_name', 'app.kubernetes.io/name'],
]);

/** Workload labels: their value is the application's name by custom, not by rule. */
const WORKLOAD_KEYS: ReadonlyMap<string, string> = new Map([
  ['component', 'app.kubernetes.io/component'],
  ['deployment', 'app.kubernetes.io/name'],
  ['statefulset', 'app.kubernetes.io/name'],
  ['daemonset', 'app.kubernetes.io/name'],
  ['workload', 'app.kubernetes.io/name'],
  ['container', 'app.kubernetes.io/name'],
]);

/** Words of alert names that name a condition or a kind of thing, never a component. */
const CONDITION_WORDS: ReadonlySet<string> = new Set(
  (
    'absent active alert alerts all an and app apps application at available back backend bad broken by check cluster ' +
    'component container containers count cpu crash crashed crashing critical database deployment degraded disk down ' +
    'endpoint endpoints error errors exporter failed failing failure failures for full has health healthy high host hosts in ' +
    'info instance instances is job jobs kube kubernetes latency limit load loop low memory missing monitor ' +
    'monitoring mounted network no node nodes not of off on oom killed or out over percent pod pods probe process queue rate ready ' +
    'replica replicas requests restart restarted restarting restarts scrape server servers service services slow state stuck ' +
    'system target targets the to too many unavailable under unhealthy unreachable up usage volume warning was with workload'
  ).split(' '),
);

/**
 * The label selector that a label stands for: a selector verbatim, `app` as `app=<value>`, other application labels as
 * `app.kubernetes.io/name=<value>`; undefined for a label that names no application.
 */
export function selectorOfLabel(key: string, value: string): RenderedSelector | undefined {
  if (isLabelSelector(value)) return { text: value, identity: true };
  if (!isLabelValue(value)) return undefined;
  const base = baseKey(key);
  const recommended = /^app_kubernetes_io_([a-z_]+)$/.exec(base)?.[1];
  if (recommended !== undefined) {
    if (!['name', 'instance', 'component', 'part_of'].includes(recommended)) return undefined;
    return { text: `app.kubernetes.io/${recommended.replaceAll('_', '-')}=${value}`, identity: recommended === 'name' };
  }
  const identity = IDENTITY_KEYS.get(base);
  if (identity !== undefined) return { text: `${identity}=${value}`, identity: true };
  const workload = WORKLOAD_KEYS.get(base);
  return workload === undefined ? undefined : { text: `${workload}=${value}`, identity: false };
}

/** The selector for a component that the alert's name names (`PrometheusServiceDown` -> prometheus). */
export function selectorOfAlertWord(word: string): RenderedSelector | undefined {
  if (word.length < 2 || CONDITION_WORDS.has(word) || !/^[a-z][a-z0-9]*$/.test(word) || !isLabelValue(word))
    return undefined;
  return { text: `app.kubernetes.io/name=${word}`, identity: false };
}
