import { InvalidInputError } from '../../core/errors.js';
import { beginsWithPair, followBrackets, type Pair, readBracketed, readPair, readPairs } from './read-pairs.js';

/** Before an object: it may be an item of a list, one of several, or code. */
const BEFORE_OBJECT = /[-*•,`\s]*(?:\[\s*)?(?=\{)/uy;
/** Before an array of pairs; other brackets are those of a link or a remark. */
const BEFORE_ARRAY = /[-*•,`\s]*(?=\[\s*["'`]?[\w./-]+["'`]?\s*[:=])/uy;
/** Nothing more than signs behind an object, so that another may follow on the next line. */
const REST_OF_LIST = /[\],;.`\s]*$/uy;
const BRACES = ['{', '}'] as const;
const BRACKETS = ['[', ']'] as const;
/** A line that opens something else. */
const OTHER_HEADING = /^#{1,6}\s|:\**$/;
/** One that reads like a pair without a value, which no label has. */
const SHORT_HEADING = /^(?![-*•]\s)[^:=]*:\**$/u;
/** A pair that is an item of a list, or whose value is quoted. */
const LIST_ITEM = /^[-*•]\s|^[^:=]*[:=]\s*["'`]/u;

/**
 * What stands below the heading of labels, annotations or metrics, line by line: an object in braces, or pairs. Ends
 * behind the object; pairs end with a line that opens something else, or with an empty line that prose follows.
 */
export class PairSection {
  readonly #part: 'labels' | 'annotations' | 'metrics';
  readonly #inline: string;
  readonly #lines: string[] = [];
  readonly #objects: string[] = [];
  #object = '';
  #brackets: typeof BRACES | typeof BRACKETS = BRACES;
  #depth = 0;
  #isBehindGap = false;
  #isOver = false;

  /**
   * @param part the field of the alert, for messages
   * @param inline what stands on the line of the heading
   */
  constructor(part: 'labels' | 'annotations' | 'metrics', inline: string) {
    this.#part = part;
    this.#inline = inline;
    this.take(inline);
  }

  /** Whether the braces of an object are still open, so that a line is part of it whatever it says. */
  get isOpen(): boolean {
    return this.#depth > 0;
  }

  /** Adds a line, or says that the section has ended before it. */
  take(line: string): boolean {
    if (this.isOpen) {
      this.#object += '\n';
      return this.#takeObject(line, 0);
    }
    if (line === '') {
      this.#isBehindGap = true;
      return true;
    }
    const bracket = bracketAt(line, 0);
    if (bracket === undefined) return this.#objects.length === 0 && this.#takePairs(line);
    const goesOn = this.#objects.length === 0 || !(this.#isBehindGap || this.#isOver);
    return this.#lines.length === 0 && goesOn && this.#takeObject(line, bracket);
  }

  /** Refuses an object whose end is missing, since its last value may be cut. */
  requireClosed(): void {
    if (!this.isOpen) return;
    throw new InvalidInputError(this.#part, 'expected an object, received one whose braces stay open; close them');
  }

  /** The pairs: those of each object, or those of the lines together. */
  groups(): Pair[][] {
    if (this.#objects.length > 0) return this.#objects.map(readBracketed);
    const isOne = this.#lines.length === 1;
    const pairs = this.#lines.flatMap((line, index) => {
      const isInline = index === 0 && line === this.#inline;
      return this.#isProse && !isOne && !isInline ? readPair(line) : readPairs(line);
    });
    return [pairs];
  }

  /** Takes the object that begins or goes on at an index of a line, and those behind it on the same line. */
  #takeObject(line: string, start: number): boolean {
    let next: number | undefined = start;
    while (next !== undefined) {
      if (!this.isOpen) this.#brackets = line[next] === '{' ? BRACES : BRACKETS;
      const { depth, end } = followBrackets(line, next, this.#depth, this.#brackets);
      this.#object += line.slice(next, end);
      this.#depth = depth;
      if (end === undefined) break;
      this.#objects.push(this.#object);
      this.#object = '';
      this.#isBehindGap = false;
      next = bracketAt(line, end);
      REST_OF_LIST.lastIndex = end;
      this.#isOver = next === undefined && !REST_OF_LIST.test(line);
    }
    return true;
  }

  #takePairs(line: string): boolean {
    const isFirst = this.#lines.length === 0;
    const isPair = line === this.#inline ? readPairs(line).length > 0 : this.#isPair(line);
    if (!isPair) return isFirst || !(this.#isBehindGap || OTHER_HEADING.test(line));
    if (!isFirst && this.#isBehindGap && !this.#goesOn(line)) return false;
    this.#isBehindGap = false;
    this.#lines.push(line);
    return true;
  }

  /** Whether values are sentences, which have commas and colons of their own. */
  get #isProse(): boolean {
    return this.#part === 'annotations';
  }

  #isPair(line: string): boolean {
    return beginsWithPair(line) && (this.#isProse || !SHORT_HEADING.test(line));
  }

  /** Whether a pair behind an empty line is still one of the section, and no sentence with a colon. */
  #goesOn(line: string): boolean {
    return this.#isProse || LIST_ITEM.test(line) || readPairs(line).every(([, value]) => !/\s/.test(value));
  }
}

/** Where an object or an array of pairs begins, if nothing else stands before it. */
function bracketAt(line: string, start: number): number | undefined {
  for (const before of [BEFORE_OBJECT, BEFORE_ARRAY]) {
    before.lastIndex = start;
    if (before.test(line)) return before.lastIndex;
  }
  return undefined;
}
