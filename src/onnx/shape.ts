import type { Dimension, Shape } from './types.js';

/** A product of a number and names, such as `8*batch`: what reshaping makes of dimensions known only later. */
interface Monomial {
  readonly coefficient: number;
  readonly symbols: readonly string[];
}

/** Splits at a separator, but not inside brackets. */
function splitOutside(text: string, separator: '*' | '+'): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function parse(dimension: Dimension): Monomial {
  if (typeof dimension === 'number') return { coefficient: dimension, symbols: [] };
  let coefficient = 1;
  const symbols: string[] = [];
  for (const factor of splitOutside(dimension, '*')) {
    if (/^\d+$/.test(factor)) coefficient *= Number(factor);
    else symbols.push(factor);
  }
  return { coefficient, symbols: symbols.sort() };
}

function format(monomial: Monomial): Dimension {
  if (monomial.symbols.length === 0 || monomial.coefficient === 0) return monomial.coefficient;
  const symbols = monomial.symbols.join('*');
  return monomial.coefficient === 1 ? symbols : `${monomial.coefficient}*${symbols}`;
}

/** Product of dimensions, symbolic where one of them is. Equal products are written alike. */
export function product(shape: Shape): Dimension {
  let coefficient = 1;
  const symbols: string[] = [];
  for (const dimension of shape) {
    const factor = parse(dimension);
    coefficient *= factor.coefficient;
    symbols.push(...factor.symbols);
  }
  return format({ coefficient, symbols: symbols.sort() });
}

/** Terms of a sum as `sum` writes it, `(fields+1)`; any other dimension is its own only term. */
function termsOf(dimension: Dimension): Dimension[] {
  if (typeof dimension === 'number' || !/^\(.*\)$/.test(dimension)) return [dimension];
  if (splitOutside(dimension, '*').length > 1) return [dimension];
  return splitOutside(dimension.slice(1, -1), '+');
}

/** Sum of two dimensions. Like terms are put together; what stays symbolic is bracketed: `(fields+1)`. */
export function sum(left: Dimension, right: Dimension): Dimension {
  const coefficients = new Map<string, number>();
  for (const term of [...termsOf(left), ...termsOf(right)]) {
    const { coefficient, symbols } = parse(term);
    const key = symbols.join('*');
    coefficients.set(key, (coefficients.get(key) ?? 0) + coefficient);
  }
  const constant = coefficients.get('') ?? 0;
  coefficients.delete('');
  const terms = [...coefficients.keys()].sort().map((key) => product([coefficients.get(key) as number, key]));
  const present = terms.filter((term) => term !== 0);
  if (present.length === 0) return constant;
  if (constant !== 0) present.push(constant);
  return present.length === 1 ? (present[0] as Dimension) : `(${present.join('+')})`;
}

/** `whole / part` when it divides without remainder, else undefined. */
export function divide(whole: Dimension, part: Dimension): Dimension | undefined {
  const dividend = parse(whole);
  const divisor = parse(part);
  if (divisor.coefficient === 0 || dividend.coefficient % divisor.coefficient !== 0) return undefined;
  if (dividend.coefficient === 0) return 0;
  const symbols = [...dividend.symbols];
  for (const symbol of divisor.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return undefined;
    symbols.splice(at, 1);
  }
  return format({ coefficient: dividend.coefficient / divisor.coefficient, symbols });
}

/** numpy broadcasting of two shapes; undefined when they do not fit. A name only fits itself or 1. */
export function broadcast(left: Shape, right: Shape): Shape | undefined {
  const rank = Math.max(left.length, right.length);
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const a = left[left.length - rank + axis] ?? 1;
    const b = right[right.length - rank + axis] ?? 1;
    if (a === b || b === 1) result.push(a);
    else if (a === 1) result.push(b);
    else return undefined;
  }
  return result;
}

export function sameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((dimension, axis) => dimension === right[axis]);
}

export function isStatic(shape: Shape): shape is readonly number[] {
  return shape.every((dimension) => typeof dimension === 'number');
}

/** Brings a possibly negative axis into [0, rank); undefined when it lies outside. */
export function normalizeAxis(axis: number, rank: number): number | undefined {
  const normalized = axis < 0 ? axis + rank : axis;
  return Number.isInteger(axis) && normalized >= 0 && normalized < rank ? normalized : undefined;
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
