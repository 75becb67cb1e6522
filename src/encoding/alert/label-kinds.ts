/** What the keys of labels say about the objects that the values name. */

/** Label keys (without prefixes such as `exported_`) that name an object of a known kind. */
const KIND_OF_KEY: ReadonlyMap<string, string> = new Map(
  Object.entries({
    pod: ['pod', 'pod_name', 'podname'],
    deployment: ['deployment', 'deployment_name'],
    statefulset: ['statefulset', 'statefulset_name'],
    daemonset: ['daemonset', 'daemonset_name'],
    replicaset: ['replicaset', 'replicaset_name'],
    job: ['job_name'],
    cronjob: ['cronjob', 'cronjob_name'],
    horizontalpodautoscaler: ['horizontalpodautoscaler', 'hpa', 'hpa_name'],
    persistentvolumeclaim: [
      'persistentvolumeclaim',
      'pvc',
      'pvc_name',
      'claim',
      'claim_name',
      'volumeclaim',
      'volume_claim',
    ],
    persistentvolume: ['persistentvolume', 'pv', 'pv_name', 'volumename', 'volume_name'],
    storageclass: ['storageclass', 'storage_class'],
    service: ['service', 'service_name'],
    ingress: ['ingress', 'ingress_name'],
    configmap: ['configmap'],
    secret: ['secret', 'secret_name'],
    certificate: ['certificate', 'certificate_name'],
    node: ['node', 'node_name', 'nodename', 'host', 'hostname'],
    container: ['container', 'container_name', 'initcontainer'],
    namespace: ['namespace', 'namespace_name', 'ns'],
    kustomization: ['kustomization', 'kustomization_name'],
    gitrepository: ['gitrepository', 'git_repository'],
    helmrelease: ['helmrelease', 'helm_release', 'release', 'release_name'],
    application: ['app', 'application', 'app_name', 'k8s_app', 'component'],
    'scrape-target': ['instance'],
    'scrape-job': ['job'],
  }).flatMap(([kind, keys]) => keys.map((key) => [key, kind] as const)),
);

/** Kinds that stand beside the name of an object, as values of labels such as `kind`. */
const OBJECT_KINDS: ReadonlySet<string> = new Set([
  ...KIND_OF_KEY.values(),
  'helmrepository',
  'helmchart',
  'ocirepository',
  'bucket',
  'imagerepository',
  'imagepolicy',
  'imageupdateautomation',
  'receiver',
  'provider',
  'externalsecret',
  'clusterissuer',
  'issuer',
  'rollout',
  'cluster',
]);

/** Where the kind of a neutrally named object stands, most specific first. */
const KIND_LABELS_OF_KEY: ReadonlyMap<string, readonly string[]> = new Map([
  ['workload', ['workload_type', 'workload_kind']],
  ['workload_name', ['workload_type', 'workload_kind']],
  ['owner', ['owner_kind']],
  ['owner_name', ['owner_kind']],
  ['created_by_name', ['created_by_kind']],
]);
const KIND_LABELS = ['kind', 'customresource_kind', 'resource_kind', 'object_kind', 'exported_kind'] as const;
const NEUTRAL_KEYS: ReadonlySet<string> = new Set([
  'name',
  'object',
  'object_name',
  'resource',
  'resource_name',
  'target_name',
]);

/** A label key in lower case without the prefixes that collectors add (`exported_`, `label_`, `kubernetes_`). */
export function baseKey(key: string): string {
  return key
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/^(?:(?:exported|label|kubernetes|kube)_)+(?=.)/, '');
}

/**
 * The kind of object that a label names, in lower case: from its key (`exported_pod` -> pod), or for neutral keys such
 * as `name` from the label that states the kind; undefined when neither is known.
 */
