import { cleanText } from '../../../encoding/text/words.js';
import { alertKey, alertKeysIn, alertKeysOfTitle } from '../alert-key.js';
import { type RunbookSection, SECTION_LIMITS, type SectionCall } from '../section.js';
import { type MarkdownNode, markedText, spansOf, withoutMarks } from './marked-text.js';
import { type CodeReading, isFunctionKey, isTemplate, namesIn, pairsOf, readCode } from './read-calls.js';

/** Where a section stands and what it takes over from above. */
export interface SectionPlace {
  readonly anchor: string;
  readonly line: number;
  readonly headings: readonly string[];
  readonly alerts: readonly string[];
}

/** A function that is called or listed as the remedy counts more than one that is spoken of. */
const STATED = 2;
/** Characters of a section that are gathered; a few times what is kept of them after cleaning. */
const LONGEST_TEXT = 16_384;
/** Characters in which a negation is looked for. */
const LONGEST_SENTENCE = 256;

const NEGATION = /\b(?:do not|don't|don’t|never|must not|should not|avoid|instead of|rather than)\b[^.!?;]*$/i;
const ALERT_KEY = /^alerts?(?:[ _-]?names?)?$/i;
const PARAMETER_KEY = /^(?:lambda[_ ])?(?:parameters?|params?|arguments?|args)$/i;
const FIELD = /^\s*(?:[-*]\s+)?([\p{L}_][\p{L}\p{N}_ -]{0,60}?)\s*[:=]\s*(.+)$/u;

/** Gathers what one section says, block by block. */
export class SectionReader {
  readonly #place: SectionPlace;
  readonly #alerts = new Set<string>();
  readonly #mentions = new Set<string>();
  readonly #names = new Map<string, number>();
  readonly #calls: SectionCall[] = [];
  readonly #rows: RunbookSection[] = [];
  #text = '';

  constructor(place: SectionPlace) {
    this.#place = place;
  }

  /** Alerts that its text states, which its subsections take over. */
  get statedAlerts(): readonly string[] {
    return [...this.#alerts];
  }

  /** Its title may name a function, too. */
  readTitle(marked: string): void {
    for (const { text, code } of spansOf(marked)) if (code) this.#addCode(readCode(text), text);
  }

  read(node: MarkdownNode): void {
    if (node.type === 'code') {
      this.#addText(node.value ?? '');
      this.#addCode(readCode(node.value ?? ''), '');
    } else if (node.type === 'table') {
      this.#readTable(node);
    } else if (node.type === 'paragraph' || node.type === 'heading') {
      for (const line of markedText(node).split('\n')) this.readLine(line);
    } else {
      for (const child of node.children ?? []) this.read(child);
    }
  }

  /** One line with marks around its code. */
  readLine(line: string): void {
    this.#addText(withoutMarks(line));
    const field = FIELD.exec(withoutMarks(line));
    const [, key = '', value = ''] = field ?? [];
    if (ALERT_KEY.test(key))
      for (const alert of alertKeysIn(value)) this.#add(this.#alerts, alert, SECTION_LIMITS.alerts);
    else if (isFunctionKey(key) && !NEGATION.test(value)) this.#addNames(namesIn(value), STATED);
    let before = '';
    const spans = spansOf(line);
    for (const { text, code } of spans) {
      if (code && !NEGATION.test(before)) this.#addCode(readCode(text), text);
      before = (before + text).slice(-LONGEST_SENTENCE);
    }
    // `name`: `{{ $labels.pod }}`, or a template without backticks; other prose with a colon is no parameter.
    const inCode = spans.length > 1 && spans[0]?.code && spans.at(-1)?.code;
    if (field && /^[A-Za-z_][\w-]*$/.test(key) && (isTemplate(value) || inCode)) {
      this.#addCall({ parameters: { [key]: pairsOf(`${key}: ${value}`)[key] ?? value } });
    }
  }

  /** The section, and one for each row of its tables of alerts; nothing for a heading without text. */
  sections(): RunbookSection[] {
    const text = collapse(this.#text);
    const { anchor, line, headings, alerts } = this.#place;
    const own: RunbookSection = {
      anchor,
      line,
      headings,
      text,
      alerts: [...new Set([...alerts, ...this.#alerts])].slice(0, SECTION_LIMITS.alerts),
      mentions: [...this.#mentions],
      names: [...this.#names].map(([name, weight]) => ({ name, weight })),
      calls: this.#calls,
    };
    return [...(text === '' && own.names.length === 0 ? [] : [own]), ...this.#rows];
  }

  #readTable(table: MarkdownNode): void {
    const [header, ...rows] = (table.children ?? []).map(({ children = [] }) => children.map(markedText));
    const titles = (header ?? []).map((title) => withoutMarks(title).trim());
    const ofAlert = titles.findIndex((title) => ALERT_KEY.test(title));
    for (const [index, cells] of rows.entries()) {
      const line = table.children?.[index + 1]?.position?.start.line ?? this.#place.line;
      if (ofAlert >= 0) this.#rows.push(...this.#readAlertRow(titles, cells, ofAlert, line));
      else if (cells.length === 2) this.readLine(`${cells[0]}: ${cells[1]}`);
      else this.readLine(cells.join(' | '));
    }
  }

  #readAlertRow(titles: readonly string[], cells: readonly string[], ofAlert: number, line: number): RunbookSection[] {
    const { anchor, headings } = this.#place;
    const alert = collapse(withoutMarks(cells[ofAlert] ?? '')).slice(0, SECTION_LIMITS.heading);
    const alerts = [...new Set([...alertKeysIn(alert), ...alertKeysOfTitle(alert)])];
    const row = new SectionReader({ anchor, line, headings: [...headings, alert], alerts });
    for (const [column, cell] of cells.entries()) {
      const title = titles[column] ?? '';
      if (PARAMETER_KEY.test(title)) {
        row.#addText(withoutMarks(cell));
        const { calls } = readCode(withoutMarks(cell));
        for (const { parameters } of calls) row.#addCall({ parameters });
      } else if (column !== ofAlert) row.readLine(`${title}: ${cell}`);
    }
    return row.sections();
  }

  #addText(text: string): void {
    if (this.#text.length < LONGEST_TEXT) this.#text += `${text}\n`;
  }

  #addCode({ names, calls }: CodeReading, span: string): void {
    for (const { name, weight } of names) this.#addNames([name], weight);
    for (const call of calls) this.#addCall(call);
    if (/^[\p{L}_][\p{L}\p{N}_:-]{1,127}$/u.test(span))
      this.#add(this.#mentions, alertKey(span), SECTION_LIMITS.mentions);
  }

  #addNames(names: readonly string[], weight: number): void {
    for (const name of names) {
      if (this.#names.size < SECTION_LIMITS.names || this.#names.has(name)) {
        this.#names.set(name, (this.#names.get(name) ?? 0) + weight);
      }
    }
  }

  #addCall(call: SectionCall): void {
    if (this.#calls.length < SECTION_LIMITS.calls) this.#calls.push(call);
  }

  #add(set: Set<string>, value: string, limit: number): void {
    if (value !== '' && set.size < limit) set.add(value);
  }
}

function collapse(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ').trim();
}
