import type { Alert } from '../../domain/alert/alert.js';
import type { ParameterValue } from '../../domain/decision/decision.js';

/** Stands for a part that is not known; no Kubernetes name is a hyphen alone. */
const UNKNOWN = '-';

/** Longest name of a Kubernetes object. */
const LONGEST_NAME = 253;

/** Labels that name an object, most specific first; each is called as the kind that it names. */
const KINDS = [
  'kustomization',
  'gitrepository',
  'helmrelease',
  'persistentvolumeclaim',
  'pod',
  'deployment',
  'statefulset',
  'daemonset',
  'replicaset',
  'cronjob',
  'job_name',
  'service',
  'ingress',
  'node',
] as const;

/**
 * What a call is about, `<namespace>/<kind>/<name>`, from its parameters and then from the alert's labels; `-` for a part
 * that neither knows, undefined when they know none. For routing and for people: what is to be done stands in the data.
 */
export function subjectOf(
  { labels }: Pick<Alert, 'labels'>,
  parameters: Readonly<Record<string, ParameterValue>>,
): string | undefined {
  const label = (key: string): string | undefined => {
    const found = [`exported_${key}`, key].find((name) => Object.hasOwn(labels, name));
    return found === undefined ? undefined : namePart(labels[found]);
  };
  const parameter = (key: string): string | undefined =>
    Object.hasOwn(parameters, key) ? namePart(parameters[key]) : undefined;
  const named = parameter('name');
  const kindLabel = KINDS.find((key) => label(key) !== undefined && (named === undefined || label(key) === named));
  const name = named ?? (kindLabel === undefined ? undefined : label(kindLabel));
  // Functions call the kind of what they name `kind` or `type`, and by the latter many mean something else.
  const type = parameter('type')?.toLowerCase();
  const typed = KINDS.some((key) => kindOfKey(key) === type) ? type : undefined;
  const labelled = kindLabel === undefined ? undefined : kindOfKey(kindLabel);
  const stated = parameter('kind') ?? typed ?? labelled ?? label('customresource_kind') ?? label('kind');
  const kind = stated?.toLowerCase();
  const namespace = parameter('namespace') ?? label('namespace');
  const parts = [namespace, kind, name];
  return parts.some((part) => part !== undefined) ? parts.map((part) => part ?? UNKNOWN).join('/') : undefined;
}

/** `job` is the label of a scrape job, so that of a Job has another name. */
function kindOfKey(key: string): string {
  return key.replace(/_name$/, '');
}

/** A value as far as it may stand in a subject: nothing that would add a part or break a header. */
function namePart(value: ParameterValue | undefined): string | undefined {
  const part = String(value ?? '')
    .slice(0, LONGEST_NAME)
    .replace(/[^A-Za-z0-9._:-]/g, '_');
  return part === '' || part === UNKNOWN ? undefined : part;
}
