import { readdirSync, readFileSync } from 'node:fs';
import { Broker, Trigger } from '@kubernetes-models/knative/eventing.knative.dev/v1';
import { Service as KnativeService } from '@kubernetes-models/knative/serving.knative.dev/v1';
import { SinkBinding } from '@kubernetes-models/knative/sources.knative.dev/v1';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { Namespace, Service, ServiceAccount } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';

/** What is read of a manifest; its schema has been checked before. */
export interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the schema's, which differs by kind
  readonly spec?: any;
}

/** What checks one kind: the schema that Kubernetes, Knative or the operator publish for it. */
interface Model {
  readonly apiVersion: string;
  readonly kind: string;
  readonly prototype: { validate(): void };
}

const MODELS: readonly Model[] = [
  Namespace,
  ServiceAccount,
  Service,
  NetworkPolicy,
  KnativeService,
  Broker,
  Trigger,
  SinkBinding,
  ServiceMonitor,
];

/** Reads the YAML documents of a folder. Throws for what is no YAML, has a key twice, or is empty. */
export function readManifests(folder: URL): readonly Manifest[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((file) =>
      // YAML 1.1 is what kubectl reads, where 0440 and yes mean something else than they do since.
      parseAllDocuments(readFileSync(new URL(file, folder), 'utf8'), { version: '1.1', strict: true }).map(
        (document) => {
          const [problem] = [...document.errors, ...document.warnings];
          if (problem) throw new Error(`${file}: ${problem.message}`);
          return { file, ...(document.toJS() as Omit<Manifest, 'file'>) };
        },
      ),
    );
}

/**
 * What the schema of its kind has against a manifest: wrong and missing fields, and fields that it does not know, which
 * a cluster would drop or refuse. Empty when it is sound.
 */
export function faultsOf({ file: _file, ...manifest }: Manifest): readonly string[] {
  const { apiVersion, kind } = manifest;
  const model = MODELS.find((each) => each.apiVersion === apiVersion && each.kind === kind);
  if (!model) return [`${apiVersion} ${kind}: there is no schema for it here`];
  const read = new Map<object, ReadonlySet<string> & Set<string>>();
  try {
    model.prototype.validate.call(watched(manifest, read));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  return unread(manifest, '', read);
}

/**
 * The same value, with note taken of the names that are asked for. A validator asks for every name that its schema knows,
 * whether it is there or not, so what it has not asked for it does not know.
 */
function watched<T extends object>(value: T, read: Map<object, Set<string>>): T {
  return new Proxy(value, {
    get(target, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver);
      if (typeof name === 'string' && !Array.isArray(target)) {
        const names = read.get(target) ?? new Set();
        read.set(target, names.add(name));
      }
      return typeof found === 'object' && found !== null ? watched(found, read) : found;
    },
  });
}

/** Fields that nobody asked for, in objects whose fields somebody asked for: others may hold what they like. */
function unread(value: unknown, path: string, read: ReadonlyMap<object, ReadonlySet<string>>): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const names = read.get(value);
  return Object.entries(value).flatMap(([name, entry]) => {
    const at = `${path}/${name}`;
    if (names && !Array.isArray(value) && !names.has(name)) return [`${at}: the schema has no such field`];
    return unread(entry, at, read);
  });
}
