import type { Random } from '../../../core/random.js';
import { DEFAULT_ALERT_LIMITS, splitWords } from '../../../encoding/index.js';
import { ENVIRONMENTS, REGIONS, TEAMS } from '../situation/word-lists.js';

type Restyle = (name: string, random: Random) => string;

/** What teams and tools put around the name of an alert. */
const AFFIXES: readonly Restyle[] = [
  (name) => `[FIRING] ${name}`,
  (name, random) => `[FIRING:${1 + random.integer(9)}] ${name}`,
  (name, random) => `${random.pick(ENVIRONMENTS)}-${name}`,
  (name, random) => `${random.pick(TEAMS)}/${name}`,
  (name, random) => `${name} (${random.pick(REGIONS)})`,
  (name, random) => `${name}.${random.pick(['critical', 'warning', 'info'])}`,
  (name, random) => `${name} [${random.pick(['critical', 'warning', 'info', 'alert'])}]`,
  (name, random) => `${random.pick(['ALERT', 'Alert', 'CRITICAL', 'Warning', 'INFO'])}: ${name}`,
  (name, random) => `${random.pick(['monitoring', 'system', 'cluster', 'apps'])}.${name}`,
  (name, random) => `${name} #${1 + random.integer(999)}`,
  (name, random) => `${1 + random.integer(99)} - ${name}`,
  (name, random) => `${random.pick(['***', '!!', '>>>', '\u{1f525}', '\u26a0'])} ${name}`,
  (name) => `${name} !!!`,
  (name) => `"${name}"`,
];

/** Ways to write the same words. */
const SEPARATORS = ['_', '-', ' ', '.', '::', ' - ', '/', '__', '|'] as const;
const CASES: readonly ((word: string) => string)[] = [
  (word) => word,
  (word) => word.toUpperCase(),
  (word) => word.slice(0, 1).toUpperCase() + word.slice(1),
];

/** Writes an alert's name with an affix or other separators; its words stay, in their order, among those that are read. */
export function noisyName(name: string, random: Random): string {
  const words = splitWords(name);
  const styled = random.chance(0.35) ? respelt(words, random) : name;
  const made = random.chance(0.7) ? random.pick(AFFIXES)(styled, random) : styled;
  return [made, styled].find((candidate) => keepsWords(words, splitWords(candidate))) ?? name;
}

function respelt(words: readonly string[], random: Random): string {
  return words.map(random.pick(CASES)).join(random.pick(SEPARATORS));
}

/** The words stand side by side in the others, and none falls out because the name has become too long. */
function keepsWords(words: readonly string[], others: readonly string[]): boolean {
  const text = ` ${others.join(' ')} `;
  const added = others.length - words.length;
  const fits = added === 0 || new Set(others).size <= DEFAULT_ALERT_LIMITS.maxNameWords;
  return fits && text.includes(` ${words.join(' ')} `);
}
