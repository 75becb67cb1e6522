/** An element of a strictly parsed document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

const TOKEN = /<!doctype html>|<\/([a-zA-Z][\w-]*)\s*>|<([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const ENTITY = /&(amp|lt|gt|quot|#39);/g;
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/**
 * Parses markup with none of a browser's leniency: every element closed in order, attributes quoted, `&` and `<` only
 * as entities, no attribute twice, one root. Throws otherwise.
 *
 * @param voids elements of HTML that have no end
 */
export function parseMarkup(text: string, voids: readonly string[] = []): Element {
  const root = { name: '', attributes: {}, children: [] as (Element | string)[] };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`not well-formed at ${at}: ${text.slice(at, at + 80)}`);
    const [, end, start, attributes = '', closed, content] = match;
    const parent = open.at(-1) as typeof root;
    if (content !== undefined) {
      parent.children.push(decode(content));
    } else if (end !== undefined) {
      if (open.length === 1 || parent.name !== end) throw new Error(`</${end}> at ${at} closes <${parent.name}>`);
      open.pop();
    } else if (start !== undefined) {
      const element = { name: start, attributes: attributesOf(attributes), children: [] as (Element | string)[] };
      parent.children.push(element);
      if (closed === '' && !voids.includes(start)) open.push(element);
    }
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  const elements = root.children.filter((child): child is Element => typeof child !== 'string');
  if (elements.length !== 1) throw new Error(`expected one root element, found ${elements.length}`);
  return elements[0] as Element;
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decode(value)]);
  const attributes = Object.fromEntries(pairs) as Record<string, string>;
  if (Object.keys(attributes).length !== pairs.length) throw new Error(`an attribute stands twice in ${text}`);
  return attributes;
}

function decode(text: string): string {
  if (text.replace(ENTITY, '').includes('&')) throw new Error(`a bare & in ${text.slice(0, 80)}`);
  return text.replace(ENTITY, (_, name: string) => CHARACTERS[name] as string);
}

/** Every element under (and with) one, in document order. */
export function elementsOf(element: Element): Element[] {
  return [element, ...element.children.flatMap((child) => (typeof child === 'string' ? [] : elementsOf(child)))];
}

/** The elements of one name. */
export function elementsNamed(element: Element, name: string): Element[] {
  return elementsOf(element).filter((found) => found.name === name);
}

export function textOf(element: Element): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}
