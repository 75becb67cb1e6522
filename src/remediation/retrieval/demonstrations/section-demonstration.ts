import type { Alert, Catalog, DemonstrationInput, ParameterOrigin } from '../../../domain/index.js';
import { labelOfTemplate } from '../markdown/label-templates.js';
import type { RunbookHit } from '../searchable-runbooks.js';

/**
 * What a section of a runbook teaches about the alerts of its heading: the one call of a function of the catalog that it
 * spells out, its parameters from the labels that its templates name. Undefined where the section is about
 * another alert, or spells out no call or several functions.
 */
export function sectionDemonstration(hit: RunbookHit, alert: Alert, catalog: Catalog): DemonstrationInput | undefined {
  const { alertname } = alert.labels;
  if (hit.exact < 1 || alertname === undefined) return undefined;
  const calls = hit.section.calls.filter(({ lambdaFunction }) => catalog.some(({ name }) => name === lambdaFunction));
  const [call] = calls;
  if (call?.lambdaFunction === undefined) return undefined;
  if (calls.some(({ lambdaFunction }) => lambdaFunction !== call.lambdaFunction)) return undefined;
  const sources = Object.entries(call.parameters).flatMap(([name, value]): [string, string][] => {
    const key = typeof value === 'string' ? labelOfTemplate(value) : undefined;
    // The alert's name fills no parameter, and names that begin with __ never leave Prometheus.
    return key === undefined || key === 'alertname' || key.startsWith('__') ? [] : [[name, key]];
  });
  return {
    // The section stands for no alert in particular: each label that it names is shown under its own name.
    alert: { labels: { alertname, ...Object.fromEntries(sources.map(([, key]) => [key, key])) } },
    lambdaFunction: call.lambdaFunction,
    parameterOrigins: Object.fromEntries(
      sources.map(([name, key]): [string, ParameterOrigin] => [name, { kind: 'label', key }]),
    ),
  };
}
