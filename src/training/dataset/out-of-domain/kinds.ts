import type { Random } from '../../../core/random.js';
import { babbleWord, loremText, randomCharacters, scriptText } from './babble.js';
import { CALIBRATION_DOMAINS } from './calibration-domains.js';
import { type Domain, fill, list, type OutOfDomainSplit } from './domain.js';
import { fillTalk, TALK } from './talk.js';
import { TEST_DOMAINS } from './test-domains.js';
import { TRAIN_DOMAINS } from './train-domains.js';

/** What an input that is no alert says, before it is put into the shape of one. */
export interface Content {
  /** What it is, for instance `random characters` or the name of a domain. */
  readonly kind: string;
  readonly title: string;
  sentence(): string;
  /** A value for an odd label; its key where the value belongs to one. */
  label(): { readonly key?: string; readonly value: string };
  /** Names of readings that belong to it. */
  readonly metrics: readonly string[];
  /** Its title is made of words that only its split has; any split could have drawn another one. */
  readonly owned?: boolean;
  /** Says nothing but its name: no labels, annotations or readings. */
  readonly bare?: boolean;
}

/** Walks of life by split; none stands in two. */
export const DOMAINS: Readonly<Record<OutOfDomainSplit, readonly Domain[]>> = {
  train: TRAIN_DOMAINS,
  calibration: CALIBRATION_DOMAINS,
  test: TEST_DOMAINS,
};

type Draw = (split: OutOfDomainSplit, random: Random) => Content;

/** Kinds with their weights; the domains of the split share the largest. */
const KINDS: readonly (readonly [number, Draw])[] = [
  [10, (split, random) => domainContent(random.pick(DOMAINS[split]), random)],
  [2, (_, random) => plain('random characters', () => randomCharacters(1 + random.integer(24), random))],
  [
    2,
    (split, random) => ({ ...plain('scripts', () => scriptText(split, 1 + random.integer(4), random)), owned: true }),
  ],
  [2, (_, random) => plain('invented words', () => babbleWords(1 + random.integer(5), random))],
  [1, (_, random) => plain('placeholder prose', () => loremText(2 + random.integer(14), random))],
  [1, (_, random) => plain('letters', () => letters(random))],
  [1, (_, random) => plain('numbers', () => numbers(random))],
  [1, (_, random) => ({ ...plain('empty', () => emptyTitle(random)), bare: true })],
  [2, (split, random) => talk('chat', TALK[split].chat, random)],
  [2, (split, random) => talk('injection', TALK[split].injection, random)],
  [1, (split, random) => talk('code', TALK[split].code, random)],
];
const WEIGHT = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** Chooses a kind by its weight; what comes back draws inputs of that kind. */
export function drawKind(split: OutOfDomainSplit, random: Random): () => Content {
  let left = random.integer(WEIGHT);
  for (const [weight, draw] of KINDS) {
    if (left < weight) return () => draw(split, random);
    left -= weight;
  }
  throw new RangeError('drawKind: the weights do not add up');
}

function domainContent(domain: Domain, random: Random): Content {
  const slots = Object.keys(domain.words);
  return {
    kind: domain.name,
    title: fill(random.pick(domain.titles), domain, random),
    sentence: () => fill(random.pick(domain.sentences), domain, random),
    label: () => {
      const key = random.pick(slots);
      return { key, value: fill(`{${key}}`, domain, random) };
    },
    metrics: domain.metrics,
    owned: true,
  };
}

function plain(kind: string, text: () => string): Content {
  return { kind, title: text(), sentence: text, label: () => ({ value: text() }), metrics: [] };
}

const MESSAGE_NAMES = list('Message, UserInput, Text, Chat, Note, Comment, Snippet, Question, Inbox, Ticket, Untitled');

/** The whole text as the name, or a name that only says that somebody wrote something. */
function talk(kind: string, templates: readonly string[], random: Random): Content {
  const word = (): string => babbleWord(random);
  const text = (): string => fillTalk(random.pick(templates), word, random);
  const named = `${random.pick(MESSAGE_NAMES)}${random.chance(0.5) ? random.integer(100_000) : ` ${word()}`}`;
  const spoken = random.chance(0.6);
  return {
    kind,
    title: spoken ? text() : named,
    owned: spoken,
    sentence: text,
    label: () => ({ value: random.chance(0.5) ? word() : text() }),
    metrics: [],
  };
}

function babbleWords(count: number, random: Random): string {
  return Array.from({ length: count }, () => babbleWord(random)).join(' ');
}

function letters(random: Random): string {
  const letter = (): string => random.pick([...'abcdefghijklmnopqrstuvwxyz']);
  return random.chance(0.4) ? letter() : Array.from({ length: 2 + random.integer(5) }, letter).join(' ');
}

function numbers(random: Random): string {
  const number = (): string =>
    random.pick([
      () => String(random.integer(10)),
      () => String(random.integer(1_000_000)),
      () => (random.normal() * 1000).toFixed(3),
      () => `-${random.integer(5000)}`,
      () => `0x${random.integer(65_536).toString(16)}`,
    ])();
  return Array.from({ length: 1 + random.integer(4) }, number).join(' ');
}

const EMPTY_STEMS = list(
  'test, foo, bar, asdf, xxx, alert, name, thing, tmp, hello, qwerty, abc, dummy, blah, todo, example',
);

function emptyTitle(random: Random): string {
  const stem = random.pick(EMPTY_STEMS);
  return random.pick([
    stem,
    `${stem}${random.integer(1000)}`,
    `${stem} ${random.pick(EMPTY_STEMS)}`,
    stem.toUpperCase(),
  ]);
}
