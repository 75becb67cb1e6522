import type { Random } from '../../../core/random.js';
import { kindOfLabel, targetClassOf } from '../../../encoding/alert/label-kinds.js';
import { splitWords } from '../../../encoding/index.js';
import { capitalise } from '../situation/alert-name-style.js';
import { SYLLABLES } from '../situation/word-lists.js';

/** From which words the keys and values of an item are made; no word stands in both pools. */
export type SymbolPool = 'train' | 'held-out';

const words = (text: string): readonly string[] => text.split(' ');

/** Words that label keys are often made of, none of which tells a remedy. */
export const KEY_WORDS: Readonly<Record<SymbolPool, readonly string[]>> = {
  train: words(
    'shard lane slot bucket flavor profile origin peer batch topic track segment ring sector plan grade family level ' +
      'label marker scope shape color series layer branch bundle cell chunk class circle column corner cycle depth ' +
      'domain draft edge entry feed field filter fleet frame gate grid hub kit leaf line link lot mark match mesh page ' +
      'pair panel part pass pattern phrase piece pin plot pool port prime probe quota rack range rank ratio',
  ),
  'held-out': words(
    'anchor arena band beacon bay bridge canal caste clan cohort crate deck den dock echo epoch estate flag gauge glyph ' +
      'halo hinge island jewel kernel ledge lodge mast nest orbit parcel pillar quarter realm ridge root sail sign spoke ' +
      'stripe strand tent token trail vault wave wing yard',
  ),
};

const ALL_KEY_WORDS: ReadonlySet<string> = new Set(Object.values(KEY_WORDS).flat());

const HELD_OUT_EVERY = 4;

/** Syllables that the invented words are made of. */
export const POOL_SYLLABLES: Readonly<Record<SymbolPool, readonly string[]>> = {
  train: SYLLABLES.filter((_, index) => index % HELD_OUT_EVERY !== 0),
  'held-out': SYLLABLES.filter((_, index) => index % HELD_OUT_EVERY === 0),
};

/** Draws the symbols of one item; nothing is drawn twice. */
export interface SymbolMaker {
  /** A lower-case invented word of two or three syllables. */
  word(): string;
  /** A label or metric key that says nothing and that every pointer mask allows. */
  key(): string;
  /** A key that is known to hold a namespace. */
  namespaceKey(): string;
  /** An alert name of one word. */
  alertName(): string;
}

/** Makes the symbols of one item from a pool. */
export function createSymbols(pool: SymbolPool, random: Random): SymbolMaker {
  const taken = new Set<string>();
  const fresh = (make: () => string, fits: (text: string) => boolean): string => {
    for (;;) {
      const made = make();
      if (taken.has(made) || !fits(made)) continue;
      taken.add(made);
      return made;
    }
  };
  const syllables = POOL_SYLLABLES[pool];
  const invent = (): string => {
    const word = Array.from({ length: 2 + random.integer(2) }, () => random.pick(syllables)).join('');
    // `pa` and `ge` make a key word, perhaps one of the other pool.
    return ALL_KEY_WORDS.has(word) ? invent() : word;
  };
  const neutral = (key: string): boolean =>
    targetClassOf(key, '') === 'target' && kindOfLabel({}, key) === undefined && splitWords(key).length <= 2;
  const word = (): string => fresh(invent, () => true);
  const makeKey = (): string => {
    const share = random.next();
    if (share < 0.45) return random.pick(KEY_WORDS[pool]);
    if (share < 0.8) return invent();
    return random.chance(0.5)
      ? `${random.pick(KEY_WORDS[pool])}_${invent()}`
      : `${invent()}_${random.pick(KEY_WORDS[pool])}`;
  };
  return {
    word,
    key: () => fresh(makeKey, neutral),
    namespaceKey: () =>
      fresh(
        () => `${invent()}_${random.pick(['namespace', 'ns', 'project', 'tenant'])}`,
        () => true,
      ),
    alertName: () => capitalise(word()),
  };
}
