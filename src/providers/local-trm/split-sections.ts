import { PairSection } from './pair-section.js';

/** Headings of the prompt form, in lower case, and the part that each opens. */
const HEADINGS = {
  'alert name': 'name',
  alertname: 'name',
  labels: 'labels',
  annotations: 'annotations',
  metrics: 'metrics',
  'available lambda functions': 'functions',
  'available functions': 'functions',
} as const;

type Part = (typeof HEADINGS)[keyof typeof HEADINGS];

/** What stands below each heading of a prompt. */
export interface PromptSections {
  /** Every name and every list of labels, since those of a second alert have to be seen. */
  readonly names: readonly string[];
  readonly labels: readonly PairSection[];
  readonly annotations: PairSection | undefined;
  readonly metrics: PairSection | undefined;
  readonly functions: readonly string[];
}

interface Section {
  readonly part: Part;
  /** The lines of a name or of functions. */
  readonly lines: string[];
  /** The pairs of the other parts. */
  readonly pairs: PairSection | undefined;
}

// Prompts come from outside: no pattern here has two ways to match the same run of characters, and lines are trimmed.
const HEADING = new RegExp(`^[*#\\s-]*(${Object.keys(HEADINGS).join('|')})[*\\s]*:[*\\s]*(.*)$`, 'is');
const ALERT_NAME_PAIR = /^[-*•]?\s*["'`*]*alertname["'`*]*\s*[:=]/iu;

/** Splits a prompt at its headings. The first section of each part counts, but for names and labels. */
export function splitSections(text: string): PromptSections {
  const sections: Section[] = [];
  let current: Section | undefined;
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    if (current && isWithin(current, line) && take(current, line)) continue;
    const heading = HEADING.exec(line);
    if (heading) {
      current = openSection(heading[1] as string, heading[2] as string);
      sections.push(current);
    } else if (current && !take(current, line)) {
      current = undefined;
    }
  }
  const of = (part: Part): Section[] => sections.filter((section) => section.part === part);
  return {
    names: of('name').flatMap(({ lines }) => lines.find((line) => line !== '') ?? []),
    labels: of('labels').flatMap(({ pairs }) => pairs ?? []),
    annotations: of('annotations')[0]?.pairs,
    metrics: of('metrics')[0]?.pairs,
    functions: of('functions')[0]?.lines ?? [],
  };
}

/** Whether a line that may read like a heading is none: the name in a list of labels, and all within braces. */
function isWithin({ part, pairs }: Section, line: string): boolean {
  return pairs?.isOpen === true || (part === 'labels' && ALERT_NAME_PAIR.test(line));
}

function openSection(heading: string, inline: string): Section {
  const part = HEADINGS[heading.toLowerCase() as keyof typeof HEADINGS];
  const hasPairs = part !== 'name' && part !== 'functions';
  return { part, lines: [inline], pairs: hasPairs ? new PairSection(part, inline) : undefined };
}

/** Adds a line to a section, or says that the section has ended before it. */
function take({ lines, pairs }: Section, line: string): boolean {
  if (pairs) return pairs.take(line);
  lines.push(line);
  return true;
}
