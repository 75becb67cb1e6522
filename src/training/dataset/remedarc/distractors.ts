import type { Random } from '../../../core/random.js';
import { type Cell, type Column, nameColumn, readingOf } from './columns.js';
import { SHOTS } from './draft-rule.js';
import type { Answer } from './solver/predict.js';
import type { SymbolMaker } from './symbols.js';

/** A label or metric that does not decide; it often likens the query to the demonstration `decoy`. */
export function distractor(decoy: number, symbols: SymbolMaker, random: Random): Column {
  const key = symbols.key();
  const label = (cells: readonly Cell[]): Column => ({ kind: 'label', key, cells });
  const like = <T>(shown: readonly T[], other: () => T): T[] => [
    ...shown,
    random.chance(0.85) ? (shown[decoy] as T) : other(),
  ];
  const share = random.next();
  if (share < 0.55) {
    const words = Array.from({ length: 2 }, () => symbols.word());
    // One demonstration stands apart; where it is the decoy, only the decoy is like the query.
    const odd = random.chance(0.6) ? decoy : random.integer(SHOTS);
    const shown = Array.from({ length: SHOTS }, (_, at) => words[at === odd ? 1 : 0]);
    return label(like(shown, () => random.pick(words)));
  }
  if (share < 0.65) {
    const [shared, join] = [Array.from({ length: 2 }, () => symbols.word()), random.pick(['-', '.'])];
    const shown = Array.from({ length: SHOTS }, () => `${random.pick(shared)}${join}${random.pick(shared)}`);
    return label(like(shown, () => `${random.pick(shared)}${join}${random.pick(shared)}`));
  }
  if (share < 0.75) return nameColumn(SHOTS + 1, key, symbols, random);
  if (share < 0.82) {
    const word = symbols.word();
    return label(Array.from({ length: SHOTS + 1 }, () => word));
  }
  if (share < 0.88) {
    const word = symbols.word();
    const shown = Array.from({ length: SHOTS }, () => (random.chance(0.5) ? word : undefined));
    return label(like(shown, () => word));
  }
  const range = [random.integer(6), random.integer(6)];
  const shown = Array.from({ length: SHOTS }, () => readingOf(random.pick(range), random));
  const cells = like(shown, () => readingOf(random.pick(range), random));
  return random.chance(0.6) ? { kind: 'metric', key, cells } : label(cells.map(String));
}

/** A label that explains the demonstrations as well as the rule does, but gives the query another answer. */
export function contradiction(answers: readonly Answer[], symbols: SymbolMaker, random: Random): Column {
  const words = new Map<Answer, string>();
  const wordOf = (answer: Answer): string => {
    const word = words.get(answer) ?? symbols.word();
    words.set(answer, word);
    return word;
  };
  const shown = answers.slice(0, SHOTS);
  const others = shown.filter((answer) => answer !== answers[SHOTS]);
  const other = random.pick(others);
  return { kind: 'label', key: symbols.key(), cells: [...shown.map(wordOf), wordOf(other)] };
}
