import type { Alert } from '../../domain/alert/alert.js';
import { targetClassOf } from '../../encoding/alert/label-kinds.js';
import { cleanText, splitWords } from '../../encoding/text/words.js';

/** Words that stand in every runbook and every alert. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by for from has have if in into is it its more no not of on or so than that the ' +
    'their then there this to too was when will with alert alerts firing fired'
  ).split(' '),
);

/** Instructions to an agent and addresses say nothing about the fault. */
const SKIPPED = /^lambda_|(?:^|_)(?:url|uri|link|links|runbook|dashboard|id|uid)$/i;

/** Words of a text, each in its base form, with every two neighbours joined: `GitRepository` meets "gitrepository". */
export function searchTerms(text: string): string[] {
  const words = splitWords(text).filter((word) => word.length <= 64);
  const stems = words.map(baseForm);
  return [
    ...stems.filter((_, index) => !STOP_WORDS.has(words[index] as string)),
    ...stems.slice(1).map((stem, index) => `${words[index]}${stem}`),
  ];
}

/** Share, 0 to 1, of the words of an alert's name that are among the terms of a text, alone or joined with a neighbour. */
export function nameCoverage(alert: Alert, terms: ReadonlySet<string>): number {
  const words = splitWords(alert.labels.alertname ?? '');
  const joined = (index: number): boolean => {
    const [word, next] = [words[index], words[index + 1]];
    return word !== undefined && next !== undefined && terms.has(word + baseForm(next));
  };
  const counted = words.flatMap((word, index) => (STOP_WORDS.has(word) ? [] : [{ word, index }]));
  const covered = counted.filter(({ word, index }) => terms.has(baseForm(word)) || joined(index) || joined(index - 1));
  return counted.length === 0 ? 0 : covered.length / counted.length;
}

/**
 * What an alert says beside its name: annotations (without addresses and `lambda_*`), metrics' names, and the labels that
 * say what is wrong rather than where. What the objects are called is left out, since names say nothing about the fault.
 */
export function alertProse(alert: Alert): string {
  const texts = Object.entries(alert.annotations)
    .filter(([key]) => !SKIPPED.test(key))
    .map(([, text]) => text.replace(/\b[a-z][a-z0-9+.-]{0,20}:\/\/\S+/gi, ' '));
  const labels = Object.entries(alert.labels).filter(([key]) => key !== 'alertname');
  const context = labels.flatMap(([key, value]) => (targetClassOf(key, value) === 'context' ? [key, value] : key));
  const names = new Set(
    labels.flatMap(([key, value]) => (targetClassOf(key, value) === 'target' ? value.toLowerCase() : [])),
  );
  const words = cleanText(texts.join('\n')).split(/\s+/);
  const prose = words.filter((word) => !names.has(word.toLowerCase().replace(/^["'`(]+|["'`).,;:!?]+$/g, '')));
  return [...prose, ...context, ...Object.keys(alert.metrics)].join(' ').slice(0, 2_048);
}

/** A word without the commonest endings of English: `looping` and `loops` meet `loop`, `failing` meets `failed`. */
function baseForm(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const stem = word
    .replace(/ies$/, 'y')
    .replace(/(?:ing|ed|es|s)$/, (ending) => (ending === 's' && word.endsWith('ss') ? ending : ''));
  const base = stem.length < 3 ? word : stem;
  return /([bdgmnprt])\1$/.test(base) && base !== word ? base.slice(0, -1) : base.replace(/e$/, '');
}
