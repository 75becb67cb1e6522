import { cutMiddle, estimateTokens } from '../../../core/prompt/token-budget.js';
import type { Catalog, ParameterSchema, RemediationFunction } from '../../../domain/catalog/catalog.js';
import { scalarType } from '../../../encoding/catalog/parameter-role.js';

/** What a model may choose from: the functions of a catalog, and none of them. */
export interface Offer {
  readonly catalog: Catalog;
  /** Name that stands for "no function applies"; no function is called so. */
  readonly none: string;
  /** Functions by the name under which they are offered, which chat APIs restrict. */
  readonly functions: ReadonlyMap<string, RemediationFunction>;
}

/** Words that every reader of answers takes for "none". */
const NONE_NAMES = ['none', 'no_action', 'none_applies', 'no_function', 'do_nothing'] as const;

/** Most characters of a name in chat APIs. */
const LONGEST_NAME = 64;

const PLAIN_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** The offer of a catalog. */
export function makeOffer(catalog: Catalog): Offer {
  const names = new Set(catalog.map(({ name }) => name));
  const none = NONE_NAMES.find((name) => !names.has(name)) ?? 'none';
  const functions = new Map<string, RemediationFunction>();
  // Names that chat APIs take go first, so that none of them is given to another function.
  const isPlain = ({ name }: RemediationFunction): boolean => PLAIN_NAME.test(name);
  for (const entry of [...catalog.filter(isPlain), ...catalog.filter((other) => !isPlain(other))]) {
    functions.set(toolName(entry.name, functions), entry);
  }
  return { catalog, none, functions };
}

/** The name itself where chat APIs take it, else one like it that is not taken. */
function toolName(name: string, taken: ReadonlyMap<string, unknown>): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, LONGEST_NAME);
  for (let copy = 1; ; copy++) {
    const suffix = copy === 1 ? '' : `_${copy}`;
    const candidate = plain.slice(0, LONGEST_NAME - suffix.length) + suffix;
    if (!taken.has(candidate)) return candidate;
  }
}

/** The parameters that a model is asked for: scalars, and none that a declared rule computes. */
export function askedParameters({ parameters }: RemediationFunction): readonly [string, ParameterSchema][] {
  return Object.entries(parameters.properties).filter(
    ([, schema]) => schema['x-derive'] === undefined && scalarType(schema) !== undefined,
  );
}

/** Tokens of a description, from all of it to nothing. */
const DESCRIPTION_TOKENS = [Number.POSITIVE_INFINITY, 48, 20, 0] as const;

/**
 * Renders with descriptions as long as fit, shorter ones where they do not.
 *
 * @param render called with the most tokens of one description
 * @param tokens that the rendering may take; when even the shortest takes more, that is what there is
 */
export function fitDescriptions<T>(
  render: (shorten: (description: string) => string) => T,
  textOf: (rendered: T) => string,
  tokens: number,
): T {
  let rendered: T | undefined;
  for (const most of DESCRIPTION_TOKENS) {
    rendered = render((description) => (most === Number.POSITIVE_INFINITY ? description : cutEnd(description, most)));
    if (estimateTokens(textOf(rendered)) <= tokens) break;
  }
  return rendered as T;
}

/** The beginning says what a function does. */
function cutEnd(text: string, tokens: number): string {
  if (tokens === 0) return '';
  const sentence = /^.*?[.:;](?=\s|$)/s.exec(text)?.[0] ?? text;
  return cutMiddle(sentence, tokens);
}

/** The functions as a list for people and models, one to a line. */
export function describeOffer({ catalog, none }: Offer, tokens: number): string {
  return fitDescriptions(
    (shorten) =>
      [
        ...catalog.map((entry) => `- ${signature(entry)}${colon(shorten(entry.description))}`),
        `- ${none}(): No function fits, or it is not clear which.`,
      ].join('\n'),
    (text) => text,
    tokens,
  );
}

function colon(description: string): string {
  return description === '' ? '' : `: ${description}`;
}

/** `pod-restart(name, namespace)`; an optional parameter has a question mark. */
function signature(entry: RemediationFunction): string {
  const required = new Set(entry.parameters.required ?? []);
  const parameters = askedParameters(entry).map(([name, schema]) => {
    const type = scalarType(schema);
    const choices = schema.enum?.map(String).join('|');
    const kind = choices ?? (type === 'string' ? undefined : type);
    return `${name}${required.has(name) ? '' : '?'}${kind === undefined ? '' : `: ${kind}`}`;
  });
  return `${entry.name}(${parameters.join(', ')})`;
}
