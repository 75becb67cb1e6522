import type { Random } from '../../../core/random.js';
import { isReplicaSetHash } from '../../../domain/kubernetes-names.js';
import type { ValueShape } from '../facts/schema.js';
import {
  CLAIM_PREFIXES,
  CLUSTERS,
  DATABASES,
  NAMESPACES,
  PARTS,
  PLAIN_WORDS,
  PRODUCTS,
  REGIONS,
  SUBJECTS,
  SYLLABLES,
  TABLES,
} from './word-lists.js';

/** How the pod of a workload is named. */
export type PodOwner = 'deployment' | 'statefulset' | 'daemonset' | 'bare';

/** Makes the label values of one situation; values of one application agree with each other. */
export interface ValueMaker {
  /** Name of the application that the situation is about. */
  readonly app: string;
  readonly namespace: string;
  /** A value of the given shape; the app, its pod and its namespace are the same every time. */
  make(shape: ValueShape): string;
  pod(owner: PodOwner, app?: string): string;
}

const HASH_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** @param app Fixed application name, such as the component that an alert name contains. */
export function createValues(random: Random, app?: string): ValueMaker {
  const base = app ?? appName(random);
  const namespace = namespaceName(random, base);
  const owner = podOwner(random);
  const pods = new Map<string, string>();
  const pod = (kind: PodOwner, of = base): string => {
    const key = `${kind}/${of}`;
    const made = pods.get(key) ?? podName(random, of, kind);
    pods.set(key, made);
    return made;
  };
  const make = (shape: ValueShape): string => {
    switch (shape) {
      case 'pod':
        return pod(owner);
      case 'workload':
        return base;
      case 'namespace':
        return namespace;
      default:
        return independentValue(random, shape, base);
    }
  };
  return { app: base, namespace, make, pod };
}

/** Names of applications: meaningless syllables (40 %), words in use, products, or a mixture. */
export function appName(random: Random): string {
  const share = random.next();
  if (share < 0.4) return random.chance(0.5) ? invented(random) : `${invented(random)}-${random.pick(PARTS)}`;
  if (share < 0.7) return `${random.pick(SUBJECTS)}-${random.pick(PARTS)}`;
  if (share < 0.8) return random.pick(SUBJECTS);
  if (share < 0.9) return random.pick(PRODUCTS);
  return `${invented(random)}-${random.pick(SUBJECTS)}-${random.pick(PARTS)}`;
}

/** A pronounceable word that stands in no list. */
export function invented(random: Random): string {
  return Array.from({ length: 2 + random.integer(3) }, () => random.pick(SYLLABLES)).join('');
}

function namespaceName(random: Random, app: string): string {
  const share = random.next();
  if (share < 0.5) return random.pick(NAMESPACES);
  if (share < 0.65) return app;
  if (share < 0.8) return `${random.pick(SUBJECTS)}-${random.pick(['prod', 'dev', 'staging', 'system'])}`;
  return random.chance(0.6) ? invented(random) : `${invented(random)}-${random.pick(['prod', 'system', 'ns'])}`;
}

function podOwner(random: Random): PodOwner {
  const share = random.next();
  if (share < 0.62) return 'deployment';
  if (share < 0.82) return 'statefulset';
  return share < 0.93 ? 'daemonset' : 'bare';
}

function podName(random: Random, app: string, owner: PodOwner): string {
  if (owner === 'statefulset') return `${app}-${random.integer(5)}`;
  if (owner === 'daemonset') return `${app}-${letters(random, HASH_ALPHABET, 5)}`;
  return owner === 'bare' ? app : `${app}-${replicaSetHash(random)}-${letters(random, HASH_ALPHABET, 5)}`;
}

function replicaSetHash(random: Random): string {
  for (;;) {
    const hash = letters(random, HASH_ALPHABET, 8 + random.integer(3));
    if (isReplicaSetHash(hash)) return hash;
  }
}

function letters(random: Random, alphabet: string, count: number): string {
  let text = '';
  for (let index = 0; index < count; index++) text += alphabet.charAt(random.integer(alphabet.length));
  return text;
}

/** Private IPv4 address. */
export function address(random: Random): string {
  const tail = `${random.integer(256)}.${1 + random.integer(254)}`;
  return random.chance(0.6) ? `10.${random.integer(256)}.${tail}` : `192.168.${tail}`;
}

/** UUID-shaped text. */
export function uuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((count) => letters(random, '0123456789abcdef', count)).join('-');
}

function hostName(random: Random): string {
  const number = String(1 + random.integer(20)).padStart(random.chance(0.5) ? 2 : 1, '0');
  const stem = random.chance(0.5)
    ? invented(random)
    : random.pick(['node', 'host', 'srv', 'nas', 'pve', 'worker', 'db', 'web']);
  return random.chance(0.8) ? `${stem}-${number}` : `${stem}${number}`;
}

