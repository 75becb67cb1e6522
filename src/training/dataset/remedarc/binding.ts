import type { Random } from '../../../core/random.js';
import type { ParameterOrigin } from '../../../domain/index.js';
import { type Column, nameColumn, numberColumn } from './columns.js';
import { type RuleDraft, SHOTS } from './draft-rule.js';
import type { SecondParameter } from './opaque-catalog.js';
import { type Answer, NONE } from './solver/predict.js';
import type { SymbolMaker } from './symbols.js';

/** Which labels fill the parameters. */
export interface Binding {
  /** Labels and metrics that could fill a parameter. */
  readonly columns: readonly Column[];
  /** Parameter -> label or metric for an alert (a demonstration's place, or the query's); empty for "none". */
  originsOf(at: number): Readonly<Record<string, ParameterOrigin>>;
}

/** Share of items in which two functions read the same parameter from different labels. */
const SWAPPED = 0.4;
/** Share of items in which the label that decides may also fill the parameter. */
const FROM_RULE = 0.15;

/**
 * Adds labels of names (and namespaces or numbers) to a rule, two or three for every parameter, and draws which of
 * them fills the parameter: one for all functions, one for each, or as the rule's own classes say.
 */
export function bindParameters(
  names: { readonly first: string; readonly other?: string; readonly second: SecondParameter | undefined },
  rule: RuleDraft,
  symbols: SymbolMaker,
  random: Random,
): Binding {
  const size = SHOTS + 1;
  const roomy = rule.columns.length + (names.other === undefined ? 0 : 2) < 3;
  const count = roomy ? 2 + random.integer(2) : 2;
  const objects = Array.from({ length: count }, () => nameColumn(size, symbols.key(), symbols, random));
  const choices = [...objects];
  if (random.chance(FROM_RULE)) choices.push(...rule.columns.filter(isNameEverywhere));
  const extra = names.other === undefined ? [] : secondColumns(names.second, size, symbols, random);
  const byFunction = classesOf(rule.answers);
  const first = binder(choices, rule.bindingClasses ?? maybe(byFunction, random), random);
  const other = binder(extra, maybe(byFunction, random), random);
  return {
    columns: [...objects, ...extra],
    originsOf: (at) => {
      if (rule.answers[at] === NONE) return {};
      return { [names.first]: first(at), ...(names.other !== undefined && { [names.other]: other(at) }) };
    },
  };
}

function secondColumns(
  second: SecondParameter | undefined,
  size: number,
  symbols: SymbolMaker,
  random: Random,
): Column[] {
  return Array.from({ length: 2 }, (): Column => {
    if (second === 'number') return numberColumn(size, symbols, random, random.chance(0.5) ? 'metric' : 'label');
    const shared = Array.from({ length: 2 }, () => symbols.word());
    const constant = random.chance(0.5) ? symbols.word() : undefined;
    const cells = Array.from({ length: size }, () => constant ?? random.pick(shared));
    return { kind: 'label', key: symbols.namespaceKey(), cells };
  });
}

/** Places of the answers in the order in which they appear. */
function classesOf(answers: readonly Answer[]): readonly number[] {
  const distinct = [...new Set(answers)];
  return answers.map((answer) => distinct.indexOf(answer));
}

function maybe(classes: readonly number[], random: Random): readonly number[] {
  return random.chance(SWAPPED) ? classes : classes.map(() => 0);
}

function binder(
  columns: readonly Column[],
  classes: readonly number[],
  random: Random,
): (at: number) => ParameterOrigin {
  const order = random.shuffle(columns);
  return (at) => {
    const { kind, key } = order[(classes[at] as number) % order.length] as Column;
    return { kind, key };
  };
}

/** A text label that every alert has and that may stand as an object's name. */
function isNameEverywhere({ kind, cells }: Column): boolean {
  return kind === 'label' && cells.every((cell) => typeof cell === 'string' && /^[a-z]+(?:[-.][a-z]+)?$/.test(cell));
}
