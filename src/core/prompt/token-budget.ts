/** Tokens that a chat format adds around one message. */
export const TOKENS_OF_MESSAGE = 4;

const CUT = '\n[... cut ...]\n';

/** A third of a token for an ASCII character, a whole one for any other, in thirds. */
function thirdsOf(character: string): number {
  return (character.codePointAt(0) as number) < 128 ? 1 : 3;
}

/**
 * Tokens of a text, estimated without its tokenizer: 3 ASCII characters a token, any other character a token by
 * itself. English comes at 4 to 5 characters a token, so this is on the safe side; dense text such as hexadecimal
 * digits or emoji may still need more.
 */
export function estimateTokens(text: string): number {
  let thirds = 0;
  for (const character of text) thirds += thirdsOf(character);
  return Math.ceil(thirds / 3);
}

/** Estimated tokens of messages with what the chat format adds. */
export function estimateMessages(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, { content }) => sum + estimateTokens(content) + TOKENS_OF_MESSAGE, 0);
}

/** The longest beginning of a list of characters that fits. */
function takeTokens(characters: readonly string[], tokens: number): string[] {
  let left = tokens * 3;
  const taken: string[] = [];
  for (const character of characters) {
    left -= thirdsOf(character);
    if (left < 0) break;
    taken.push(character);
  }
  return taken;
}

/**
 * Text of at most so many estimated tokens. What is over is cut out of the middle, with a mark in its place: what is
 * asked tends to stand at the beginning or at the end.
 */
export function cutMiddle(text: string, tokens: number): string {
  if (estimateTokens(text) <= tokens) return text;
  const left = tokens - estimateTokens(CUT);
  const characters = [...text];
  if (left < 1) return takeTokens(characters, tokens).join('');
  const tail = Math.floor(left / 3);
  const end = takeTokens(characters.reverse(), tail).reverse();
  return takeTokens(characters.reverse(), left - tail).join('') + CUT + end.join('');
}

/** What one part of a prompt would like to have, and how much it counts when not all can be had. */
export interface Demand {
  readonly tokens: number;
  readonly weight: number;
}

/**
 * Shares tokens out: no part gets more than it asks for, what one leaves goes to the others by weight, and the sum
 * is never over `total`.
 */
export function allocateTokens(total: number, demands: readonly Demand[]): number[] {
  const granted = demands.map(() => 0);
  let open = demands.map((demand, index) => ({ ...demand, index }));
  let left = Math.max(0, total);
  while (open.length > 0) {
    const weights = open.reduce((sum, { weight }) => sum + weight, 0);
    const shareOf = (weight: number): number => Math.floor((left * weight) / weights);
    const content = open.filter(({ tokens, weight }) => tokens <= shareOf(weight));
    if (content.length === 0) {
      for (const { index, weight } of open) granted[index] = shareOf(weight);
      break;
    }
    for (const { index, tokens } of content) granted[index] = tokens;
    left -= content.reduce((sum, { tokens }) => sum + tokens, 0);
    open = open.filter((demand) => !content.includes(demand));
  }
  return granted;
}
