import { TrainingError } from '../../../core/errors.js';
import { type Catalog, DEFAULT_CATALOG } from '../../../domain/index.js';
import type { Example } from '../example.js';
import { rowOfExample } from './label.js';
import { LABELLED_ALERT_LIMITS } from './labelled-alert.js';
import { type WrittenFile, writeLines } from './lines.js';
import { DEFAULT_CATALOG_ID } from './read-labelled-alerts.js';

export interface WriteLabelledAlertsOptions {
  /**
   * Catalogs that lines name by id instead of repeating them; whoever reads the file must be given the same. The
   * default catalog is always known as `default`.
   */
  readonly catalogs?: ReadonlyMap<string, Catalog>;
  readonly signal?: AbortSignal;
  /** Called after each line with the number of lines so far. */
  readonly onRow?: (rows: number) => void;
}

/**
 * Writes examples as JSON Lines, one after the other as they come; `readLabelledAlerts` gives the same examples again.
 * A failure leaves what was at the path before.
 *
 * @throws TrainingError when the file cannot be written or an example is over the limits; AbortedError
 */
export async function writeLabelledAlerts(
  path: string,
  examples: Iterable<Example> | AsyncIterable<Example>,
  options: WriteLabelledAlertsOptions = {},
): Promise<WrittenFile> {
  const ids = new Map<Catalog, string>([[DEFAULT_CATALOG, DEFAULT_CATALOG_ID]]);
  for (const [id, catalog] of options.catalogs ?? []) ids.set(catalog, id);
  async function* lines(): AsyncGenerator<string, void, void> {
    let rows = 0;
    for await (const example of examples) {
      const line = JSON.stringify(rowOfExample(example, ids.get(example.catalog) ?? example.catalog));
      if (Buffer.byteLength(line) > LABELLED_ALERT_LIMITS.lineBytes) {
        throw new TrainingError(
          `${path}: the example ${example.id} takes ${Buffer.byteLength(line)} bytes as a line, and ` +
            `${LABELLED_ALERT_LIMITS.lineBytes} are allowed; present a smaller catalog`,
        );
      }
      yield line;
      rows += 1;
      options.onRow?.(rows);
    }
  }
  return writeLines(path, lines(), options.signal);
}
