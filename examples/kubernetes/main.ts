import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ALERT_FIRED } from '../../src/cloudevents/event-types.js';
import {
  resolveChainConfig,
  resolveModelConfig,
  resolveServeConfig,
  resolveSinkConfig,
} from '../../src/config/index.js';
import type { Decision } from '../../src/domain/index.js';
import { createService } from '../../src/server/index.js';
import { checkDockerfile } from './dockerfile.js';
import { faultsOf, type Manifest, readManifests } from './manifests.js';

const here = new URL('./', import.meta.url);
const repository = new URL('../../', here);
const readme = readFileSync(new URL('README.md', here), 'utf8');

// Images.
const images = ['Dockerfile', 'Dockerfile.cuda'].map((name) => checkDockerfile(new URL(name, here), repository));
for (const image of images) assert.deepEqual(image, { port: 8080, user: '1000:1000' });
console.log(
  `${images.length} Dockerfiles are sound: not root, no scripts of packages, nothing copied that is not there`,
);

// Manifests, each by the schema of its kind.
const folder = new URL('manifests/', here);
const all = readManifests(folder);
const manifests = all.filter(({ kind }) => kind !== 'Kustomization');
// The published schema is older than the field: since Knative 1.13 a destination that announces no audience itself is given
// one here, and a Knative service is such a one.
const NEWER = ['/spec/subscriber/audience: the schema has no such field'];
for (const manifest of manifests) {
  const faults = faultsOf(manifest).filter((fault) => manifest.kind !== 'Trigger' || !NEWER.includes(fault));
  assert.deepEqual(faults, [], `${manifest.file}, ${manifest.kind} ${manifest.metadata.name}`);
  console.log(`${manifest.file}: ${manifest.kind} ${manifest.metadata.name} (${manifest.apiVersion}) fits its schema`);
}
const kustomization = all.find(({ kind }) => kind === 'Kustomization') as Manifest & { resources: readonly string[] };
const files = [...new Set(manifests.map(({ file }) => file))];
assert.deepEqual([...kustomization.resources, 'service-gpu.yaml'].sort(), files);

// The check itself finds what it is there for.
const [sound] = manifests.filter(({ kind, file }) => kind === 'Service' && file === 'service-cpu.yaml');
assert.ok(sound);
const broken = (change: (container: Record<string, unknown>) => void): readonly string[] => {
  const copy = structuredClone(sound);
  change(copy.spec.template.spec.containers[0]);
  return faultsOf(copy);
};
assert.match(
  broken((container) => Object.assign(container, { readinesProbe: {} }))[0] ?? '',
  /readinesProbe: .* no such field/,
);
assert.match(broken((container) => Object.assign(container, { image: 5 }))[0] ?? '', /image must be string/);
assert.match(broken((container) => Object.assign(container, { ports: [{ name: 'http1' }] }))[0] ?? '', /containerPort/);

// What the manifests say about each other, and about the service.
const ofKind = (kind: string, apiVersion: string): readonly Manifest[] =>
  manifests.filter((each) => each.kind === kind && each.apiVersion.startsWith(apiVersion));
