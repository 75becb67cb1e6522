import type { Alert, RemediationFunction } from '../../../domain/index.js';
import { type RunbookHit, replaceLabelTemplates } from '../../retrieval/index.js';

/** Words that stand for a value: `<pod>`, `[pod name]`, `$POD`, `POD_NAME`, `...`. */
const PLACEHOLDER = /^(?:<.*>|\[.*\]|\$.*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|\.{3}|…|x{3,})$/;

/**
 * The parameters that a section spells out for a function: those of a call of it, else those that stand by themselves
 * and that the function declares. Templates become the alert's labels; a value that is a placeholder, or whose
 * label the alert does not have, is left out. What comes out is a proposal, which `resolveCall` judges.
 */
export function parametersOf(
  hit: RunbookHit,
  definition: RemediationFunction,
  alert: Alert,
): Readonly<Record<string, string | number | boolean>> {
  const { calls } = hit.section;
  const own = calls.find(
    ({ lambdaFunction, parameters }) => lambdaFunction === definition.name && Object.keys(parameters).length > 0,
  );
  const declared = definition.parameters.properties;
  const entries = own
    ? Object.entries(own.parameters)
    : calls
        .filter(({ lambdaFunction }) => lambdaFunction === undefined)
        .flatMap(({ parameters }) => Object.entries(parameters).filter(([name]) => Object.hasOwn(declared, name)));
  const resolved = entries.flatMap(([name, value]): [string, string | number | boolean][] => {
    const read = typeof value === 'string' ? resolveTemplate(value, alert) : value;
    return read === undefined ? [] : [[name, read]];
  });
  return Object.fromEntries(resolved);
}

/** Text with its templates replaced by the alert's labels; undefined when it holds one that cannot be. */
export function resolveTemplate(value: string, alert: Alert): string | undefined {
  const text = value.trim();
  if (text === '' || PLACEHOLDER.test(text)) return undefined;
  let complete = true;
  const resolved = replaceLabelTemplates(text, (key) => {
    const label = Object.hasOwn(alert.labels, key) ? alert.labels[key] : undefined;
    complete &&= label !== undefined && label !== '';
    // A label that reads like a template stays what it is and is not read again.
    return label ?? '';
  });
  const rest = replaceLabelTemplates(text, () => '');
  return complete && !rest.includes('{{') ? resolved : undefined;
}
