/**
 * How a value was found: the whole text is JSON; JSON in a fenced block; JSON in the middle of prose; JSON in the tags
 * of a tool call; a call in a grammar of its own (FunctionGemma, `<function=...>`); JSON that had to be repaired; lines
 * of `key: value`.
 */
export type OutputForm = 'json' | 'fenced' | 'embedded' | 'tool-call' | 'function-call' | 'repaired' | 'key-value';

/** What a model's text came to. */
export type ParsedOutput =
  | {
      readonly ok: true;
      readonly value: unknown;
      readonly how: OutputForm;
      /** Further values of the text, at most 16, in the order in which they were looked at. */
      readonly others: readonly unknown[];
      /** What was left out or mended, in words. */
      readonly warnings: readonly string[];
    }
  | {
      readonly ok: false;
      /** Nothing there; over a limit; no value in it; values, of which none is accepted. */
      readonly reason: 'empty' | 'too-long' | 'too-deep' | 'no-structure' | 'not-accepted';
      /** One sentence. */
      readonly detail: string;
    };

export interface ParseOutputOptions {
  /** Most characters that are read. Default 262 144 (256 KiB of ASCII). */
  readonly maxLength?: number | undefined;
  /** Most levels of objects and arrays, 1 to 64. Default 32. */
  readonly maxDepth?: number | undefined;
  /** Whether a value is what was asked for; the first such is taken. It must not throw. Default: any value is. */
  readonly accept?: ((value: unknown, how: OutputForm) => boolean) | undefined;
}

export const OUTPUT_LIMITS = {
  length: 262_144,
  depth: 32,
  /** Values besides the one that is taken. */
  others: 16,
} as const;
