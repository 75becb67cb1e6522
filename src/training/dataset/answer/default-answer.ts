import type { ParameterOrigin } from '../../../domain/index.js';
import { splitWords } from '../../../encoding/index.js';
import { labelsOfRole, type Situation } from '../situation/situation.js';

/** Acceptable origins of each pointer parameter of a call. */
export type ParameterOrigins = Readonly<Record<string, readonly ParameterOrigin[]>>;

const DEFAULT: readonly ParameterOrigin[] = [{ kind: 'default' }];
const RESTARTABLE = ['pod', 'deployment', 'statefulset', 'daemonset'] as const;

/**
 * How a function of the default catalog must be filled for a situation, under the policy of the facts' README;
 * undefined when a required parameter has no label that names the sick object.
 */
export function defaultParameters(name: string, situation: Situation): ParameterOrigins | undefined {
  const namespace = originsOf(situation, 'namespace');
  switch (name) {
    case 'flux-reconcile-kustomization':
    case 'flux-reconcile-gitrepository':
    case 'flux-reconcile-helmrelease': {
      const object = originsOf(situation, 'custom-resource');
      return object.length === 0
        ? undefined
        : { name: object, namespace: namespace.length === 0 ? DEFAULT : namespace };
    }
    case 'pod-restart': {
      const role = RESTARTABLE.find((candidate) => candidate === situation.target.name) ?? 'pod';
      return required({ name: originsOf(situation, role), namespace });
    }
    case 'pod-check-status': {
      const pod = originsOf(situation, 'pod');
      if (pod.length > 0) return required({ namespace, name: pod, selector: DEFAULT });
      return required({ namespace, name: DEFAULT, selector: selectorOrigins(situation) });
    }
    case 'scale-deployment':
      return required({ name: deploymentOrigins(situation), namespace });
    case 'check-pvc-status':
      return required({ namespace, name: originsOf(situation, 'claim') });
    default:
      return undefined;
  }
}

/** Labels of a role as origins. */
export function originsOf(situation: Situation, role: string): ParameterOrigin[] {
  return labelsOfRole(situation, role).map(({ key }) => ({ kind: 'label', key }));
}

/** The Deployment's own label, else the pod whose name tells its owner. */
export function deploymentOrigins(situation: Situation): ParameterOrigin[] {
  const stated = originsOf(situation, 'deployment');
  if (stated.length > 0) return stated;
  return labelsOfRole(situation, 'pod').map(({ key }) => ({ kind: 'rule', rule: 'owner-of-pod', key }));
}

function selectorOrigins(situation: Situation): ParameterOrigin[] {
  const labels = situation.target.selector.flatMap((role) => originsOf(situation, role));
  if (labels.length > 0 || !situation.target.selector.includes('alert-name')) return labels;
  const word = situation.componentWord;
  return word !== undefined && splitWords(situation.alertName).includes(word) ? [{ kind: 'alert-name', word }] : [];
}

function required(parameters: ParameterOrigins): ParameterOrigins | undefined {
  return Object.values(parameters).every((origins) => origins.length > 0) ? parameters : undefined;
}
