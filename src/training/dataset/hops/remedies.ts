import type { Random } from '../../../core/random.js';
import {
  type Catalog,
  DEFAULT_CATALOG,
  type ParameterSchema,
  type RemediationFunction,
  type Risk,
} from '../../../domain/index.js';
import { NAME_STYLES, type NameStyle, styleName } from '../catalog/function-form.js';
import type { Symptom } from './symptoms.js';

/** Kinds of object that labels name; `workload` stands for any of the three that run pods. */
export type ObjectKind =
  | 'deployment'
  | 'statefulset'
  | 'daemonset'
  | 'persistentvolumeclaim'
  | 'secret'
  | 'certificate'
  | 'configmap';

/** An action with the ways to word it. */
interface Action {
  readonly names: readonly string[];
  readonly descriptions: readonly string[];
  readonly parameters: readonly string[];
  readonly about: readonly string[];
  readonly risk: Risk;
  /** The function of the default catalog that does the same. */
  readonly standard?: string;
}

/** An action that is right for some symptoms. */
interface Remedy extends Action {
  readonly symptoms: readonly Symptom[];
  /** Objects that it acts on. */
  readonly kinds: readonly ObjectKind[];
}

const REMEDIES: readonly Remedy[] = [
  {
    symptoms: ['out-of-memory', 'crashing'],
    kinds: ['deployment', 'statefulset', 'daemonset'],
    names: ['restart workload', 'restart pods', 'rollout restart', 'recreate pods'],
    descriptions: [
      'Restart the pods of a workload that crashes or was killed for lack of memory.',
      'Roll a Deployment, StatefulSet or DaemonSet out again after crashes or out-of-memory kills.',
      'Replace crash-looping or out-of-memory containers by fresh ones.',
    ],
    parameters: ['workload', 'name', 'workload_name', 'target'],
    about: ['Workload to restart.', 'Name of the Deployment, StatefulSet or DaemonSet.', 'What to restart.'],
    risk: 'mutating',
    standard: 'pod-restart',
  },
  {
    symptoms: ['saturated'],
    kinds: ['deployment'],
    names: ['scale deployment', 'add replicas', 'scale out', 'raise replica count'],
    descriptions: [
      'Run more replicas of a Deployment whose CPU or workers are saturated.',
      'Give a busy Deployment more capacity by adding replicas.',
      'Increase the number of replicas under high load.',
    ],
    parameters: ['deployment', 'name', 'deployment_name', 'target'],
    about: ['Deployment to scale.', 'Name of the Deployment.', 'Which Deployment gets more replicas.'],
    risk: 'mutating',
    standard: 'scale-deployment',
  },
  {
    symptoms: ['disk-full'],
    kinds: ['persistentvolumeclaim'],
    names: ['check claim', 'inspect volume claim', 'claim usage', 'check volume'],
    descriptions: [
      'Look at a persistent volume claim whose disk is full or filling up.',
      'Report usage and state of a volume claim that runs out of space.',
      'Inspect the claim of a full volume.',
    ],
    parameters: ['claim', 'name', 'claim_name', 'pvc'],
    about: ['Claim to look at.', 'Name of the persistent volume claim.', 'Which claim.'],
    risk: 'read',
    standard: 'check-pvc-status',
  },
  {
    symptoms: ['credentials-expired'],
    kinds: ['secret'],
    names: ['rotate credentials', 'renew password', 'rotate secret', 'reissue token'],
    descriptions: [
      'Issue new credentials into a secret when the password or token expired.',
      'Rotate an expired password or token.',
      'Replace expired credentials and let clients log in again.',
    ],
    parameters: ['secret', 'name', 'secret_name', 'target'],
    about: ['Secret that holds the credentials.', 'Name of the secret.', 'Which secret to rotate.'],
    risk: 'mutating',
  },
  {
    symptoms: ['certificate-expired'],
    kinds: ['certificate'],
    names: ['renew certificate', 'reissue certificate', 'refresh tls certificate'],
    descriptions: [
      'Request a new TLS certificate for one that expired.',
      'Renew an expired certificate at its issuer.',
      'Reissue a certificate that has no days left.',
    ],
    parameters: ['certificate', 'name', 'certificate_name', 'target'],
    about: ['Certificate to renew.', 'Name of the certificate.', 'Which certificate.'],
    risk: 'mutating',
  },
  {
    symptoms: ['configuration-invalid'],
    kinds: ['configmap'],
    names: ['restore configuration', 'revert config', 'roll back settings'],
    descriptions: [
      'Restore the last valid configuration when the present one is rejected.',
      'Revert a ConfigMap whose settings are invalid.',
      'Roll a faulty configuration back.',
    ],
    parameters: ['configmap', 'name', 'config_name', 'target'],
    about: ['Configuration to restore.', 'Name of the ConfigMap.', 'Which configuration.'],
    risk: 'mutating',
  },
  {
    symptoms: ['replication-broken'],
    kinds: ['statefulset'],
    names: ['resync replicas', 'rebuild replication', 'reseed replica'],
    descriptions: [
      'Synchronise the replicas of a StatefulSet again after replication broke.',
      'Rebuild broken replication from the primary.',
      'Reseed replicas that are out of sync.',
    ],
    parameters: ['statefulset', 'name', 'statefulset_name', 'target'],
    about: ['StatefulSet to synchronise.', 'Name of the StatefulSet.', 'Whose replicas.'],
    risk: 'mutating',
  },
];

