import type { Random } from '../../../core/random.js';
import { type Column, selectorColumns } from './columns.js';
import { type Answer, NONE } from './solver/predict.js';
import {
  type Composition,
  HELD_OUT_COMPOSITIONS,
  HELD_OUT_PRIMITIVES,
  type Primitive,
  type Suite,
  TRAINED_COMPOSITIONS,
  TRAINED_PRIMITIVES,
} from './suites.js';
import type { SymbolMaker } from './symbols.js';

/** Answered alerts in an item. */
export const SHOTS = 3;
/** Shares of the two kinds of composition where a suite has simple rules too. */
const EXCEPTIONS = 0.15;
const BINDINGS = 0.2;

/** The labels that decide, with the answers that the hidden rule gives. */
export interface RuleDraft {
  /** 1 = one selector, 2 = an exception before a selector. */
  readonly level: 1 | 2;
  readonly columns: readonly Column[];
  /** One a demonstration, then the query's. */
  readonly answers: readonly Answer[];
  /** Where a selector decides the label that fills the parameter: its class of each alert, 0 or 1. */
  readonly bindingClasses?: readonly number[];
}

/** Draws a rule of the suite and alerts that it tells apart. */
export function draftRule(suite: Suite, functions: number, symbols: SymbolMaker, random: Random): RuleDraft {
  const share = random.next();
  if (suite === 'primitives') return simple(random.pick(HELD_OUT_PRIMITIVES), functions, symbols, random);
  if (suite !== 'compositions' && (suite === 'ambiguous' || share >= EXCEPTIONS + BINDINGS)) {
    return simple(random.pick(TRAINED_PRIMITIVES), functions, symbols, random);
  }
  const kind = share * (suite === 'compositions' ? EXCEPTIONS + BINDINGS : 1) < EXCEPTIONS ? 'exception' : 'binding';
  const pairs = suite === 'compositions' ? HELD_OUT_COMPOSITIONS : TRAINED_COMPOSITIONS;
  const pair = random.pick(pairs.filter((one) => one.kind === kind));
  const make = kind === 'exception' ? withException : withBinding;
  return make(pair, functions, symbols, random);
}

function isOpen(primitive: Primitive): boolean {
  return primitive === 'value' || primitive === 'prefix' || primitive === 'suffix';
}

function simple(primitive: Primitive, functions: number, symbols: SymbolMaker, random: Random): RuleDraft {
  const chosen = distinctAnswers(3, functions, random);
  const three = isOpen(primitive) && random.chance(0.6);
  if (three && random.chance(0.5)) chosen[random.integer(chosen.length)] = NONE;
  const shown = random.shuffle(three ? [0, 1, 2] : [0, 0, 1]);
  const classes = [...shown, random.integer(three ? 3 : 2)];
  return {
    level: 1,
    columns: selectorColumns(primitive, classes, symbols, random),
    answers: classes.map((of) => chosen[of] as Answer),
  };
}

/** "Unless": the exception's answer where its condition holds, else what the base selects. */
function withException(pair: Composition, functions: number, symbols: SymbolMaker, random: Random): RuleDraft {
  const [first, second, third] = distinctAnswers(3, functions, random) as [Answer, Answer, Answer];
  const share = random.next();
  const excepted = share < 0.5 ? NONE : share < 0.85 ? third : random.pick([first, second]);
  const place = random.integer(SHOTS);
  const fires = random.chance(0.5);
  const holds = [...Array.from({ length: SHOTS }, (_, at) => (at === place ? 1 : 0)), fires ? 1 : 0];
  const others = random.shuffle([0, 1]);
  const classes = Array.from({ length: SHOTS }, (_, at) =>
    at === place ? random.integer(2) : (others.pop() as number),
  );
  // Where the exception holds, the base may be of a class that no demonstration shows.
  classes.push(fires && isOpen(pair.base) && random.chance(0.6) ? 2 : random.integer(2));
  return {
    level: 2,
    columns: [
      ...selectorColumns(pair.modifier, holds, symbols, random),
      ...selectorColumns(pair.base, classes, symbols, random),
    ],
    answers: classes.map((of, at) => (holds[at] === 1 ? excepted : of === 0 ? first : second)),
  };
}

/** The base selects the function, the modifier the label that fills its parameter. */
function withBinding(pair: Composition, functions: number, symbols: SymbolMaker, random: Random): RuleDraft {
  const chosen = distinctAnswers(2, functions, random);
  // Two alerts of one function are filled differently, or the function would explain what fills the parameter.
  const one = random.integer(2);
  const shown = random.shuffle([
    [0, one],
    [0, 1 - one],
    [1, random.integer(2)],
  ] as const);
  const all = [...shown, [random.integer(2), random.integer(2)] as const];
  const classes = all.map(([of]) => of);
  const bindingClasses = all.map(([, of]) => of);
  return {
    level: 1,
    columns: [
      ...selectorColumns(pair.base, classes, symbols, random),
      ...selectorColumns(pair.modifier, bindingClasses, symbols, random),
    ],
    answers: classes.map((of) => chosen[of] as Answer),
    bindingClasses,
  };
}

function distinctAnswers(count: number, functions: number, random: Random): Answer[] {
  return random.shuffle(Array.from({ length: functions }, (_, at) => at)).slice(0, count);
}
