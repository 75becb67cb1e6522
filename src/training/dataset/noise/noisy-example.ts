import type { Random } from '../../../core/random.js';
import type { Alert } from '../../../domain/index.js';
import { baseKey, DEFAULT_ALERT_LIMITS, kindOfLabel } from '../../../encoding/index.js';
import type { Example } from '../example.js';
import { noisyAnnotations } from './noise-annotations.js';
import { noiseLabel, noiseMetric } from './noise-labels.js';
import { noisyName } from './noise-name.js';
import { derivationKeys, fillsNothing, hasSameOptions, maskedAlert, pointerParameters } from './same-options.js';

const MIN_LABELS = 3;
const MAX_LABELS = 10;
/** Draws of labels before an alert goes with fewer. */
const LABEL_ATTEMPTS = 60;
/** Draws of a whole alert before only the labels' order is changed. */
const ATTEMPTS = 8;

/**
 * The same case with noise that changes nothing about what is right: 3 to 10 labels more (fewer where the alert would
 * outgrow the fields that are read), another spelling of the name, worse annotations, and readings of the monitoring
 * itself where the alert has none. Labels, readings and annotations with digits that are there stay as they are. What
 * fills the parameters of the presented functions is checked to be the same as before. The answer, the catalog and the
 * demonstrations are kept; the id ends in `-noisy`.
 *
 * Not for cases whose rule may read any label or word (`remedarc`): to them nothing is irrelevant.
 */
export function noisyExample(example: Example, random: Random): Example {
  const id = `${example.id}-noisy`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const alert = noisyAlert(example, random);
    if (hasSameOptions(example, alert)) return { ...example, id, alert };
  }
  const labels = Object.fromEntries(random.shuffle(Object.entries(example.alert.labels)));
  return { ...example, id, alert: { ...example.alert, labels } };
}

function noisyAlert(example: Example, random: Random): Alert {
  const { alert } = example;
  const name = noisyName(alert.labels.alertname ?? '', random);
  const renamed = { ...alert, labels: { ...alert.labels, alertname: name } };
  const room = Math.max(0, DEFAULT_ALERT_LIMITS.maxFields - maskedAlert(renamed).fields.length);
  const wanted = MIN_LABELS + random.integer(MAX_LABELS - MIN_LABELS + 1);
  const labels = noiseLabels(example, Math.min(wanted, room), random);
  const free = room - labels.length;
  // Readings that are there may decide the answer, so none is put beside them.
  const metrics = Object.keys(alert.metrics).length > 0 ? alert.metrics : noiseMetrics(example, free, random);
  return {
    ...alert,
    labels: Object.fromEntries(random.shuffle([...Object.entries(renamed.labels), ...labels])),
    annotations: noisyAnnotations(alert.annotations, random),
    metrics,
  };
}

/** Labels that name no object, repeat no key and fill no parameter. */
function noiseLabels({ alert, catalog }: Example, count: number, random: Random): (readonly [string, string])[] {
  const parameters = pointerParameters(catalog);
  const taken = new Set([...Object.keys(alert.labels).map(baseKey), ...derivationKeys(catalog)]);
  const labels: (readonly [string, string])[] = [];
  for (let attempt = 0; attempt < LABEL_ATTEMPTS && labels.length < count; attempt++) {
    const [key, value] = noiseLabel(random);
    const alone = { alertname: '-', [key]: value };
    if (taken.has(baseKey(key)) || Object.hasOwn(alert.metrics, key) || kindOfLabel(alone, key) !== undefined) continue;
    if (!fillsNothing({ ...alert, labels: alone, annotations: {}, metrics: {} }, parameters)) continue;
    taken.add(baseKey(key));
    labels.push([key, value]);
  }
  return labels;
}

/** None (half of the time) or up to three readings that fill no parameter. */
function noiseMetrics({ alert, catalog }: Example, room: number, random: Random): Alert['metrics'] {
  if (random.chance(0.5)) return {};
  const parameters = pointerParameters(catalog);
  const taken = derivationKeys(catalog);
  const metrics: Record<string, number | string> = {};
  for (let count = Math.min(1 + random.integer(3), room); count > 0; count--) {
    const drawn = noiseMetric(alert.labels.alertname ?? '', random);
    if (drawn === undefined || taken.has(drawn[0]) || Object.hasOwn(alert.labels, drawn[0])) continue;
    const alone = { ...alert, labels: { alertname: '-' }, annotations: {}, metrics: { [drawn[0]]: drawn[1] } };
    if (fillsNothing(alone, parameters)) metrics[drawn[0]] = drawn[1];
  }
  return metrics;
}
