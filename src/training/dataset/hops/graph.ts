import type { Random } from '../../../core/random.js';
import { capitalise } from '../situation/alert-name-style.js';
import { COMPLAINTS, type Complaint, type Pool, RELATIONS, SERVICE_SYLLABLES } from './pools.js';
import type { ObjectKind } from './remedies.js';
import { kindsFor } from './remedies.js';
import { NEUTRAL_READINGS, READINGS, readingIn, SYMPTOMS, type Symptom } from './symptoms.js';

/** A service with what it uses and how it fares. */
export interface Service {
  readonly name: string;
  /** Names of the services that it uses. */
  readonly uses: readonly string[];
  /** What is wrong with it at the root; a service that only suffers from another has none. */
  readonly symptom?: Symptom;
}

/** The services around an alert. */
export interface Graph {
  readonly services: readonly Service[];
  /** The service that the alert is about. */
  readonly source: string;
  /** The sick service that the source depends on, where there is one. */
  readonly culprit?: Service;
  /** Steps from the source to the culprit, or to the end of the chain where all is well. */
  readonly hops: number;
  readonly symptom: Symptom;
}

/** Distinct invented names. */
export function createNames(pool: Pool, random: Random): () => string {
  const taken = new Set<string>();
  return () => {
    for (;;) {
      const length = 2 + random.integer(2);
      const name = Array.from({ length }, () => random.pick(SERVICE_SYLLABLES[pool])).join('');
      if (taken.has(name)) continue;
      taken.add(name);
      return name;
    }
  };
}

/**
 * A chain of 1 to 3 steps from the source to the culprit, another chain that the source does not depend on and that has
 * a sick service of its own more often than not, and now and then a branch or a longer tail of well services.
 */
export function drawGraph(names: () => string, well: boolean, random: Random): Graph {
  const hops = 1 + random.integer(3);
  const symptom = random.pick(SYMPTOMS);
  const own = chain(hops, well ? undefined : symptom, names);
  const culprit = own.at(-1) as Service;
  const services = [...own];
  if (hops < 3 && random.chance(0.35)) extend(services, hops, names);
  if (random.chance(0.4)) extend(services, random.integer(hops), names);
  const length = 1 + random.integer(hops === 3 ? 2 : 3);
  const sick = random.chance(0.8) ? random.pick(SYMPTOMS) : undefined;
  services.push(...chain(length, sick, names));
  return {
    services,
    source: (own[0] as Service).name,
    hops,
    symptom,
    ...(!well && { culprit: services.find(({ name }) => name === culprit.name) as Service }),
  };
}

function chain(hops: number, symptom: Symptom | undefined, names: () => string): Service[] {
  const made = Array.from({ length: hops + 1 }, names);
  return made.map((name, at) => ({
    name,
    uses: made.slice(at + 1, at + 2),
    ...(at === hops && symptom !== undefined && { symptom }),
  }));
}

/** Lets the service at a place use one more, which is well. */
function extend(services: Service[], at: number, names: () => string): void {
  const service = services[at];
  if (service === undefined) return;
  const name = names();
  services[at] = { ...service, uses: [...service.uses, name] };
  services.push({ name, uses: [] });
}

/** Labels that say who uses whom; each way to say it is used once for a service. */
export function relationLabels({ services }: Graph, random: Random): [string, string][] {
  const labels = new Map<string, string>();
  for (const { name, uses } of services) {
    for (const used of uses) {
      for (const { words, from } of random.shuffle(RELATIONS)) {
        const [key, value] = from === 'key' ? [`${name}_${words}`, used] : [`${used}_${words}`, name];
        if (labels.has(key)) continue;
        labels.set(key, value);
        break;
      }
    }
  }
  return [...labels];
}

/** A reading of every service but those at the head of a chain, which read what the alert complains about. */
export function healthReadings(
  { services, source }: Graph,
  complaint: Complaint,
  pool: Pool,
  random: Random,
): [string, number][] {
  const used = new Set(services.flatMap(({ uses }) => uses));
  const metrics: [string, number][] = [];
  for (const { name, symptom } of services) {
    if (!used.has(name)) {
      const high = name === source || random.chance(0.5);
      metrics.push([`${name}_${complaint.metric}`, high ? 10 + random.integer(30) : 0]);
      continue;
    }
    const { metric, bad, good } = random.pick(READINGS[symptom ?? random.pick(SYMPTOMS)][pool]);
    metrics.push([`${name}_${metric}`, readingIn(symptom === undefined ? good : bad, random)]);
    if (random.chance(0.1)) metrics.push([`${name}_${random.pick(NEUTRAL_READINGS)}`, 1 + random.integer(900)]);
  }
  return metrics;
}

/** Labels that name objects of the services, and which of them belongs to the culprit. */
export interface ObjectLabels {
  readonly labels: readonly (readonly [string, string])[];
  /** Key of the object that the remedy acts on. */
  readonly target?: string;
}

const KINDS: readonly ObjectKind[] = [
  'deployment',
  'statefulset',
  'persistentvolumeclaim',
  'secret',
  'certificate',
  'configmap',
];
/** Prefixes that collectors put before a label that is there already. */
const PREFIXES = ['', 'exported_', 'kube_', 'label_', 'kubernetes_'] as const;

/**
 * Objects of the culprit's kind for several services, and of another kind. Either the key names the service
 * (`redis_deployment="zeta"`) or the value does (`exported_deployment="redis-zeta"`).
 */
export function objectLabels(graph: Graph, room: number, names: () => string, random: Random): ObjectLabels {
  const byKey = random.chance(0.6);
  const kind = random.pick(kindsFor(graph.symptom));
  const others = random.shuffle(KINDS.filter((one) => !kindsFor(graph.symptom).includes(one)));
  const rest = random.shuffle(graph.services.filter(({ name }) => name !== graph.culprit?.name));
  const rivals = [...rest.filter(({ symptom }) => symptom !== undefined), ...rest.filter(({ symptom }) => !symptom)];
  const owners = [...(graph.culprit === undefined ? [] : [graph.culprit]), ...rivals].slice(0, 3 + random.integer(2));
  const labels = new Map<string, string>();
  let target: string | undefined;
  for (const [round, of] of [kind, ...others.slice(0, 2)].entries()) {
    for (const owner of round === 0 ? owners : random.shuffle(owners).slice(0, 3)) {
      if (labels.size >= room) break;
      const value = byKey ? `${names()}-${names()}` : `${owner.name}-${names()}`;
      const key = byKey ? `${owner.name}_${of}` : freeKey(of, labels, random);
      if (key === undefined) continue;
      labels.set(key, value);
      if (round === 0 && owner.name === graph.culprit?.name) target = key;
    }
  }
  return { labels: [...labels], ...(target !== undefined && { target }) };
}

function freeKey(kind: ObjectKind, taken: ReadonlyMap<string, string>, random: Random): string | undefined {
  return random
    .shuffle(PREFIXES)
    .map((prefix) => `${prefix}${kind}`)
    .find((key) => !taken.has(key));
}

/** Name of an alert about a service and what it complains about. */
export function drawComplaint(source: string, pool: Pool, random: Random): { complaint: Complaint; alertName: string } {
  const complaint = random.pick(COMPLAINTS[pool]);
  return { complaint, alertName: random.chance(0.5) ? `${capitalise(source)}${complaint.name}` : complaint.name };
}
