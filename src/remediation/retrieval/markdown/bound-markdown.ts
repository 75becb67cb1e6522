/**
 * What is parsed of one runbook. A Markdown parser takes time that grows with the square of what is nested or left
 * open, and its tree is as deep as the text says; a runbook is not trusted to be kind about it.
 */
export const MARKDOWN_LIMITS = {
  /** Characters of a line; what is behind them is left out. */
  lineLength: 4_096,
  /** Characters of white space at the beginning of a line or behind a marker. */
  indentation: 64,
  /** Marks of lists and quotes at the beginning of one line. */
  markers: 16,
  /** Brackets and marks of emphasis in lines without an empty one between them; the others read as spaces. */
  delimiters: 1_000,
  /** The same for backticks. */
  backticks: 4_000,
} as const;

const MARKER = /^[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))/;

/** Markdown within the limits, line for line, so that line numbers stay what they are. Control characters are gone. */
export function boundMarkdown(text: string): string {
  let left = fullBudget();
  return text
    .split(/\r\n|\r|\n/)
    .map((raw) => {
      const line = boundMarkers(raw.slice(0, MARKDOWN_LIMITS.lineLength).replace(/[\p{Cs}\p{Cc}]/gu, keepTab));
      if (line.trim() === '') left = fullBudget();
      return spend(line, left);
    })
    .join('\n');
}

function keepTab(character: string): string {
  return character === '\t' ? character : '';
}

/** What the lines up to the next empty one may still hold. */
interface Budget {
  delimiters: number;
  backticks: number;
}

function fullBudget(): Budget {
  return { delimiters: MARKDOWN_LIMITS.delimiters, backticks: MARKDOWN_LIMITS.backticks };
}

function spend(line: string, left: Budget): string {
  return line.replace(/[[\]*_<~!`]/g, (character) => {
    const kind = character === '`' ? 'backticks' : 'delimiters';
    left[kind] -= 1;
    return left[kind] >= 0 ? character : ' ';
  });
}

function boundMarkers(line: string): string {
  let rest = line;
  let kept = '';
  for (let count = 0; ; count++) {
    const marker = MARKER.exec(rest)?.[0];
    if (marker === undefined) return kept + boundIndentation(rest);
    if (count < MARKDOWN_LIMITS.markers) kept += boundIndentation(marker);
    rest = rest.slice(marker.length);
  }
}

function boundIndentation(text: string): string {
  return text.replace(/^[ \t]+/, (space) => space.slice(0, MARKDOWN_LIMITS.indentation));
}
