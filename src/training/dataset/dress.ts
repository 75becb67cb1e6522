import type { Random } from '../../core/random.js';
import type { Alert } from '../../domain/index.js';
import { splitWords } from '../../encoding/index.js';
import { restyleAlertName } from './situation/alert-name-style.js';
import { neutralReadings } from './situation/readings.js';
import type { Situation, TaggedLabel } from './situation/situation.js';
import { invented, uuid } from './situation/values.js';
import { CLUSTERS, ENVIRONMENTS, REGIONS, TEAMS } from './situation/word-lists.js';

/** Labels that the whole pipeline adds, with the probability of each. */
const PIPELINE: readonly (readonly [string, number, (random: Random) => string, string?])[] = [
  ['severity', 0.85, (random) => random.pick(['critical', 'warning', 'warning', 'info', 'page', 'P2'])],
  ['cluster', 0.25, (random) => (random.chance(0.7) ? random.pick(CLUSTERS) : invented(random)), 'cluster'],
  ['prometheus', 0.3, (random) => random.pick(['monitoring/k8s', 'monitoring/prometheus', 'observability/main'])],
  ['team', 0.2, (random) => random.pick(TEAMS)],
  ['env', 0.12, (random) => random.pick(ENVIRONMENTS)],
  ['region', 0.08, (random) => random.pick(REGIONS), 'region'],
  ['tier', 0.06, (random) => random.pick(['backend', 'frontend', 'infra', '1', '2'])],
  ['uid', 0.08, uuid],
  ['replica', 0.05, (random) => `prometheus-${random.integer(2)}`],
  ['alertgroup', 0.05, (random) => random.pick(['general.rules', 'apps', 'kubernetes-apps', 'storage'])],
  ['priority', 0.06, (random) => random.pick(['P1', 'P2', 'P3', 'high'])],
];

/** Adds the labels of the pipeline, and where they name something, lets functions use it. */
export function addPipelineLabels(situation: Situation, random: Random): Situation {
  const taken = new Set(situation.labels.map((label) => label.key));
  const added = PIPELINE.flatMap(([key, probability, make, role]): TaggedLabel[] => {
    if (!random.chance(probability) || taken.has(key)) return [];
    return [{ key, value: make(random), ...(role !== undefined && { role }), owner: 'context' }];
  });
  return { ...situation, labels: [...situation.labels, ...added] };
}

/**
 * Turns a situation into the alert that Alertmanager would deliver: restyled name, shuffled labels, readings, and
 * annotations that are absent (20 %), terse (30 %), verbose (40 %) or slightly misleading (10 %).
 *
 * @param aside A sentence about something else.
 */
export function dressAlert(situation: Situation, aside: string | undefined, random: Random): Alert {
  const labels = random.shuffle(situation.labels.map(({ key, value }) => [key, value] as const));
  const alertname = ['alertname', situation.alertName] as const;
  const at = random.chance(0.5) ? 0 : random.integer(labels.length + 1);
  const neutral = random.chance(0.2) ? neutralReadings(random) : {};
  return {
    labels: Object.fromEntries([...labels.slice(0, at), alertname, ...labels.slice(at)]),
    annotations: annotations(situation, aside, random),
    metrics: Object.fromEntries(random.shuffle(Object.entries({ ...neutral, ...situation.metrics }))),
    status: 'firing',
    startsAt: new Date(1_767_225_600_000 + random.integer(28_000_000) * 1000).toISOString(),
  };
}

/** The situation under the name that this alert carries. */
export function restyled(situation: Situation, random: Random): Situation {
  return { ...situation, alertName: restyleAlertName(situation.alertName, random) };
}

function annotations(situation: Situation, aside: string | undefined, random: Random): Record<string, string> {
  const [first, second] = situation.sentences;
  const facts = situation.facts.join(' ');
  const withFacts = (text: string): string => (facts === '' ? text : `${text} ${facts}`);
  const share = facts === '' ? random.next() : 0.2 + random.next() * 0.7;
  const made: Record<string, string> = {};
  if (share < 0.2 || (first === undefined && facts === '')) return made;
  const key = random.pick(['summary', 'summary', 'description', 'message']);
  const opening = first ?? '';
  if (share < 0.5) {
    made[key] = withFacts(opening).trim();
  } else {
    made.summary = opening === '' ? facts : opening;
    const body = share < 0.9 ? second : aside;
    if (body !== undefined || facts !== '') made.description = withFacts(body ?? opening).trim();
  }
  if (random.chance(0.1))
    made.runbook_url = `https://runbooks.example.com/${splitWords(situation.alertName).join('-')}`;
  return made;
}
