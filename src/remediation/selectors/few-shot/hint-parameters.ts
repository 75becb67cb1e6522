import type { Alert, RemediationFunction } from '../../../domain/index.js';
import type { Incident } from '../../retrieval/incidents/index.js';

/**
 * What a call of the past says about which labels to take: a parameter that held the value of a label then takes the
 * label of the same key now. Values are never copied. Where several labels held the value and differ now, nothing is said.
 */
export function hintParameters(
  incident: Incident,
  definition: RemediationFunction,
  alert: Alert,
): Readonly<Record<string, string>> {
  const past = Object.entries(incident.alert.labels);
  const hints = Object.entries(incident.call?.parameters ?? {}).flatMap(([name, value]): [string, string][] => {
    if (!Object.hasOwn(definition.parameters.properties, name)) return [];
    const keys = past.filter(([key, label]) => key !== 'alertname' && label === String(value)).map(([key]) => key);
    const now = new Set(keys.map((key) => (Object.hasOwn(alert.labels, key) ? (alert.labels[key] ?? '') : '')));
    const [only = ''] = now;
    return now.size === 1 && only !== '' ? [[name, only]] : [];
  });
  return Object.fromEntries(hints);
}
