/** What decides in a rule; each is one way in which alerts can differ. */
export const PRIMITIVES = ['value', 'prefix', 'suffix', 'threshold', 'equality', 'presence', 'membership'] as const;
export type Primitive = (typeof PRIMITIVES)[number];

/**
 * Part of the items: `train`; `new-symbols` (keys and words of a pool that training never draws from); `compositions`
 * (primitives that training shows, in pairs that it does not); `primitives` (a primitive that training never shows);
 * `more-distractors`; `ambiguous` (simplest rules disagree, so that no function is right).
 */
export const SUITES = ['train', 'new-symbols', 'compositions', 'primitives', 'more-distractors', 'ambiguous'] as const;
export type Suite = (typeof SUITES)[number];

/** Primitives that only the suite `primitives` shows. */
export const HELD_OUT_PRIMITIVES: readonly Primitive[] = ['membership'];

/** Two primitives that act together. */
export interface Composition {
  /** `exception`: a condition before the selector; `binding`: a selector of the label that fills the parameter. */
  readonly kind: 'exception' | 'binding';
  /** The condition of the exception, or what decides the label. */
  readonly modifier: Primitive;
  /** What decides the function. */
  readonly base: Primitive;
}

const MODIFIERS: readonly Primitive[] = ['value', 'presence', 'threshold', 'equality'];
const BASES: readonly Primitive[] = ['value', 'prefix', 'suffix', 'threshold', 'presence', 'equality'];

/** Pairs that only the suite `compositions` shows; every primitive of them stands in other pairs in training. */
const HELD_OUT: ReadonlySet<string> = new Set([
  'exception/value/suffix',
  'exception/value/threshold',
  'exception/presence/value',
  'exception/threshold/prefix',
  'exception/equality/value',
  'binding/value/suffix',
  'binding/value/threshold',
  'binding/presence/prefix',
  'binding/threshold/value',
  'binding/equality/presence',
]);

const ALL = (['exception', 'binding'] as const).flatMap((kind) =>
  MODIFIERS.flatMap((modifier) => BASES.map((base): Composition => ({ kind, modifier, base }))),
);
const isHeldOut = ({ kind, modifier, base }: Composition): boolean => HELD_OUT.has(`${kind}/${modifier}/${base}`);

/** Compositions of training. */
export const TRAINED_COMPOSITIONS: readonly Composition[] = ALL.filter((pair) => !isHeldOut(pair));
/** Compositions of the suite `compositions`. */
export const HELD_OUT_COMPOSITIONS: readonly Composition[] = ALL.filter(isHeldOut);
/** Primitives that training shows. */
export const TRAINED_PRIMITIVES: readonly Primitive[] = PRIMITIVES.filter(
  (primitive) => !HELD_OUT_PRIMITIVES.includes(primitive),
);
