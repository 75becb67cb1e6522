import { InvalidInputError } from '../../../core/errors.js';
import { isObject } from '../../../core/is-object.js';
import { describeValue, quote } from '../../../domain/describe.js';
import {
  type Alert,
  type Catalog,
  type Demonstration,
  type ParameterOrigin,
  parseAlerts,
} from '../../../domain/index.js';
import type { Example, Split } from '../example.js';
import { groupOf } from '../splits.js';
import type { LabelledAlert } from './labelled-alert.js';
import { createOriginReader, readOriginForm, writeOrigin } from './origins.js';

/** What a line may leave out. */
export interface RowDefaults {
  readonly id: string;
  readonly split: Split;
}

/** Source of examples whose lines name none. */
export const DEFAULT_SOURCE = 'user';

/**
 * Turns a checked line into an example.
 *
 * @param catalog The catalog that the line's functions are of.
 * @throws InvalidInputError whose `path` names the first faulty field, such as `parameters.pod-restart.name`
 */
export function exampleOfRow(row: LabelledAlert, catalog: Catalog, defaults: RowDefaults): Example {
  const alert = oneAlert(row.alert, 'alert');
  const functions = functionsOf(row, catalog);
  if (functions.length === 0 && row.noneAcceptable === false) {
    throw new InvalidInputError(
      'noneAcceptable',
      'expected true, or left out, where no function applies; received false',
    );
  }
  if (functions.length > 0 && row.answerable === false) {
    throw new InvalidInputError('answerable', 'expected true, or left out, where a function applies; received false');
  }
  return {
    id: row.id ?? defaults.id,
    group: row.group ?? groupOf(alert.labels.alertname ?? ''),
    source: row.source ?? DEFAULT_SOURCE,
    alert,
    catalog,
    ...(row.demonstrations !== undefined && { demonstrations: row.demonstrations.map(readDemonstration) }),
    functions,
    noneAcceptable: row.noneAcceptable ?? functions.length === 0,
    parameters: parametersOf(row, functions, alert, catalog),
    ...(row.answerable !== undefined && { answerable: row.answerable }),
    cause: row.cause ?? 'unknown',
    split: row.split ?? defaults.split,
  };
}

/** The line of an example; `exampleOfRow` gives the same example again. */
export function rowOfExample(example: Example, catalog: string | Catalog): LabelledAlert {
  const { answerable, demonstrations } = example;
  return {
    id: example.id,
    split: example.split,
    group: example.group,
    source: example.source,
    alert: example.alert,
    catalog: typeof catalog === 'string' ? catalog : [...catalog],
    functions: [...example.functions],
    noneAcceptable: example.noneAcceptable,
    parameters: mapValues(example.parameters, (origins) => mapValues(origins, (some) => some.map(writeOrigin))),
    ...(answerable !== undefined && { answerable }),
    cause: example.cause,
    ...(demonstrations !== undefined && {
      demonstrations: demonstrations.map(({ alert, lambdaFunction, parameterOrigins }) => ({
        alert,
        lambda_function: lambdaFunction,
        parameters: mapValues(parameterOrigins, writeOrigin),
      })),
    }),
  };
}

function functionsOf(row: LabelledAlert, catalog: Catalog): readonly string[] {
  const { functions, lambda_function: single } = row;
  if (functions !== undefined && single !== undefined) {
    throw new InvalidInputError('lambda_function', 'expected either functions or lambda_function, received both');
  }
  const names = functions ?? (single === undefined ? undefined : single === null ? [] : [single]);
  if (names === undefined) {
    throw new InvalidInputError(
      'functions',
      'expected an array of function names ([] when none applies), or lambda_function with one name or null; received neither',
    );
  }
  const field = (index: number): string => (functions === undefined ? 'lambda_function' : `functions[${index}]`);
  for (const [index, name] of names.entries()) {
    if (!catalog.some((definition) => definition.name === name)) {
      const known = catalog.slice(0, 8).map((definition) => quote(definition.name));
      const more = catalog.length > known.length ? `, ... (${catalog.length} in all)` : '';
      throw new InvalidInputError(
        field(index),
        `expected a function of the catalog (${known.join(', ')}${more}), received ${quote(name)}; correct the name, or ` +
          'give the catalog that has it',
      );
    }
    if (names.indexOf(name) !== index) {
      throw new InvalidInputError(field(index), `expected distinct functions, received ${quote(name)} again`);
    }
  }
  return names;
}

function parametersOf(
  row: LabelledAlert,
  functions: readonly string[],
  alert: Alert,
  catalog: Catalog,
): Example['parameters'] {
  const reader = createOriginReader(alert, catalog);
  const { lambda_function: single, parameters = {} } = row;
  if (single != null && !isByFunction(parameters, single)) {
    const definition = catalog.find(({ name }) => name === single);
    return definition === undefined ? {} : { [single]: reader.read(definition, parameters, ['parameters']) };
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, given]) => {
      const definition = functions.includes(name) ? catalog.find((candidate) => candidate.name === name) : undefined;
      if (definition === undefined) {
        const known = functions.map(quote).join(', ') || 'none, since no function applies';
        throw new InvalidInputError(
          'parameters',
          `expected the functions of this line (${known}), received ${quote(name)}`,
        );
      }
      return [name, reader.read(definition, given, ['parameters', name])];
    }),
  );
}

/** Beside `lambda_function`, parameters may stand by themselves, as in the answer of `agent-trm select`. */
function isByFunction(parameters: Readonly<Record<string, unknown>>, name: string): boolean {
  const keys = Object.keys(parameters);
  const inner = keys.length === 1 && keys[0] === name ? parameters[name] : undefined;
  return keys.length === 0 || (isObject(inner) && !('kind' in inner));
}

function readDemonstration(row: NonNullable<LabelledAlert['demonstrations']>[number], index: number): Demonstration {
  const path = `demonstrations[${index}]`;
  const origins = Object.entries(row.parameters).map(([name, form]): [string, ParameterOrigin] => [
    name,
    readOriginForm(form, ['demonstrations', index, 'parameters', name]),
  ]);
  return {
    alert: oneAlert(row.alert, `${path}.alert`),
    lambdaFunction: row.lambda_function,
    parameterOrigins: Object.fromEntries(origins),
  };
}

function oneAlert(input: unknown, path: string): Alert {
  const alerts = within(path, () => parseAlerts(input));
  const [alert] = alerts;
  if (alert === undefined || alerts.length > 1) {
    throw new InvalidInputError(path, `expected one alert, received ${describeValue(alerts)}; write a line for each`);
  }
  return alert;
}

/** Puts the path of the surrounding field before that of an error. */
export function within<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!InvalidInputError.isInstance(error)) throw error;
    const message = error.path === '' ? error.message : error.message.slice(error.path.length + 2);
    const joint = error.path === '' || error.path.startsWith('[') ? '' : '.';
    throw new InvalidInputError(`${path}${joint}${error.path}`, message, { cause: error });
  }
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