export function kindOfLabel(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  const base = baseKey(key);
  const known = KIND_OF_KEY.get(base) ?? (base.startsWith('app_kubernetes_io_') ? 'application' : undefined);
  if (known !== undefined) return known;
  const stated = KIND_LABELS_OF_KEY.get(base) ?? (NEUTRAL_KEYS.has(base) ? KIND_LABELS : []);
  for (const label of stated) {
    const kind = Object.hasOwn(labels, label) ? normaliseKind(labels[label] ?? '') : undefined;
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** `Deployments` -> deployment; undefined for a word that is no kind of object. */
export function normaliseKind(text: string): string | undefined {
  const word = text.toLowerCase();
  if (OBJECT_KINDS.has(word)) return word;
  const singular = word.replace(/(?<=s)es$|s$/, '');
  return OBJECT_KINDS.has(singular) ? singular : undefined;
}

/** Labels about the alert or the monitoring itself; they are evidence at most and never a target. */
const NEVER_TARGET: ReadonlySet<string> = new Set([
  'alertname',
  'alertstate',
  'alertgroup',
  'severity',
  'priority',
  'prometheus',
  'prometheus_replica',
  'thanos_ruler_replica',
  'receiver',
  'metrics_path',
  'scheme',
  'uid',
  'container_id',
  'image',
  'image_id',
  'image_spec',
  'le',
  'quantile',
  'monitor',
  'rule_group',
  'rulegroup',
  'runbook',
  'generator',
]);

/** Labels that say where or how rather than what; only a parameter that names the same word may point at them. */
const CONTEXT: ReadonlySet<string> = new Set([
  'replica',
  'cluster',
  'cluster_name',
  'region',
  'zone',
  'availability_zone',
  'env',
  'environment',
  'team',
  'tier',
  'stage',
  'channel',
  'customer',
  'provider',
  'cloud',
  'account',
  'reason',
  'phase',
  'condition',
  'status',
  'state',
  'type',
  'mode',
  'code',
  'status_code',
  'method',
  'handler',
  'route',
  'path',
  'device',
  'mountpoint',
  'fstype',
  'interface',
  'kind',
  'group',
  'version',
  'revision',
  'suspended',
  'ready',
  'workload_type',
  'workload_kind',
  'owner_kind',
  'created_by_kind',
  'customresource_kind',
  'customresource_group',
  'customresource_version',
  'resource_kind',
  'object_kind',
  'unit',
  'access_mode',
]);

/** Words of the context labels' names, by which a parameter asks for one. */
export const CONTEXT_WORDS: ReadonlySet<string> = new Set(['endpoint', ...CONTEXT].flatMap((key) => key.split('_')));

/** How far a label may serve as a target: freely, only for a parameter that names it, or not at all. */
export function targetClassOf(key: string, value: string): 'target' | 'context' | 'never' {
  const base = baseKey(key);
  // Of a scraped service it is the name of a port, of other systems an address.
  if (base === 'endpoint') return /[.:]/.test(value) ? 'context' : 'never';
  if (NEVER_TARGET.has(base)) return 'never';
  return CONTEXT.has(base) ? 'context' : 'target';
}

/** Order in which labels are kept when an alert has more than fit: 0 first. */
export function labelPriority(key: string): number {
  const base = baseKey(key);
  if (base === 'namespace' || base === 'name') return 0;
  const kind = KIND_OF_KEY.get(base);
  if (kind !== undefined) return kind === 'scrape-target' || kind === 'container' ? 2 : 1;
  if (/^(?:replicas|(?:current|spec|desired)_replicas)$/.test(base)) return 1;
  if (NEUTRAL_KEYS.has(base) || KIND_LABELS_OF_KEY.has(base) || /(?:^|_)(?:kind|namespace|name|app)(?:_|$)/.test(base))
    return 2;
  if (base === 'severity' || CONTEXT.has(base)) return 4;
  if (NEVER_TARGET.has(base) || /(?:^|_)(?:id|uid|hash|checksum)$/.test(base)) return 6;
  return 3;
}
