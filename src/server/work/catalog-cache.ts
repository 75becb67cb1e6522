import { type Catalog, DEFAULT_CATALOG, parseCatalog } from '../../domain/index.js';
import { checkExpansion } from './check-expansion.js';
import { checkPatterns } from './check-patterns.js';
import { catalogKey, digest } from './work-key.js';

/** A catalog that was read, and the text that stands for it. */
export interface KeyedCatalog {
  readonly catalog: Catalog;
  readonly key: string;
}

/** Catalogs that are kept. Agents send the same few over and over. */
const MAX_KEPT = 64;

/**
 * Gives the same object for the same catalog, so that what is derived from it (checks, the model's view of it) is
 * derived once.
 */
export class CatalogCache {
  readonly #fallback: KeyedCatalog;
  readonly #kept = new Map<string, KeyedCatalog>();

  /** @param fallback the catalog of requests that bring none */
  constructor(fallback: Catalog = DEFAULT_CATALOG) {
    const catalog = fallback === DEFAULT_CATALOG ? fallback : parseCatalog(fallback);
    this.#fallback = { catalog, key: catalogKey(catalog) };
  }

  /** The catalog of requests that bring none. */
  get fallback(): KeyedCatalog {
    return this.#fallback;
  }

  /**
   * Reads a catalog as it came over the wire; undefined and null stand for the default one.
   *
   * @throws InvalidInputError that names the field
   */
  read(value: unknown): KeyedCatalog {
    if (value === undefined || value === null) return this.#fallback;
    const text = digest(JSON.stringify(value));
    const known = this.#kept.get(text);
    if (known) {
      // Kept in the order of use: the one that was not used for longest goes first.
      this.#kept.delete(text);
      this.#kept.set(text, known);
      return known;
    }
    const catalog = parseCatalog(value);
    checkPatterns(catalog);
    for (const [index, { parameters }] of catalog.entries()) checkExpansion(parameters, `[${index}].parameters`);
    const keyed = { catalog, key: catalogKey(catalog) };
    this.#kept.set(text, keyed);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return keyed;
  }
}
