import { ConfigurationError } from '../core/errors.js';
import {
  EXECUTION_PROVIDER_NAMES,
  type ExecutionProviderPreference,
  isExecutionProviderPreference,
} from '../core/execution-provider.js';
import { Secret } from '../core/secret.js';

/** Turns the text of an environment variable into a value; throws ConfigurationError naming the variable. */
export type Reader<T> = (variable: string, text: string) => T;

const PROVIDERS = ['auto', ...EXECUTION_PROVIDER_NAMES];

/** The values that the agents' DEVICE variable takes, and the execution provider that each stands for. */
const DEVICES: Readonly<Record<string, ExecutionProviderPreference>> = {
  auto: 'auto',
  cpu: 'cpu',
  cuda: 'cuda',
  mps: 'coreml',
};

function wrong(variable: string, expected: string, text: string): ConfigurationError {
  return new ConfigurationError(`${variable}: expected ${expected}, received "${text}"`);
}

/** A comma-separated list of execution providers, in any case. */
export const readProviders: Reader<readonly ExecutionProviderPreference[]> = (variable, text) => {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  if (!names.every(isExecutionProviderPreference)) {
    throw wrong(variable, `a comma-separated list out of ${PROVIDERS.join(', ')}`, text);
  }
  return names;
};

/** One of the agents' device names, in any case. */
export const readDevice: Reader<readonly ExecutionProviderPreference[]> = (variable, text) => {
  const name = text.toLowerCase();
  if (!Object.hasOwn(DEVICES, name)) throw wrong(variable, `one of ${Object.keys(DEVICES).join(', ')}`, text);
  return [DEVICES[name]!];
};

/** Any text. */
export const readText: Reader<string> = (_variable, text) => text;

/** A number from 0 to 1. */
export const readProbability: Reader<number> = (variable, text) => {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw wrong(variable, 'a number from 0 to 1', text);
  return value;
};

/** A whole number of 1 or more. */
export const readCount: Reader<number> = (variable, text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw wrong(variable, 'a whole number of 1 or more', text);
  return value;
};

/** A whole number in a range. */
export function readWhole(minimum: number, maximum: number): Reader<number> {
  return (variable, text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < minimum || value > maximum) {
      throw wrong(variable, `a whole number from ${minimum} to ${maximum}`, text);
    }
    return value;
  };
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  on: true,
  false: false,
  '0': false,
  no: false,
  off: false,
};

/** true, 1, yes, on, or false, 0, no, off, in any case. */
export const readFlag: Reader<boolean> = (variable, text) => {
  const name = text.toLowerCase();
  if (!Object.hasOwn(FLAGS, name)) throw wrong(variable, 'true, 1, yes, on, false, 0, no or off', text);
  return FLAGS[name]!;
};

/** An http or https URL. The message does not repeat it, since it may carry a password. */
export const readUrl: Reader<string> = (variable, text) => {
  const expected = `${variable}: expected a URL such as http://127.0.0.1:11434`;
  if (!URL.canParse(text)) throw new ConfigurationError(`${expected}, received text that is none`);
  const { protocol } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new ConfigurationError(`${expected}, received one that begins with "${protocol}"`);
  }
  return text;
};

/** A token; whatever is wrong with it, no message shows it. */
export const readSecret: Reader<Secret> = (variable, text) => {
  // A line break or other control character would break out of the HTTP header that the token travels in.
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new ConfigurationError(`${variable}: expected a token of printable ASCII characters without spaces`);
  }
  return new Secret(text);
};

/** Attributes that make an event what it is, and its data; no override may change them. */
const FIXED_ATTRIBUTES: ReadonlySet<string> = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
  'data',
]);

/**
 * Extension attributes to set on every event that is sent, as Knative passes them: `{"extensions": {name: text}}`.
 * Names are lower-case letters and digits, at most 20.
 */
export const readEventOverrides: Reader<Readonly<Record<string, string>>> = (variable, text) => {
  const { extensions = {} } = readJsonObject(variable, text, '{"extensions":{"team":"sre"}}') as {
    extensions?: unknown;
  };
  if (typeof extensions !== 'object' || extensions === null || Array.isArray(extensions)) {
    throw new ConfigurationError(`${variable}: expected extensions to be an object of attributes`);
  }
  for (const [name, value] of Object.entries(extensions)) {
    if (!/^[a-z0-9]{1,20}$/.test(name) || FIXED_ATTRIBUTES.has(name)) {
      throw wrong(variable, 'names of extension attributes, 1 to 20 lower-case letters or digits', name);
    }
    if (typeof value !== 'string') throw new ConfigurationError(`${variable}: expected text for ${name}`);
    if (/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u.test(value)) {
      throw new ConfigurationError(`${variable}: expected ${name} to hold no control characters`);
    }
  }
  return { ...(extensions as Record<string, string>) };
};

/**
 * Scopes by what a claim of a token says: `{"<text of the claim>": ["events"]}`. Which scopes there are is known where
 * tokens are checked. Without an entry nobody could do anything, which is a mistake and no wish.
 */
export const readScopeMap: Reader<Readonly<Record<string, readonly string[]>>> = (variable, text) => {
  const example = '{"system:serviceaccount:agents:sre":["events"]}';
  const map = readJsonObject(variable, text, example);
  const entries = Object.entries(map);
  const isList = (value: unknown): boolean =>
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
  if (entries.length === 0 || !entries.every(([, scopes]) => isList(scopes))) {
    throw new ConfigurationError(`${variable}: expected one or more lists of scopes such as ${example}`);
  }
  return { ...(map as Record<string, readonly string[]>) };
};

function readJsonObject(variable: string, text: string, example: string): object {
  const expected = `${variable}: expected a JSON object such as ${example}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(expected, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ConfigurationError(expected);
  return value;
}
