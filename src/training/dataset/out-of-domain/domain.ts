import type { Random } from '../../../core/random.js';
import type { Split } from '../example.js';

/** The splits that know input out of the domain. */
export type OutOfDomainSplit = Exclude<Split, 'validation'>;

/** A walk of life that no remediation function could touch: words of its own and sentences made of them. */
export interface Domain {
  readonly name: string;
  /** Slot -> words; the slots are label keys as well. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** Alert names as plain words, with `{slot}` for a word of that list. */
  readonly titles: readonly string[];
  /** Sentences with `{slot}` for a word of that list. */
  readonly sentences: readonly string[];
  /** Names of readings. */
  readonly metrics: readonly string[];
}

/** A comma-separated list of words or phrases. */
export const list = (text: string): readonly string[] => text.split(',').map((word) => word.trim());

/** Replaces each `{slot}` by a word of that list, drawn anew every time; `{number}` is a number below 100. */
export function fill(template: string, { name, words }: Domain, random: Random): string {
  return template.replace(/\{(\w+)\}/g, (_, slot: string) => {
    if (slot === 'number') return String(1 + random.integer(99));
    const choices = words[slot];
    if (choices === undefined) throw new RangeError(`domain "${name}": the template "${template}" has no list ${slot}`);
    return random.pick(choices);
  });
}
