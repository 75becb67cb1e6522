/**
 * Text that is safe to stand in an XML or HTML document. Only `markup` and `trusted` make one, so that data cannot
 * pass for markup: whatever else is put into a template comes out escaped.
 */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What a template takes: markup as it is, lists joined, text and numbers escaped, nothing for what is absent. */
export type Insert = Markup | string | number | false | null | undefined | readonly Insert[];

/**
 * Template tag: the literal parts are markup, the inserted values are data. A line break of the template with its
 * indentation counts as a space, and as nothing beside a tag.
 */
export function markup(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  const literals = parts.map((part) => part.replace(/(?<=>)\s*\n\s*|\s*\n\s*(?=<)/g, '').replace(/\s*\n\s*/g, ' '));
  return new Markup(literals.map((part, index) => (index === 0 ? '' : textOf(inserts[index - 1])) + part).join(''));
}

/** Markup that this package wrote itself. Never for text that came from outside. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function textOf(insert: Insert): string {
  if (insert === undefined || insert === null || insert === false) return '';
  if (insert instanceof Markup) return insert.toString();
  if (Array.isArray(insert)) return insert.map(textOf).join('');
  return escapeMarkup(String(insert));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text as content or quoted attribute value of XML 1.0 and HTML. What XML does not allow (control characters, lone
 * surrogates), and marks that turn the direction of the text around them, become U+FFFD.
 */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** At most `length` characters (code points), the last of them an ellipsis where something was cut. */
export function shorten(text: string, length: number): string {
  const characters = [...text.slice(0, 2 * length + 2)];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
