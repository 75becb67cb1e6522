import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTable } from 'micromark-extension-gfm-table';
import { cleanText } from '../../../encoding/text/words.js';
import { alertKeysOfTitle } from '../alert-key.js';
import { type RunbookSection, SECTION_LIMITS } from '../section.js';
import { boundMarkdown } from './bound-markdown.js';
import { type MarkdownNode, markedText, plainText } from './marked-text.js';
import { SectionReader } from './section-reader.js';

/** Sections of one file; what is behind them is left out. */
const MOST_SECTIONS = 5_000;

/** A title under which the reader stands. */
interface Title {
  readonly depth: number;
  readonly text: string;
  /** Alerts that it names. */
  readonly alerts: readonly string[];
  readonly reader: SectionReader;
}

/**
 * Splits a runbook into sections: one a heading, with the text up to the next heading of any depth, and one a row of
 * a table that has a column for alerts. A section is about the alerts of its own heading and of those above it.
 * HTML, its comments included, is not read, nor where links lead to. Never throws for any text.
 *
 * What a section may say:
 * - alerts: in its heading, as `Alert: X, Y`, in backticks, in a table's column "Alert";
 * - functions: by their names in backticks, in fences, in JSON, as `Function: X`, in a table's column "Function"
 *   (also "Remediation", "Action", "Tool"); one behind "do not", "never" or "avoid" in the same sentence is passed over;
 * - parameters: as JSON beside the function's name, as `key: value` or `key=value` in code or with a template for a
 *   value, in a table's column "Parameters". `{{ $labels.pod }}` and `{{ .Labels.pod }}` stand for the alert's label.
 */
export function parseSections(markdown: string): RunbookSection[] {
  const tree: MarkdownNode = fromMarkdown(boundMarkdown(markdown), {
    extensions: [gfmTable()],
    mdastExtensions: [gfmTableFromMarkdown()],
  });
  const sections: RunbookSection[] = [];
  const anchors = new Map<string, number>();
  let titles: Title[] = [];
  let reader = new SectionReader({ anchor: '', line: 1, headings: [], alerts: [] });
  const finish = (): void => {
    for (const section of reader.sections()) if (sections.length < MOST_SECTIONS) sections.push(section);
  };
  for (const node of tree.children ?? []) {
    if (node.type !== 'heading') {
      reader.read(node);
      continue;
    }
    finish();
    const text = cleanText(plainText(node)).replace(/\s+/g, ' ').trim().slice(0, SECTION_LIMITS.heading);
    const depth = node.depth ?? 1;
    titles = titles.filter((title) => title.depth < depth);
    const inherited = titles.flatMap((title) => [...title.alerts, ...title.reader.statedAlerts]);
    const alerts = alertKeysOfTitle(text);
    reader = new SectionReader({
      anchor: anchorOf(text, anchors),
      line: node.position?.start.line ?? 1,
      headings: [...titles.map((title) => title.text), text],
      alerts: [...alerts, ...inherited],
    });
    reader.readTitle(markedText(node));
    titles.push({ depth, text, alerts, reader });
  }
  finish();
  return sections;
}

/** The anchor that GitHub gives a heading; the second one of a kind gets `-1`. */
function anchorOf(title: string, known: Map<string, number>): string {
  const slug = title
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
  const count = known.get(slug) ?? 0;
  known.set(slug, count + 1);
  return count === 0 ? slug : `${slug}-${count}`;
}
