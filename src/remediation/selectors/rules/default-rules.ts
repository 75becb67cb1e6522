import type { Rule } from './rule.js';

/**
 * Rules for the seven functions of `DEFAULT_CATALOG`, the most telling first. Every confidence is the share of training
 * alerts to which the rule applies and for which it is right, as `npm run bench:rules` prints it; those under a chain's
 * threshold only show in its attempts.
 */
export const DEFAULT_RULES: readonly Rule[] = [
  {
    name: 'flux-kustomization',
    when: { any: ['flux', 'kustomization', 'reconciliation', 'gotk'], labels: { kind: 'Kustomization' } },
    call: 'flux-reconcile-kustomization',
    confidence: 0.9,
  },
  {
    name: 'flux-helm-release',
    when: { any: ['flux', 'helm', 'release', 'helmrelease', 'gotk'], labels: { kind: 'HelmRelease' } },
    call: 'flux-reconcile-helmrelease',
    confidence: 0.9,
  },
  {
    name: 'flux-git-repository',
    when: { any: ['flux', 'git', 'gitrepository', 'source', 'gotk'], labels: { kind: 'GitRepository' } },
    call: 'flux-reconcile-gitrepository',
    confidence: 0.9,
  },
  {
    name: 'crash-loop',
    when: { any: ['crash*', 'crashloop*', 'backoff', 'oom', 'oomkilled'], labels: { pod: '*' } },
    call: 'pod-restart',
    confidence: 0.8,
  },
  {
    name: 'claim-filling-up',
    when: { any: ['pvc', 'persistentvolumeclaim', 'claim', 'volume', 'disk'], labels: { persistentvolumeclaim: '*' } },
    call: 'check-pvc-status',
    confidence: 0.8,
  },
  {
    name: 'deployment-overloaded',
    when: {
      any: ['cpu', 'load', 'saturated', 'saturation', 'throttling', 'hpa', 'replicas'],
      labels: { deployment: '*' },
    },
    call: 'scale-deployment',
    confidence: 0.7,
  },
  {
    name: 'pod-not-well',
    when: {
      any: ['down', 'notready', 'unready', 'pending', 'unhealthy', 'unavailable', 'failed', 'stuck', 'waiting'],
      labels: { pod: '*' },
    },
    call: 'pod-check-status',
    confidence: 0.7,
  },
  {
    name: 'service-down',
    when: { any: ['down', 'absent', 'unreachable', 'missing'], labels: { service: '*' } },
    call: 'pod-check-status',
    confidence: 0.7,
  },
];
