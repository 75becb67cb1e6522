import type { Catalog, ParameterSchema, RemediationFunction } from './catalog.js';

const fluxNamespace: ParameterSchema = {
  type: 'string',
  description: 'Namespace of the Flux object.',
  default: 'flux-system',
};

function fluxReconcile(kind: string, title: string, effect: string): RemediationFunction {
  return {
    name: `flux-reconcile-${kind}`,
    description: `Ask Flux to reconcile one ${title} now: ${effect}`,
    parameters: {
      type: 'object',
      properties: {
        name: { type: 'string', description: `Name of the ${title}.`, 'x-kind': kind },
        namespace: fluxNamespace,
      },
      required: ['name'],
      additionalProperties: false,
    },
    risk: 'mutating',
  };
}

const WORKLOAD_KINDS = ['pod', 'deployment', 'statefulset', 'daemonset'] as const;

/** The seven functions of an SRE agent for Kubernetes with Flux, used when the caller presents no catalog. */
export const DEFAULT_CATALOG: Catalog = [
  fluxReconcile(
    'kustomization',
    'Kustomization',
    'fetch its source and apply the manifests again, after a failed, stalled or drifted reconciliation.',
  ),
  fluxReconcile(
    'gitrepository',
    'GitRepository',
    'fetch the Git source again when it is out of sync, stale or could not be cloned.',
  ),
  fluxReconcile(
    'helmrelease',
    'HelmRelease',
    'run the Helm install or upgrade again when the release failed or is not ready.',
  ),
  {
    name: 'pod-restart',
    description:
      'Restart a crash-looping, out-of-memory or stuck workload: delete one pod, or roll out a Deployment, StatefulSet or DaemonSet again.',
    parameters: {
      type: 'object',
      properties: {
        name: {
          type: 'string',
          description: 'Name of the pod or workload to restart.',
          'x-kind': WORKLOAD_KINDS,
        },
        namespace: { type: 'string', description: 'Namespace of the pod or workload.' },
        type: {
          type: 'string',
          description: 'Kind of the object that is named.',
          enum: WORKLOAD_KINDS,
          default: 'pod',
          'x-derive': { kindOf: 'name' },
        },
      },
      required: ['name', 'namespace'],
      additionalProperties: false,
    },
    risk: 'mutating',
  },
  {
    name: 'pod-check-status',
    description:
      'Look at the state of one pod, or of the pods of a service by label selector, when it is down, not ready, pending or cannot be scraped. Changes nothing.',
    parameters: {
      type: 'object',
      properties: {
        namespace: { type: 'string', description: 'Namespace of the pods.' },
        name: { type: 'string', description: 'Name of the pod, when one pod is known.', 'x-kind': 'pod' },
        selector: {
          type: 'string',
          description: 'Label selector of the pods of a service or application.',
          format: 'label-selector',
        },
      },
      required: ['namespace'],
      anyOf: [{ required: ['name'] }, { required: ['selector'] }],
      additionalProperties: false,
    },
    risk: 'read',
  },
  {
    name: 'scale-deployment',
    description:
      'Set the number of replicas of a Deployment, to give it more capacity under high CPU, load or request rate, or when replicas are missing.',
    parameters: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'Name of the Deployment.', 'x-kind': 'deployment' },
        namespace: { type: 'string', description: 'Namespace of the Deployment.' },
        replicas: {
          type: 'integer',
          description: 'Number of replicas to run.',
          minimum: 1,
          maximum: 10,
          default: 3,
          'x-derive': {
            replicas: { from: ['replicas', 'current_replicas', 'spec_replicas', 'desired_replicas'], add: 1, max: 10 },
          },
        },
      },
      required: ['name', 'namespace', 'replicas'],
      additionalProperties: false,
    },
    risk: 'mutating',
  },
  {
    name: 'check-pvc-status',
    description:
      'Look at a persistent volume claim and its usage when a volume is filling up, full, lost or not bound. Changes nothing.',
    parameters: {
      type: 'object',
      properties: {
        namespace: { type: 'string', description: 'Namespace of the claim.' },
        name: {
          type: 'string',
          description: 'Name of the persistent volume claim.',
          'x-kind': 'persistentvolumeclaim',
        },
      },
      required: ['namespace'],
      additionalProperties: false,
    },
    risk: 'read',
  },
];
