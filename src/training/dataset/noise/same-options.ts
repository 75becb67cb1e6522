import { isDeepStrictEqual } from 'node:util';
import type { Alert, Catalog, RemediationFunction } from '../../../domain/index.js';
import {
  buildVocabulary,
  type EncodedAlert,
  type EncodedParameter,
  encodeAlert,
  encodeCatalog,
  kindOfLabel,
  pointerOptions,
  Tokenizer,
} from '../../../encoding/index.js';
import { createReach } from '../answer/reach.js';
import type { Example } from '../example.js';

// Only the masks matter here, so the smallest vocabulary does.
const tokenizer = new Tokenizer(buildVocabulary([], { maxWords: 64, minCount: 1, hashBuckets: 8, maxTokens: 1 }));
const encoded = new WeakMap<RemediationFunction, readonly EncodedParameter[]>();

/** The alert as the pointer masks see it; its annotations fill as many fields as they ever could. */
export function maskedAlert(alert: Alert): EncodedAlert {
  return encodeAlert(alert, tokenizer);
}

/** Pointer parameters of all functions of a catalog. */
export function pointerParameters(catalog: Catalog): readonly EncodedParameter[] {
  return catalog.flatMap((definition) => {
    let parameters = encoded.get(definition);
    if (parameters === undefined) {
      parameters = encodeCatalog([definition], tokenizer).parameters;
      encoded.set(definition, parameters);
    }
    return parameters;
  });
}

/** Keys that a declared rule of the catalog reads, such as `replicas`. */
export function derivationKeys(catalog: Catalog): ReadonlySet<string> {
  const schemas = catalog.flatMap(({ parameters }) => Object.values(parameters.properties));
  return new Set(
    schemas.flatMap(({ 'x-derive': rule }) => (rule !== undefined && 'replicas' in rule ? rule.replicas.from : [])),
  );
}

/** True when no field of the alert fills any of the parameters. */
export function fillsNothing(alert: Alert, parameters: readonly EncodedParameter[]): boolean {
  const masked = maskedAlert(alert);
  return parameters.every((parameter) => pointerOptions(masked, parameter).every((option) => option === undefined));
}

/**
 * True when `alert` leaves what is right about the example as it is: the same fields fill the parameters of all
 * presented functions with the same values, labels name the same kinds of object, all readings are seen, and the
 * acceptable origins are as reachable as before.
 */
export function hasSameOptions(example: Example, alert: Alert): boolean {
  const before = maskedAlert(example.alert);
  const after = maskedAlert(alert);
  const parameters = pointerParameters(example.catalog);
  return (
    parameters.every((parameter) => isDeepStrictEqual(optionsOf(before, parameter), optionsOf(after, parameter))) &&
    Object.keys(example.alert.labels).every(
      (key) => kindOfLabel(example.alert.labels, key) === kindOfLabel(alert.labels, key),
    ) &&
    before.fields.every(({ origin }) => origin.kind !== 'metric' || hasField(after, origin.key)) &&
    hasSameReach(example, alert)
  );
}

/** Field -> value, by the field's origin. */
function optionsOf(alert: EncodedAlert, parameter: EncodedParameter): Readonly<Record<string, unknown>> {
  const options = pointerOptions(alert, parameter).flatMap((option) =>
    option === undefined ? [] : [[JSON.stringify(option.origin), option.value] as const],
  );
  return Object.fromEntries(options);
}

function hasField(alert: EncodedAlert, metric: string): boolean {
  return alert.fields.some(({ origin }) => origin.kind === 'metric' && origin.key === metric);
}

function hasSameReach({ alert, catalog, functions, parameters }: Example, noisy: Alert): boolean {
  const [before, after] = [createReach(alert), createReach(noisy)];
  return functions.every((name) => {
    const definition = catalog.find((candidate) => candidate.name === name);
    if (definition === undefined) return true;
    const wanted = parameters[name] ?? {};
    return isDeepStrictEqual(before.reachable(definition, wanted), after.reachable(definition, wanted));
  });
}
