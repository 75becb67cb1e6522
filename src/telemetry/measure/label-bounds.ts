import { redact } from '../../core/redact.js';
import type { Catalog } from '../../domain/index.js';
import { NONE, OTHER } from './values.js';

/** Names that label one thing (phases, providers, routes, ...); a configuration has fewer. */
const MOST_NAMES = 64;

/** What names of a configuration look like; text of another kind is none. */
const NAME = /^[\w/*][\w.:/@{}*-]{0,63}$/;

/** Statuses that are told apart; others are counted by their class. */
const STATUSES = new Set([
  200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 431, 499, 500, 501, 502, 503, 504,
]);

/** Makes label values of what may come from outside, of which there must never be many. */
export class LabelBounds {
  readonly #functions: ReadonlySet<string>;
  readonly #names = new Map<string, Set<string>>();

  /** @param catalog whose functions are told apart; a catalog of a request's own is not counted by name */
  constructor(catalog: Catalog) {
    this.#functions = new Set(catalog.map(({ name }) => name));
  }

  /** The function when the catalog has it, `none` for none, else `other`. */
  functionName(name: string | null | undefined): string {
    if (name === null || name === undefined) return NONE;
    return this.#functions.has(name) ? name : OTHER;
  }

  /** The value when it is one of those that were foreseen, else `other`. */
  oneOf(values: readonly string[], value: string): string {
    return values.includes(value) ? value : OTHER;
  }

  /** A name of the configuration: at most 64 of a kind, each of at most 64 plain characters; others are `other`. */
  name(kind: 'tier' | 'provider' | 'model' | 'route' | 'dependency' | 'accelerator', name: string | null): string {
    if (name === null) return NONE;
    let known = this.#names.get(kind);
    if (known === undefined) {
      known = new Set();
      this.#names.set(kind, known);
    }
    if (known.has(name)) return name;
    if (known.size >= MOST_NAMES || !NAME.test(name) || redact(name) !== name) return OTHER;
    known.add(name);
    return name;
  }

  /** An HTTP status: itself when it is a usual one, else its class such as `5xx`; `none` for none. */
  status(status: number | undefined): string {
    if (status === undefined) return NONE;
    if (STATUSES.has(status)) return String(status);
    return Number.isInteger(status) && status >= 100 && status <= 599 ? `${Math.floor(status / 100)}xx` : OTHER;
  }
}
