import { createRandom, type Random } from '../../core/random.js';
import type { Alert, ParameterValue } from '../../domain/index.js';
import { RUNBOOK_ALERTS } from './splits.js';

export type RunbookRowName = (typeof RUNBOOK_ALERTS)[number];

/** One alert of a runbook row with the call that must come out. */
export interface RunbookRowCase {
  readonly row: RunbookRowName;
  readonly alert: Alert;
  readonly expected: { readonly lambdaFunction: string; readonly parameters: Readonly<Record<string, ParameterValue>> };
}

/** Sounds and words of these names only; training builds its names from other lists. */
const SOUNDS = [
  'qua',
  'pli',
  'schno',
  'xar',
  'twu',
  'ghe',
  'fjo',
  'rhy',
  'klei',
  'zwo',
  'psy',
  'dze',
  'nym',
  'oou',
  'phae',
  'vry',
];
const TAILS = ['lathe', 'anvil', 'pergola', 'marzipan', 'zeppelin', 'obelisk', 'tuxedo', 'walnut', 'glacier', 'cymbal'];
const HASH = 'bcdfghjklmnpqrstvwxz2456789';

/** Extra labels that real alerts carry and that must change nothing. */
const EXTRAS: readonly (readonly [string, (random: Random) => string])[] = [
  ['severity', (random) => random.pick(['critical', 'warning', 'major'])],
  ['prometheus', (random) => `${name(random)}/${name(random)}`],
  ['team', name],
  ['environment', (random) => random.pick(['acceptance', 'canary', 'factory'])],
  ['uid', (random) => letters(random, '0123456789abcdef', 32)],
  ['endpoint', (random) => random.pick(['http-web', 'https-main', 'tcp-metrics'])],
  ['tier', name],
  ['alertgroup', name],
  ['receiver', name],
  ['cost_center', (random) => String(10_000 + random.integer(80_000))],
];

interface Draft {
  readonly labels: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number | string>>;
  readonly lambdaFunction: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/**
 * `renamings` alerts for each row of the runbook, with random values, shuffled labels and extra labels, and the call
 * that each must lead to.
 */
export function runbookRowCases(options: { readonly seed: number; readonly renamings: number }): RunbookRowCase[] {
  const random = createRandom(`runbook-rows/${options.seed}`);
  return RUNBOOK_ALERTS.flatMap((row) =>
    Array.from({ length: options.renamings }, (_, index) => makeCase(row, random.fork(`${row}/${index}`))),
  );
}

function makeCase(row: RunbookRowName, random: Random): RunbookRowCase {
  const draft = ROWS[row](random);
  const extras = random.shuffle(EXTRAS).slice(0, random.integer(6));
  const labels = {
    alertname: row,
    ...Object.fromEntries(extras.map(([key, make]) => [key, make(random)])),
    ...draft.labels,
  };
  return {
    row,
    alert: {
      labels: Object.fromEntries(random.shuffle(Object.entries(labels))),
      annotations: random.chance(0.5) ? {} : { summary: `${row} fired.` },
      metrics: draft.metrics ?? {},
      status: 'firing',
    },
    expected: { lambdaFunction: draft.lambdaFunction, parameters: draft.parameters },
  };
}

function flux(kind: string, title: string): (random: Random) => Draft {
  return (random) => {
    const parameters = { name: name(random), namespace: namespace(random) };
    return {
      labels: { ...parameters, ...(random.chance(0.4) && { kind: title }) },
      lambdaFunction: `flux-reconcile-${kind}`,
      parameters,
    };
  };
}

const ROWS: Readonly<Record<RunbookRowName, (random: Random) => Draft>> = {
  FluxReconciliationFailure: flux('kustomization', 'Kustomization'),
  FluxGitRepositoryOutOfSync: flux('gitrepository', 'GitRepository'),
  FluxHelmReleaseFailing: flux('helmrelease', 'HelmRelease'),
  PodCrashLoopBackOff: (random) => {
    const app = name(random);
    const target = { pod: podName(random, app), namespace: namespace(random) };
    return {
      labels: { ...target, ...(random.chance(0.5) && { container: app }) },
      lambdaFunction: 'pod-restart',
      parameters: { name: target.pod, namespace: target.namespace, type: 'pod' },
    };
  },
  PrometheusServiceDown: (random) => {
    const app = name(random);
    const space = namespace(random);
    const [label, selector] = random.pick<readonly [Record<string, string>, string]>([
      [{}, 'app.kubernetes.io/name=prometheus'],
      [{}, 'app.kubernetes.io/name=prometheus'],
      [{ app }, `app=${app}`],
      [{ app_kubernetes_io_name: app }, `app.kubernetes.io/name=${app}`],
      [{ k8s_app: app }, `k8s-app=${app}`],
      [{ service: app }, `app.kubernetes.io/name=${app}`],
      [{ job: app }, `app.kubernetes.io/name=${app}`],
    ]);
    return {
      labels: { namespace: space, ...label, ...(random.chance(0.3) && { instance: '10.77.3.9:9090' }) },
      lambdaFunction: 'pod-check-status',
      parameters: { namespace: space, selector },
    };
  },
  PersistentVolumeFillingUpCritical: (random) => {
    const claim = `${name(random)}-${random.pick(TAILS)}`;
    const space = namespace(random);
    return {
      labels: { persistentvolumeclaim: claim, namespace: space },
      lambdaFunction: 'check-pvc-status',
      parameters: { namespace: space, name: claim },
    };
  },
  PodCPUHigh: (random) => {
    const deployment = name(random);
    const space = namespace(random);
    const pod = `${deployment}-${replicaSetHash(random)}-${letters(random, HASH, 5)}`;
    const labels = random.pick<Record<string, string>>([{ deployment }, { pod }, { deployment, pod }]);
    return {
      labels: { ...labels, namespace: space },
      metrics: { cpu_percent: 80 + random.integer(20), memory: 'normal', request_rate: 'high' },
      lambdaFunction: 'scale-deployment',
      parameters: { name: deployment, namespace: space, replicas: 3 },
    };
  },
};

function name(random: Random): string {
  const word = Array.from({ length: 2 + random.integer(2) }, () => random.pick(SOUNDS)).join('');
  return random.chance(0.6) ? `${word}-${random.pick(TAILS)}` : word;
}

function namespace(random: Random): string {
  return random.chance(0.5) ? name(random) : `${random.pick(TAILS)}-${random.pick(SOUNDS)}`;
}

function podName(random: Random, app: string): string {
  if (random.chance(0.3)) return `${app}-${random.integer(9)}`;
  return `${app}-${replicaSetHash(random)}-${letters(random, HASH, 5)}`;
}

/** Ten characters with a letter and a digit at fixed places, so that the form is always that of a ReplicaSet's hash. */
function replicaSetHash(random: Random): string {
  return `${letters(random, HASH, 8)}b7`;
}

function letters(random: Random, alphabet: string, count: number): string {
  return Array.from({ length: count }, () => alphabet.charAt(random.integer(alphabet.length))).join('');
}
