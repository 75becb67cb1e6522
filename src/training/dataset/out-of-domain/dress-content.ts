import type { Random } from '../../../core/random.js';
import type { Alert } from '../../../domain/index.js';
import { createValues, uuid } from '../situation/values.js';
import { CLUSTERS, ENVIRONMENTS, REGIONS, TEAMS } from '../situation/word-lists.js';
import { babbleWord } from './babble.js';
import { list } from './domain.js';
import type { Content } from './kinds.js';

/** Label keys that no pipeline adds. */
const ODD_KEYS = list(
  'topic, player, colour, subject, author, mood, genre, title, language, theme, chapter, favourite, hobby, score, ' +
    'page, line, from, to, lang, category, tag, text, q, prompt, x, foo, key1, value, comment, day, round, sender',
);
const ODD_METRICS = list('points, likes, wishes, steps, foo, n, xyz, laughs, chapters, votes, karma, rank');
const ANNOTATION_KEYS = list('summary, summary, description, description, message, text, note, body');

/** Labels as any pipeline adds them: were they missing here, keys alone would tell what is an alert. */
function pipelineLabels(random: Random): [string, string][] {
  const values = createValues(random);
  const choices: readonly (readonly [string, number, () => string])[] = [
    ['severity', 0.8, () => random.pick(['critical', 'warning', 'info', 'page', 'P2'])],
    ['namespace', 0.6, () => values.namespace],
    ['pod', 0.45, () => values.make('pod')],
    ['cluster', 0.3, () => random.pick(CLUSTERS)],
    ['container', 0.25, () => values.app],
    ['deployment', 0.15, () => values.make('workload')],
    ['service', 0.15, () => values.make('workload')],
    ['instance', 0.25, () => values.make('address')],
    ['job', 0.2, () => values.app],
    ['node', 0.12, () => values.make('node')],
    ['persistentvolumeclaim', 0.1, () => values.make('claim')],
    ['name', 0.1, () => values.app],
    ['app', 0.12, () => values.app],
    ['team', 0.2, () => random.pick(TEAMS)],
    ['env', 0.15, () => random.pick(ENVIRONMENTS)],
    ['region', 0.08, () => random.pick(REGIONS)],
    ['prometheus', 0.25, () => 'monitoring/k8s'],
    ['uid', 0.06, () => uuid(random)],
  ];
  return choices.flatMap(([key, probability, make]): [string, string][] => {
    const value = make();
    return random.chance(probability) ? [[key, value]] : [];
  });
}

/** Puts what is no alert into the shape of one. */
export function dressContent(content: Content, random: Random): Alert {
  const alertname = styled(content.title, random);
  const startsAt = new Date(1_767_225_600_000 + random.integer(28_000_000) * 1000).toISOString();
  if (content.bare === true) {
    return { labels: { alertname }, annotations: {}, metrics: {}, status: 'firing', startsAt };
  }
  const entries: [string, string][] = [
    ['alertname', alertname],
    ...(random.chance(0.55) ? pipelineLabels(random) : []),
    ...oddLabels(content, random),
  ];
  return {
    labels: Object.fromEntries(random.shuffle(entries)),
    annotations: annotations(content, random),
    metrics: random.chance(0.25) ? readings(content, random) : {},
    status: 'firing',
    startsAt,
  };
}

function oddLabels(content: Content, random: Random): [string, string][] {
  if (random.chance(0.25)) return [];
  return Array.from({ length: 1 + random.integer(4) }, (): [string, string] => {
    const { key, value } = content.label();
    const odd = random.chance(0.3) ? babbleWord(random) : random.pick(ODD_KEYS);
    const made = random.chance(0.2) ? babbleWord(random) : value;
    // As a name that a function could take, or the odd values alone would tell.
    const slug = random.chance(0.4) ? made.toLowerCase().replaceAll(' ', '-') : made;
    return [key !== undefined && random.chance(0.7) ? key : odd, slug];
  });
}

/** None (30 %), one short text (40 %) or a long one, half of the time with a short one before it. */
function annotations(content: Content, random: Random): Record<string, string> {
  const share = random.next();
  if (share < 0.3) return {};
  if (share < 0.7) return { [random.pick(ANNOTATION_KEYS)]: content.sentence() };
  const long = Array.from({ length: 3 + random.integer(6) }, () => content.sentence()).join(' ');
  return { ...(random.chance(0.5) && { summary: content.sentence() }), description: long };
}

function readings(content: Content, random: Random): Record<string, number | string> {
  const names = content.metrics.length > 0 && random.chance(0.8) ? content.metrics : ODD_METRICS;
  const reading = (): number | string => {
    const share = random.next();
    if (share < 0.45) return random.integer(200);
    if (share < 0.85) return Math.round(random.next() * 100_000) / 1000;
    return random.pick(['high', 'low', 'rising', 'blue', 'many', 'none']);
  };
  return Object.fromEntries(Array.from({ length: 1 + random.integer(3) }, () => [random.pick(names), reading()]));
}

/** Half of the names of plain words are written as alert names are. */
function styled(title: string, random: Random): string {
  if (!/^[a-z]+(?:[ -][a-z]+)*$/i.test(title) || title.length > 80 || random.chance(0.25)) return title;
  const words = title.split(/[ -]/);
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return random.pick([
    pascal,
    pascal,
    pascal,
    words.join('-'),
    words.join('_'),
    title.toUpperCase(),
    title.toLowerCase(),
  ]);
}