const only = (kind: string, apiVersion: string): Manifest => {
  const [found, ...others] = ofKind(kind, apiVersion);
  assert.ok(found && others.length === 0, `expected one ${kind}`);
  return found;
};
const holds = (labels: Readonly<Record<string, string>> = {}, wanted: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(wanted).length > 0 && Object.entries(wanted).every(([name, value]) => labels[name] === value);
const namespace = only('Namespace', 'v1').metadata.name;
for (const { kind, metadata } of manifests) {
  if (kind !== 'Namespace') assert.equal(metadata.namespace, namespace, `${kind} ${metadata.name}`);
}

const paths = await pathsOfService();
const services = ofKind('Service', 'serving.knative.dev/');
assert.equal(services.length, 2);
for (const { file, metadata, spec } of services) {
  const pod = spec.template.spec;
  const [container, ...others] = pod.containers;
  assert.deepEqual(others, []);
  assert.equal(metadata.name, 'agent-trm', `${file}: one takes the place of the other`);
  assert.equal(metadata.labels?.['networking.knative.dev/visibility'], 'cluster-local');
  assert.equal(pod.serviceAccountName, only('ServiceAccount', 'v1').metadata.name);
  assert.equal(pod.automountServiceAccountToken, false);
  assert.deepEqual(container.ports, [{ containerPort: images[0]?.port }]);
  const { capabilities, seccompProfile, ...security } = container.securityContext;
  assert.deepEqual(security, {
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
  });
  assert.deepEqual([capabilities, seccompProfile], [{ drop: ['ALL'] }, { type: 'RuntimeDefault' }]);
  for (const probe of ['readinessProbe', 'livenessProbe']) {
    assert.ok(paths.has(`get ${container[probe].httpGet.path}`), `${file}: the service has no ${probe}`);
  }
  for (const set of ['requests', 'limits']) {
    for (const name of ['cpu', 'memory']) assert.ok(container.resources[set][name], `${file}: ${set}.${name}`);
  }
  checkEnvironment(file, container.env);
  checkSender(file, container.env);
  checkSecrets(file, pod, container);
  assert.ok(pod.timeoutSeconds * 1000 > 15_000, 'expected more time than the service takes itself');
}
assert.match(readFileSync(new URL('service-gpu.yaml', folder), 'utf8'), /^# NOT RUN/);
assert.match(readFileSync(new URL('Dockerfile.cuda', here), 'utf8'), /^# NOT RUN/);

const trigger = only('Trigger', 'eventing.knative.dev/');
const broker = only('Broker', 'eventing.knative.dev/').metadata.name;
assert.equal(trigger.spec.broker, broker);
assert.equal(trigger.spec.filter.attributes.type, ALERT_FIRED);
assert.ok(paths.has(`post ${trigger.spec.subscriber.uri}`));
assert.equal(trigger.spec.subscriber.ref.name, services[0]?.metadata.name);
const binding = only('SinkBinding', 'sources.knative.dev/').spec;
assert.deepEqual([binding.subject.name, binding.sink.ref.name], [services[0]?.metadata.name, broker]);

const network = only('NetworkPolicy', 'networking.k8s.io/').spec;
const labels = { 'serving.knative.dev/service': services[0]?.metadata.name ?? '' };
assert.deepEqual(network.podSelector.matchLabels, labels);
assert.deepEqual(network.policyTypes, ['Ingress', 'Egress']);
for (const rule of [...network.ingress, ...network.egress]) {
  assert.ok((rule.from ?? rule.to)?.length > 0 && rule.ports.length > 0, 'a rule that names nobody lets everybody');
}
const metrics = only('Service', 'v1');
const monitor = only('ServiceMonitor', 'monitoring.coreos.com/').spec;
assert.deepEqual(metrics.spec.selector, labels);
assert.ok(holds(metrics.metadata.labels, monitor.selector.matchLabels));
assert.ok(paths.has(`get ${monitor.endpoints[0].path}`));
assert.equal(monitor.endpoints[0].port, metrics.spec.ports[0].name);
assert.equal(metrics.spec.ports[0].targetPort, images[0]?.port);
console.log('Names, selectors, ports, paths, variables and secrets agree with each other and with the service');

/** Operations of the service, such as `get /readyz`. */
async function pathsOfService(): Promise<ReadonlySet<string>> {
  const nothing: Decision = {
    lambdaFunction: null,
    abstainReason: 'none-applies',
    parameters: {},
    parameterOrigins: {},
    confidence: 0.5,
    accepted: false,
    reasoning: 'nothing is asked of it',
    cause: 'unknown',
    method: 'trm_recursive_reasoning',
    iterations: 1,
    candidates: [{ lambdaFunction: null, probability: 1 }],
    trace: [{ step: 1, hCycle: 1, lambdaFunction: null, parameters: {}, confidence: 0.5 }],
  };
  await using service = await createService({
    insecure: true,
    chain: { phases: ['trm'] },
    model: async () => ({
      identity: { id: 'none', sha256: '0'.repeat(64), executionProvider: 'cpu' },
      load: { active: 0, waiting: 0 },
      select: async () => nothing,
      reason: async () => [{ text: '{"lambda_function":null,"parameters":{},"reasoning":""}', confidence: 0 }],
      dispose: async () => undefined,
    }),
  });
  const document = (await (await service.app.request('/openapi.json')).json()) as { paths: Record<string, object> };
  return new Set(
    Object.entries(document.paths).flatMap(([path, each]) => Object.keys(each).map((method) => `${method} ${path}`)),
  );
}

/** Every variable is one that the service reads, with a value that it takes. */
function checkEnvironment(file: string, entries: readonly { readonly name: string; readonly value?: string }[]): void {
  const values = Object.fromEntries(entries.map(({ name, value }) => [name, value]));
  // The key of the audit log is a secret; certificates are Node's own setting.
  const asked = new Set<string>(['TRM_AUDIT_KEY_FILE', 'NODE_EXTRA_CA_CERTS']);
  const environment = new Proxy(values, {
    get(target, name) {
      if (typeof name === 'string') asked.add(name);
      return Reflect.get(target, name);
    },
  });
  const config = resolveServeConfig({}, environment);
  resolveModelConfig({}, environment);
  resolveChainConfig({}, environment);
  resolveSinkConfig({}, environment);
  for (const name of Object.keys(values)) assert.ok(asked.has(name), `${file}: the service reads no ${name}`);
  assert.equal(config.insecure.value, false);
  assert.ok(config.tokensFile.value ?? config.jwksUrl.value, `${file}: nobody could ask`);
}

/** The broker's deliveries are those of the trigger's own service account, for this audience, and events are all they may. */
function checkSender(file: string, entries: readonly { readonly name: string; readonly value?: string }[]): void {
  const { jwtAudience, jwtScopeClaim, jwtScopeMap } = resolveServeConfig(
    {},
    Object.fromEntries(entries.map(({ name, value }) => [name, value])),
  );
  const { metadata, spec } = only('Trigger', 'eventing.knative.dev/');
  const account = `system:serviceaccount:${metadata.namespace}:${metadata.name}-oidc-eventing.knative.dev-trigger`;
  assert.deepEqual([jwtAudience.value, jwtScopeClaim.value], [[spec.subscriber.audience], 'sub'], file);
  assert.deepEqual(jwtScopeMap.value, { [account]: ['events'] }, file);
}

/** Secrets are files that are mounted to be read, named in README.md, and no variables. */
function checkSecrets(
  file: string,
  pod: { readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[] },
  container: {
    readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
    readonly volumeMounts: readonly {
      readonly name: string;
      readonly mountPath: string;
      readonly readOnly?: boolean;
    }[];
  },
): void {
  for (const { name, valueFrom } of container.env) assert.equal(valueFrom, undefined, `${file}: ${name} is no file`);
  const mounts = new Map(container.volumeMounts.map((mount) => [mount.name, mount]));
  assert.deepEqual([...mounts.keys()].sort(), pod.volumes.map(({ name }) => name).sort());
  for (const { name, secret } of pod.volumes) {
    const mount = mounts.get(name);
    if (secret) {
      assert.equal(mount?.readOnly, true, `${file}: ${name} can be written`);
      assert.match(
        readme,
        new RegExp(`create secret generic ${secret.secretName} `),
        `README.md makes no ${secret.secretName}`,
      );
    }
    const used = container.env.some(({ value }) => value?.startsWith(`${mount?.mountPath}/`));
    assert.ok(used, `${file}: nothing uses what is mounted as ${name}`);
  }
}