const other = (names: string, descriptions: string, parameter: string, risk: Risk = 'mutating'): Action => ({
  names: names.split('/'),
  descriptions: descriptions.split('/'),
  parameters: [parameter, 'name', 'target'],
  about: ['What it is applied to.'],
  risk,
});

/** Actions that are right for none of the symptoms. */
const OTHERS: readonly Action[] = [
  other('drain node/evict node', 'Move all pods away from a node./Empty a node before maintenance.', 'node_name'),
  other('purge cdn/invalidate cdn', 'Drop cached pages at the edge./Invalidate the content network.', 'site'),
  other('pause cronjob/suspend schedule', 'Stop a scheduled job from starting./Suspend a CronJob.', 'cronjob'),
  other('run backup/start backup', 'Take a backup now./Start the backup of a data set.', 'dataset'),
  other('reboot host/power cycle', 'Reboot a machine that hangs./Switch a machine off and on.', 'hostname'),
  other('block address/ban client', 'Refuse traffic from an attacker./Block a client at the edge.', 'client'),
  other('vacuum table/analyse table', 'Clean up dead rows of a table./Refresh the statistics of a table.', 'table'),
  other('replay messages/requeue messages', 'Deliver dead letters again./Requeue messages of a queue.', 'queue'),
  other('flush dns/reload zones', 'Drop cached name records./Load the zones of a name server again.', 'zone'),
  other('promote release/ship release', 'Send a release to the next stage./Promote a canary.', 'release_name'),
  other('mute alert/silence alert', 'Silence an alert for an hour./Mute notifications.', 'matcher', 'read'),
  other('page owner/notify team', 'Tell the owners of a system./Page the team on duty.', 'team_name', 'read'),
  other('clear cache/flush cache', 'Drop all keys of a cache./Empty an application cache.', 'cache'),
  other('rebuild index/reindex', 'Build a search index anew./Reindex documents.', 'index_name'),
  other('kill query/cancel session', 'Cancel a long database query./End a session that holds locks.', 'session'),
  other('renew lease/extend licence', 'Extend a licence that ends./Renew the lease of an address.', 'licence'),
];

/** A function with the symptoms that it is right for. */
export interface PresentedRemedy {
  readonly definition: RemediationFunction;
  readonly symptoms: readonly Symptom[];
  /** Parameter that takes the object's name. */
  readonly parameter: string;
  readonly namespaced: boolean;
}

/** Kinds of object that the remedy of a symptom acts on. */
export function kindsFor(symptom: Symptom): readonly ObjectKind[] {
  return REMEDIES.find(({ symptoms }) => symptoms.includes(symptom))?.kinds ?? [];
}

/** Symptoms for which the default catalog holds a remedy. */
export const STANDARD_SYMPTOMS: readonly Symptom[] = REMEDIES.filter(({ standard }) => standard !== undefined).flatMap(
  ({ symptoms }) => symptoms,
);

/**
 * A catalog of 5 to 16 functions: the remedies of all symptoms but some, and actions that help none; the remedy of
 * `symptom` is in it unless `absent`. In a quarter of the draws the default catalog is among them word for word.
 */
export function drawCatalog(
  symptom: Symptom,
  absent: boolean,
  random: Random,
): { readonly catalog: Catalog; readonly right?: PresentedRemedy } {
  const size = 5 + random.integer(12);
  const style = random.pick(NAME_STYLES);
  const standard = random.chance(0.25) && STANDARD_SYMPTOMS.includes(symptom) !== absent;
  const right = REMEDIES.filter(({ symptoms }) => symptoms.includes(symptom));
  const wrong = random.shuffle(REMEDIES.filter((remedy) => !right.includes(remedy)));
  const chosen: PresentedRemedy[] = [];
  if (standard) {
    chosen.push(...DEFAULT_CATALOG.map(asPresented));
  } else {
    const hard = wrong.slice(0, Math.min(size - 1, 2 + random.integer(wrong.length - 1)));
    for (const remedy of absent ? hard : [...right, ...hard]) chosen.push(present(remedy, style, random));
  }
  for (const action of random.shuffle(OTHERS)) {
    if (chosen.length >= size) break;
    chosen.push(present({ ...action, symptoms: [] }, style, random));
  }
  const found = absent ? undefined : chosen.find(({ symptoms }) => symptoms.includes(symptom));
  return {
    catalog: random.shuffle(chosen.map(({ definition }) => definition)),
    ...(found !== undefined && { right: found }),
  };
}

function asPresented(definition: RemediationFunction): PresentedRemedy {
  const remedy = REMEDIES.find(({ standard }) => standard === definition.name);
  return { definition, symptoms: remedy?.symptoms ?? [], parameter: 'name', namespaced: true };
}

function present(
  action: Action & { readonly symptoms: readonly Symptom[] },
  style: NameStyle,
  random: Random,
): PresentedRemedy {
  const parameter = random.pick(action.parameters);
  const namespaced = random.chance(0.5);
  const properties: Record<string, ParameterSchema> = {
    [parameter]: { type: 'string', description: random.pick(action.about) },
    ...(namespaced && { namespace: { type: 'string', description: 'Namespace of the object.' } }),
  };
  const definition: RemediationFunction = {
    name: styleName(random.pick(action.names), style),
    description: random.pick(action.descriptions),
    parameters: { type: 'object', properties, required: Object.keys(properties), additionalProperties: false },
    risk: action.risk,
  };
  return { definition, symptoms: action.symptoms, parameter, namespaced };
}
