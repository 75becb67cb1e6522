/** Stands for bytes that are no character yet: the rest comes with the next token. */
const INCOMPLETE = '\uFFFD';

/**
 * Turns tokens into text as they come. A token alone does not say how it reads (spaces and characters of several
 * bytes depend on its neighbours), so each is decoded together with the tokens of the piece before it, and what is
 * new is the piece. Nothing that was given out changes later.
 */
export class TextStream {
  readonly #decode: (tokens: number[]) => string;
  readonly #tokens: number[] = [];
  /** Where decoding starts: at the piece before the one that is in the making. */
  #start = 0;
  /** Tokens before this one have been given out. */
  #given = 0;

  /** @param decode text of a list of tokens that is not empty */
  constructor(decode: (tokens: number[]) => string) {
    this.#decode = decode;
  }

  /** Text that this token completes; empty when it needs the next one. */
  push(token: number): string {
    this.#tokens.push(token);
    return this.#take((text) => !text.endsWith(INCOMPLETE));
  }

  /** What is left when no further token comes. */
  end(): string {
    return this.#take(() => true);
  }

  #take(isComplete: (text: string) => boolean): string {
    const before = this.#text(this.#tokens.slice(this.#start, this.#given));
    const text = this.#text(this.#tokens.slice(this.#start));
    if (text.length <= before.length || !isComplete(text)) return '';
    this.#start = this.#given;
    this.#given = this.#tokens.length;
    return text.slice(before.length);
  }

  #text(tokens: number[]): string {
    return tokens.length === 0 ? '' : this.#decode(tokens);
  }
}
