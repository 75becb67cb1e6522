import type { HostTensor } from '../host-tensor.js';
import type { EncodedText } from './tokenizer.js';

/** The distinct texts of a batch in the order of their first use. */
export class TextTable {
  readonly #rows = new Map<string, number>();
  readonly #tokens: Int32Array[] = [new Int32Array(0)];
  #longest = 1;

  /** Row of a text; 0 for a text without tokens. */
  rowOf({ text, tokens }: EncodedText): number {
    if (tokens.length === 0) return 0;
    const known = this.#rows.get(text);
    if (known !== undefined) return known;
    const row = this.#tokens.length;
    this.#rows.set(text, row);
    this.#tokens.push(tokens);
    this.#longest = Math.max(this.#longest, tokens.length);
    return row;
  }

  toTensor(): HostTensor {
    const data = new Int32Array(this.#tokens.length * this.#longest);
    for (const [row, tokens] of this.#tokens.entries()) data.set(tokens, row * this.#longest);
    return { type: 'int32', data, dims: [this.#tokens.length, this.#longest] };
  }
}
