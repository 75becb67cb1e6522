import { InvalidInputError } from '../../../core/errors.js';
import { describeValue, formatPath, quote } from '../../../domain/describe.js';
import type {
  Alert,
  Catalog,
  ParameterOrigin,
  ParameterSchema,
  ParameterValue,
  RemediationFunction,
} from '../../../domain/index.js';
import { deriveParameter } from '../../../encoding/answer/derive.js';
import {
  buildVocabulary,
  type EncodedAlert,
  type EncodedCatalog,
  encodeAlert,
  encodeCatalog,
  pointerOptions,
  splitWords,
  Tokenizer,
} from '../../../encoding/index.js';
import type { ParameterOrigins } from '../answer/default-answer.js';
import { type OriginForm, parseOriginForms } from './labelled-alert.js';

type Path = readonly PropertyKey[];

/** The parameter that an origin is about, with what it may come from. */
interface Target {
  readonly alert: Alert;
  readonly definition: RemediationFunction;
  readonly name: string;
  readonly schema: ParameterSchema;
  readonly path: Path;
  /** Fields of the alert that may fill the parameter and then give this value, also by a rule or as a selector. */
  readonly fieldsOf: (value: string) => readonly ParameterOrigin[];
}

/** Reads the parameters of labels about one alert and catalog. */
export interface OriginReader {
  /**
   * The acceptable origins of each parameter of a function. A parameter with a rule (`x-derive`) has none of its own:
   * its value is compared with what the rule computes, and it is left out.
   *
   * @throws InvalidInputError for an origin that the alert or the function does not have
   */
  read(definition: RemediationFunction, input: unknown, path: Path): ParameterOrigins;
}

const SHORT = /^(label|metric|annotation|alert-name):(.+)$/su;
/** Labels that an error message shows. */
const SHOWN = 6;

// Only the masks matter here, so the smallest vocabulary does.
const tokenizer = new Tokenizer(buildVocabulary([], { maxWords: 64, minCount: 1, hashBuckets: 8, maxTokens: 1 }));
const encodedCatalogs = new WeakMap<Catalog, EncodedCatalog>();

export function createOriginReader(alert: Alert, catalog: Catalog): OriginReader {
  let made: EncodedAlert | undefined;
  const encoded = (): EncodedAlert => {
    // Annotations fill no parameter, so they need not be read.
    made ??= encodeAlert({ ...alert, annotations: {} }, tokenizer);
    return made;
  };
  const fieldsOf = (definition: RemediationFunction, name: string, value: string): ParameterOrigin[] => {
    const parameter = encodedCatalog(catalog).parameters.find(
      (candidate) => candidate.name === name && catalog[candidate.functionIndex] === definition,
    );
    if (parameter === undefined) return [];
    return pointerOptions(encoded(), parameter).flatMap((option) =>
      option !== undefined && String(option.value) === value ? [option.origin] : [],
    );
  };
  return {
    read(definition, input, path) {
      const { properties } = definition.parameters;
      const forms = parseOriginForms(input, path);
      const origins: Record<string, readonly ParameterOrigin[]> = {};
      for (const [name, given] of forms) {
        if (!Object.hasOwn(properties, name)) {
          const known = Object.keys(properties).join(', ') || 'none';
          fail([...path, name], `expected a parameter of ${definition.name} (${known}), received ${quote(name)}`);
        }
        const schema = properties[name] as ParameterSchema;
        if (schema['x-derive'] !== undefined) continue;
        const target: Target = {
          alert,
          definition,
          name,
          schema,
          path: [...path, name],
          fieldsOf: (value) => fieldsOf(definition, name, value),
        };
        origins[name] = given.flatMap((form) => originsOf(form, target));
      }
      for (const [name, given] of forms) checkDerived(definition, name, given, encoded, origins, [...path, name]);
      return origins;
    },
  };
}

/** One origin as it is written in a file; only its shape is checked. */
export function readOriginForm(form: OriginForm, path: Path): ParameterOrigin {
  if (form === 'default') return { kind: 'default' };
  if (typeof form === 'string') {
    const origin = shortOrigin(form);
    if (origin !== undefined) return origin;
  } else if (typeof form === 'object' && 'kind' in form) return withoutUndefined(form);
  return fail(path, 'expected an origin such as "label:pod" or "default", received a value');
}

/** The shortest form that reads back as the same origin. */
export function writeOrigin(origin: ParameterOrigin): string | ParameterOrigin {
  if (origin.kind === 'alert-name') return `alert-name:${origin.word}`;
  if (origin.kind === 'label' || origin.kind === 'metric' || origin.kind === 'annotation') {
    return `${origin.kind}:${origin.key}`;
  }
  // "default" may be the value of a label, so it is spelt out.
  return origin;
}

function originsOf(form: OriginForm, target: Target): readonly ParameterOrigin[] {
  if (typeof form === 'object') {
    return 'value' in form ? originsOfValue(form.value, target) : [checkOrigin(withoutUndefined(form), target)];
  }
  if (form === 'default') {
    const { labels } = target.alert;
    const label = Object.keys(labels).find((key) => labels[key] === form);
    if (label !== undefined) {
      fail(
        target.path,
        `"default" is both the schema's default and the value of the label ${quote(label)}; write ` +
          `{"kind": "default"}, {"value": "default"} or ${quote(`label:${label}`)}`,
      );
    }
    return [checkOrigin({ kind: 'default' }, target)];
  }
  const short = typeof form === 'string' ? shortOrigin(form) : undefined;
  return short === undefined ? originsOfValue(form, target) : [checkOrigin(short, target)];
}