function independentValue(random: Random, shape: ValueShape, app: string): string {
  const port = (): number => random.pick([80, 443, 3000, 6379, 8080, 8443, 9090, 9100, 9187, 9308, 10250]);
  const domain = (): string =>
    `${random.chance(0.5) ? invented(random) : random.pick(SUBJECTS)}.${random.pick(['example.com', 'example.org', 'home.lan', 'internal', 'shop.example.net'])}`;
  switch (shape) {
    case 'address':
      return random.chance(0.8) ? `${address(random)}:${port()}` : `${hostName(random)}:${port()}`;
    case 'certificate':
      return random.chance(0.6) ? `${app}-tls` : random.chance(0.5) ? domain() : `${invented(random)}-cert`;
    case 'claim':
      return claimName(random, app);
    case 'cluster':
      return random.chance(0.6) ? random.pick(CLUSTERS) : invented(random);
    case 'database':
      return random.chance(0.6) ? random.pick(DATABASES) : invented(random);
    case 'device':
      return random.pick(['sda', 'sdb', 'sdc', 'nvme0n1', 'nvme1n1', 'vda', 'dm-0', 'mmcblk0']);
    case 'domain':
      return domain();
    case 'host':
      return random.chance(0.8)
        ? hostName(random)
        : `${hostName(random)}.${random.pick(['lan', 'internal', 'example.net'])}`;
    case 'image':
      return `registry.example.com/${app}:${random.integer(9)}.${random.integer(30)}.${random.integer(10)}`;
    case 'index':
      return `${random.pick(SUBJECTS)}-2026.${String(1 + random.integer(12)).padStart(2, '0')}`;
    case 'interface':
      return random.pick(['eth0', 'eth1', 'ens18', 'bond0', 'enp3s0', 'wlan0', 'br0', 'Ethernet1_7']);
    case 'ip':
      return `${11 + random.integer(180)}.${random.integer(256)}.${random.integer(256)}.${1 + random.integer(254)}`;
    case 'job-run':
      return random.chance(0.6)
        ? `${app}-${28_000_000 + random.integer(900_000)}`
        : `${app}-${random.pick(['migrate', 'import', 'cleanup', 'init'])}`;
    case 'metric-name':
      return `${random.pick(SUBJECTS)}_${random.pick(['requests', 'errors', 'latency', 'size'])}_${random.pick(['total', 'seconds', 'bytes'])}`;
    case 'mountpoint':
      return random.pick(['/', '/var', '/var/lib/docker', '/home', '/data', '/boot', '/mnt/media', '/srv']);
    case 'node':
      return random.chance(0.7)
        ? hostName(random)
        : `ip-10-${random.integer(256)}-${random.integer(256)}-${random.integer(256)}`;
    case 'number':
      return String(100_000 + random.integer(899_999_999));
    case 'peer':
      return random.chance(0.6) ? address(random) : hostName(random);
    case 'pool':
      return random.pick(['md0', 'md127', 'tank', 'rpool', 'vol1', 'storage', 'pool0', 'backup']);
    case 'queue':
      return random.chance(0.5)
        ? `${random.pick(SUBJECTS)}.${random.pick(['created', 'updated', 'retry', 'events', 'dlq'])}`
        : `${invented(random)}-${random.pick(['events', 'jobs', 'tasks'])}`;
    case 'region':
      return random.pick(REGIONS);
    case 'replicaset':
      return `${app}-${replicaSetHash(random)}`;
    case 'secret':
      return `${app}-${random.pick(['credentials', 'token', 'secret', 'key', 'pull'])}`;
    case 'sensor':
      return random.pick(['cpu0', 'inlet', 'exhaust', 'psu1', 'fan3', 'nvme-composite', 'hallway', 'fridge', 'boiler']);
    case 'sku':
      return `${invented(random)}-${100 + random.integer(900)}`;
    case 'small-number':
      return String(random.integer(32));
    case 'table':
      return random.chance(0.7) ? random.pick(TABLES) : invented(random);
    case 'unit':
      return `${random.chance(0.5) ? random.pick(PRODUCTS) : invented(random)}.service`;
    case 'url':
      return `https://${domain()}${random.chance(0.4) ? `/${random.pick(SUBJECTS)}` : ''}`;
    case 'user':
      return random.chance(0.5) ? `${random.pick(SUBJECTS)}_rw` : invented(random);
    case 'volume':
      return `pvc-${uuid(random)}`;
    case 'word':
      return random.pick(PLAIN_WORDS);
    default:
      return app;
  }
}

function claimName(random: Random, app: string): string {
  const share = random.next();
  if (share < 0.4) return `${random.pick(CLAIM_PREFIXES)}-${app}-${random.integer(4)}`;
  if (share < 0.6) return `${app}-${random.pick(CLAIM_PREFIXES)}`;
  if (share < 0.8) return random.chance(0.5) ? `${app}-pvc` : app;
  return `${invented(random)}-${random.pick(CLAIM_PREFIXES)}`;
}
