import { isDeepStrictEqual } from 'node:util';
import { boundedMemo } from '../../../core/bounded-memo.js';
import { InvalidInputError } from '../../../core/errors.js';
import { quote } from '../../../domain/describe.js';
import { type Catalog, DEFAULT_CATALOG, parseCatalog } from '../../../domain/index.js';
import { cleanText } from '../../../encoding/index.js';
import type { Example, Split } from '../example.js';
import { exampleOfRow, within } from './label.js';
import { LABELLED_ALERT_LIMITS, type LabelledAlert, parseLabelledAlert } from './labelled-alert.js';

/** Id by which a line may name the default catalog of this package. */
export const DEFAULT_CATALOG_ID = 'default';
/** Catalogs of which the last ones are kept, since lines often repeat one. */
const KEPT_CATALOGS = 64;

export interface ReadLabelledAlertsOptions {
  /** The catalog of lines that name none. Default: the default catalog. */
  readonly catalog?: Catalog;
  /** Catalogs that lines name by id, besides `default`. */
  readonly catalogs?: ReadonlyMap<string, Catalog>;
  /** The split of lines that name none. Default `test`. */
  readonly split?: Split;
}

/** A line that was refused. */
export interface RowProblem {
  /** From 1. */
  readonly line: number;
  /** What was expected, what came, and in which field. */
  readonly reason: string;
}

export interface LabelledAlerts {
  readonly examples: Example[];
  /** In the order of the lines; empty when every line is good. */
  readonly problems: RowProblem[];
}

/** Lines of a file or of memory: text, or bytes that are UTF-8. */
export type LabelledAlertLines = string | AsyncIterable<string | Uint8Array>;

/**
 * Reads labelled alerts from JSON Lines, see `parseLabelledAlert`; empty lines do not count. Bad lines are refused with
 * their number and reason, the others are read all the same. Limits: `LABELLED_ALERT_LIMITS`.
 *
 * @throws what the lines throw, such as TrainingError for a file that cannot be read
 */
export async function readLabelledAlerts(
  input: LabelledAlertLines,
  options: ReadLabelledAlertsOptions = {},
): Promise<LabelledAlerts> {
  const examples: Example[] = [];
  const problems: RowProblem[] = [];
  for await (const row of eachLabelledAlert(input, createRowReader(options))) {
    if ('example' in row) examples.push(row.example);
    else problems.push(row);
  }
  return { examples, problems };
}

/** The rows of an input one by one, good ones as examples; holds no more than one at a time. */
export async function* eachLabelledAlert(
  input: LabelledAlertLines,
  reader: RowReader,
  place: RowPlace = {},
): AsyncGenerator<RowProblem | { readonly line: number; readonly example: Example }, void, void> {
  const lines = typeof input === 'string' ? input.split('\n') : input;
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (line > LABELLED_ALERT_LIMITS.lines) {
      yield {
        line,
        reason: `expected at most ${LABELLED_ALERT_LIMITS.lines} lines; the rest is not read, split the file`,
      };
      return;
    }
    const read = reader.read(text, line, place);
    if (read !== undefined) yield { line, ...read };
  }
}

/** Where lines stand that are read. */
export interface RowPlace {
  /** Name of the file, when several are read. */
  readonly file?: string;
  /** The split that the file is of: lines without one are of it, and those of another are refused. */
  readonly split?: Split;
}

/** Reads lines one after the other; remembers the ids, so that one reader must see all that belongs together. */
export interface RowReader {
  /** The example of a line, why there is none, or undefined for an empty line. */
  read(
    text: string | Uint8Array,
    line: number,
    place?: RowPlace,
  ): { example: Example } | { reason: string } | undefined;
}

export function createRowReader(options: ReadLabelledAlertsOptions = {}): RowReader {
  const catalogOf = createCatalogReader(options);
  const places = new Map<string, string>();
  return {
    read(text, line, { file, split } = {}) {
      const where = file === undefined ? `line ${line}` : `${file}:${line}`;
      try {
        const value = parseLine(text);
        if (value === undefined) return undefined;
        const row = parseLabelledAlert(value);
        if (split !== undefined && row.split !== undefined && row.split !== split) {
          throw new InvalidInputError('split', `expected "${split}", of which this file is, received "${row.split}"`);
        }
        const example = exampleOfRow(row, catalogOf(row), {
          id: where.replace(' ', '-'),
          split: split ?? options.split ?? 'test',
        });
        const first = places.get(example.id);
        if (first !== undefined) {
          throw new InvalidInputError(
            'id',
            `expected distinct ids, received ${quote(example.id)} again (first in ${first})`,
          );
        }
        places.set(example.id, where);
        return { example };
      } catch (error) {
        if (InvalidInputError.isInstance(error)) return { reason: error.message };
        throw error;
      }
    },
  };
}

function createCatalogReader({ catalog = DEFAULT_CATALOG, catalogs }: ReadLabelledAlertsOptions) {
  const parse = boundedMemo(KEPT_CATALOGS, (json) => knownCatalog(parseCatalog(JSON.parse(json))));
  return ({ catalog: given }: LabelledAlert): Catalog => {
    if (given === undefined) return catalog;
    if (typeof given !== 'string') return within('catalog', () => parse(JSON.stringify(given)));
    const named = catalogs?.get(given) ?? (given === DEFAULT_CATALOG_ID ? DEFAULT_CATALOG : undefined);
    if (named !== undefined) return named;
    const known = [...new Set([DEFAULT_CATALOG_ID, ...(catalogs?.keys() ?? [])])].slice(0, 8).map(quote).join(', ');
    throw new InvalidInputError(
      'catalog',
      `expected functions or the id of a catalog (${known}), received ${quote(given)}`,
    );
  };
}

/** The default catalog itself where a catalog equals it, so that both count as one. */
export function knownCatalog(catalog: Catalog): Catalog {
  return isDeepStrictEqual(catalog, DEFAULT_CATALOG) ? DEFAULT_CATALOG : catalog;
}

/** The JSON of one line within the limits; undefined for an empty line. Throws InvalidInputError. */
export function parseLine(input: string | Uint8Array): unknown {
  const { lineBytes, depth } = LABELLED_ALERT_LIMITS;
  const bytes = typeof input === 'string' ? Buffer.byteLength(input) : input.length;
  if (bytes > lineBytes)
    throw new InvalidInputError('', `expected at most ${lineBytes} bytes in a line, received more`);
  const text = decode(input)
    .replace(/^\uFEFF/, '')
    .trim();
  if (text === '') return undefined;
  if (nestingOf(text) > depth)
    throw new InvalidInputError('', `expected at most ${depth} levels of nesting, received more`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidInputError('', `expected one JSON object on one line (${cleanText((error as Error).message)})`, {
      cause: error,
    });
  }
}

function decode(input: string | Uint8Array): string {
  if (typeof input === 'string') return input;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(input);
  } catch (error) {
    throw new InvalidInputError('', 'expected UTF-8, received other bytes', { cause: error });
  }
}

/** Deepest nesting of brackets outside of strings; found without recursion, before anything walks the value. */
function nestingOf(text: string): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}