function shortOrigin(text: string): ParameterOrigin | undefined {
  const [, kind, rest = ''] = SHORT.exec(text) ?? [];
  if (kind === undefined) return undefined;
  return kind === 'alert-name' ? { kind, word: rest } : { kind: kind as 'label' | 'metric' | 'annotation', key: rest };
}

/** Every part of the alert that gives the value: labels that hold it, fields that are rendered to it, the default. */
function originsOfValue(value: ParameterValue, { alert: { labels }, schema, path, fieldsOf }: Target) {
  const text = String(value);
  const found: ParameterOrigin[] = Object.keys(labels)
    .filter((key) => labels[key] === text)
    .map((key) => ({ kind: 'label', key }));
  found.push(...fieldsOf(text));
  if (Object.hasOwn(schema, 'default') && String(schema.default) === text) found.push({ kind: 'default' });
  if (found.length > 0) return distinct(found);
  const shown = Object.keys(labels)
    .slice(0, SHOWN)
    .map((key) => `${quote(key)}: ${quote(labels[key] ?? '')}`);
  return fail(
    path,
    `expected the value of a label of the alert (${shown.join(', ')}${Object.keys(labels).length > SHOWN ? ', ...' : ''}), ` +
      `received ${describeValue(value)}; correct the value, or leave the parameter out`,
  );
}

function checkOrigin(origin: ParameterOrigin, { alert, definition, name, schema, path }: Target): ParameterOrigin {
  switch (origin.kind) {
    case 'default': {
      const omittable = Object.hasOwn(schema, 'default') || !definition.parameters.required?.includes(name);
      if (!omittable)
        fail(path, `expected a part of the alert, received "default"; ${name} is required and has no default`);
      return origin;
    }
    case 'alert-name':
      if (!splitWords(alert.labels.alertname ?? '').includes(origin.word.toLowerCase())) {
        fail(path, `expected a word of the alert's name, received ${quote(origin.word)}`);
      }
      return origin;
    case 'proposal':
      return fail(path, 'expected a part of the alert or "default", received a proposal');
    case 'rule':
      if (
        origin.key !== undefined &&
        !Object.hasOwn(alert.labels, origin.key) &&
        !Object.hasOwn(alert.metrics, origin.key)
      ) {
        fail(path, `expected a label or metric of the alert, received ${quote(origin.key)}`);
      }
      return origin;
    default: {
      const entries = { label: alert.labels, annotation: alert.annotations, metric: alert.metrics }[origin.kind];
      if (!Object.hasOwn(entries, origin.key)) {
        const known = Object.keys(entries).slice(0, SHOWN).map(quote).join(', ');
        fail(
          path,
          `expected a key of the alert's ${origin.kind}s (${known || 'it has none'}), received ${quote(origin.key)}`,
        );
      }
      return origin;
    }
  }
}

/** A value that a rule of the catalog computes must be the one that the label expects. */
function checkDerived(
  definition: RemediationFunction,
  name: string,
  forms: readonly OriginForm[],
  alert: () => EncodedAlert,
  origins: ParameterOrigins,
  path: Path,
): void {
  const schema = definition.parameters.properties[name] as ParameterSchema;
  const rule = schema['x-derive'];
  if (rule === undefined) return;
  const target = 'kindOf' in rule ? (origins[rule.kindOf] ?? []) : [];
  const computed = (target.length > 0 ? target : [undefined]).map((origin) =>
    deriveParameter(rule, schema, alert(), () => origin),
  );
  const values = computed.map((filled) => (typeof filled === 'object' ? filled.value : undefined));
  for (const form of forms) {
    const expected = typeof form === 'object' && 'value' in form ? form.value : form;
    if (typeof expected === 'object') {
      fail(path, `${name} is computed by the catalog's rule (x-derive); give the expected value, or leave it out`);
    }
    if (values.some((value) => value !== undefined && String(value) === String(expected))) continue;
    const shown = [...new Set(values.map(describeValue))].join(' or ');
    fail(
      path,
      `expected what the catalog's rule (x-derive) computes here, ${shown}; received ${describeValue(expected)}`,
    );
  }
}

function encodedCatalog(catalog: Catalog): EncodedCatalog {
  let made = encodedCatalogs.get(catalog);
  if (made === undefined) {
    made = encodeCatalog(catalog, tokenizer);
    encodedCatalogs.set(catalog, made);
  }
  return made;
}

function distinct(origins: readonly ParameterOrigin[]): ParameterOrigin[] {
  return [...new Map(origins.map((origin) => [JSON.stringify(origin), origin])).values()];
}

function withoutUndefined(form: Extract<OriginForm, { kind: string }>): ParameterOrigin {
  if (form.kind !== 'rule') return form;
  return { kind: 'rule', rule: form.rule, ...(form.key !== undefined && { key: form.key }) };
}

function fail(path: Path, message: string): never {
  throw new InvalidInputError(formatPath(path), message);
}
