/** A node of a Markdown tree, as far as it is read here. */
export interface MarkdownNode {
  readonly type: string;
  readonly value?: string | undefined;
  readonly depth?: number | undefined;
  readonly children?: readonly MarkdownNode[] | undefined;
  readonly position?: { readonly start: { readonly line: number } } | undefined;
}

/** Around what stands in backticks. No text holds them, since control characters are taken out before it is parsed. */
const CODE_BEGIN = '\u0001';
const CODE_END = '\u0002';

/** A span of a line. */
export interface Span {
  readonly text: string;
  readonly code: boolean;
}

/** The words of a node with marks around what is code. HTML and pictures are left out. */
export function markedText(node: MarkdownNode): string {
  if (node.type === 'inlineCode') return `${CODE_BEGIN}${node.value ?? ''}${CODE_END}`;
  if (node.type === 'text') return node.value ?? '';
  if (node.type === 'break') return '\n';
  return (node.children ?? []).map(markedText).join('');
}

/** The words of a node. */
export function plainText(node: MarkdownNode): string {
  return withoutMarks(markedText(node));
}

export function withoutMarks(text: string): string {
  return text.replaceAll(CODE_BEGIN, '').replaceAll(CODE_END, '');
}

/** A line with its code set apart. */
export function spansOf(line: string): Span[] {
  return line.split(CODE_BEGIN).flatMap((part, index) => {
    if (index === 0) return part === '' ? [] : [{ text: part, code: false }];
    const end = part.indexOf(CODE_END);
    const [code, rest] = end < 0 ? [part, ''] : [part.slice(0, end), part.slice(end + 1)];
    return [{ text: code, code: true }, ...(rest === '' ? [] : [{ text: rest, code: false }])];
  });
}
