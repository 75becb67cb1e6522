import { TrainingError } from '../../../core/errors.js';
import { createRandom, type Random } from '../../../core/random.js';
import type { Alert } from '../../../domain/index.js';
import { createReach } from '../answer/reach.js';
import type { Example, Split } from '../example.js';
import { SPLITS } from '../plan.js';
import { createNames, drawComplaint, drawGraph, healthReadings, objectLabels, relationLabels } from './graph.js';
import { poolOf } from './pools.js';
import { drawCatalog } from './remedies.js';
import { CAUSE_OF } from './symptoms.js';

/** Which example to make. */
export interface HopsOptions {
  readonly seed: number;
  readonly split: Split;
  /** Place in the split, from 0. */
  readonly index: number;
}

/** Fields of an alert that the model sees, less the alert's name and its words. */
const ROOM = 32 - 7;
const MAX_ATTEMPTS = 100;
/** Shares of examples in which nothing that the source depends on is sick, and in which the remedy is not on offer. */
const WELL = 0.09;
const ABSENT = 0.12;
const SOURCE_KEYS = ['service', 'source', 'caller_service', 'origin'] as const;

/**
 * An alert about a service that suffers from another, 1 to 3 steps down: labels tell who uses whom, readings tell how
 * the services fare, labels name their objects. The answer is the remedy for the sick service that the alert's service
 * depends on, pointed at that service's object; "none" where no such service is sick or the remedy is not on offer.
 * The same options give the same example.
 * @throws TrainingError for a split that does not exist.
 */
export function hopsExample({ seed, split, index }: HopsOptions): Example {
  if (!SPLITS.includes(split)) {
    throw new TrainingError(`hopsExample: there is no split "${String(split)}"; choose one of ${SPLITS.join(', ')}`);
  }
  const root = createRandom(`hops/${seed}/${split}/${index}`);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const made = attemptExample({ seed, split, index }, root.fork(String(attempt)));
    if (made !== undefined) return made;
  }
  throw new TrainingError(
    `hopsExample: no example in ${MAX_ATTEMPTS} attempts (${split}, seed ${seed}, index ${index})`,
  );
}

const ID = /-h([123])$/;

/**
 * Steps from the alert's service to the sick one, or to the end of its chain where all is well: 1 to 3.
 * @throws TrainingError for an example that `hopsExample` did not make.
 */
export function hopsOf(example: Example): number {
  const steps = example.source === 'hops' ? ID.exec(example.id)?.[1] : undefined;
  if (steps === undefined) {
    throw new TrainingError(`hopsOf: expected an example made by hopsExample, got "${example.id}"`);
  }
  return Number(steps);
}

function attemptExample({ seed, split, index }: HopsOptions, random: Random): Example | undefined {
  const pool = poolOf(split);
  const names = createNames(pool, random);
  const share = random.next();
  const well = share < WELL;
  const absent = !well && share < WELL + ABSENT;
  const graph = drawGraph(names, well, random);
  const { complaint, alertName } = drawComplaint(graph.source, pool, random);
  const relations = relationLabels(graph, random);
  const metrics = healthReadings(graph, complaint, pool, random);
  const sourceLabel = [random.pick(SOURCE_KEYS), graph.source] as const;
  const namespace = ['namespace', names()] as const;
  const room = ROOM - relations.length - metrics.length - 2;
  const objects = objectLabels(graph, room, names, random);
  const alert: Alert = {
    labels: Object.fromEntries(
      random.shuffle([['alertname', alertName] as const, sourceLabel, namespace, ...relations, ...objects.labels]),
    ),
    annotations: {},
    metrics: Object.fromEntries(random.shuffle(metrics)),
    status: 'firing',
  };
  const { catalog, right } = drawCatalog(graph.symptom, absent, random);
  const common = {
    id: `hops-${split}-${seed}-${index}-h${graph.hops}`,
    group: `hops ${complaint.name}`,
    source: 'hops',
    alert,
    catalog,
    cause: well ? complaint.cause : CAUSE_OF[graph.symptom],
    split,
  };
  if (well || absent) return { ...common, functions: [], noneAcceptable: true, parameters: {} };
  if (right === undefined || objects.target === undefined) return undefined;
  const { definition, parameter, namespaced } = right;
  const reached = createReach(alert).reachable(definition, {
    [parameter]: [{ kind: 'label', key: objects.target }],
    ...(namespaced && { namespace: [{ kind: 'label', key: 'namespace' }] }),
  });
  if (reached?.[parameter]?.[0]?.kind !== 'label') return undefined;
  return { ...common, functions: [definition.name], noneAcceptable: false, parameters: { [definition.name]: reached } };
}
