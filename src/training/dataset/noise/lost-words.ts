import type { Random } from '../../../core/random.js';
import type { Example } from '../example.js';

/** Share of the words of a text that are lost. */
const LOST = 0.15;

/**
 * The same case with words missing from what describes the functions and the alert (word dropout, Iyyer et al. 2015,
 * section 3.1), so that no single phrase of a text that is shown a hundred times decides. Names stay, and so do words
 * with a digit, which may be readings, and instructions (`lambda_*`).
 *
 * @param fixed Catalog that is always shown as it stands
 */
export function withLostWords(example: Example, fixed: Example['catalog'], random: Random): Example {
  const shorten = (text: string): string => {
    const words = text.split(' ');
    const kept = words.filter((word) => /\p{N}/u.test(word) || !random.chance(LOST));
    return kept.length === 0 ? text : kept.join(' ');
  };
  const annotations = Object.entries(example.alert.annotations).map(
    ([key, text]) => [key, key.startsWith('lambda_') ? text : shorten(text)] as const,
  );
  const catalog =
    example.catalog === fixed
      ? fixed
      : example.catalog.map((definition) => ({ ...definition, description: shorten(definition.description) }));
  return {
    ...example,
    id: `${example.id}-lost`,
    alert: { ...example.alert, annotations: Object.fromEntries(annotations) },
    catalog,
  };
}
