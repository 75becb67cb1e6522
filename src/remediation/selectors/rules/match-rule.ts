import type { Alert } from '../../../domain/alert/alert.js';
import { splitWords } from '../../../encoding/text/words.js';
import type { Rule, RuleCondition } from './rule.js';

/** The first rule that applies to an alert. */
export function matchRule(rules: readonly Rule[], alert: Alert): Rule | undefined {
  const words = splitWords(alert.labels.alertname ?? '');
  return rules.find(({ when }) => applies(when, alert, words));
}

function applies(
  { alertname, all, any, none, labels }: RuleCondition,
  alert: Alert,
  words: readonly string[],
): boolean {
  const has = (wanted: string): boolean => words.some((word) => fits(wanted.toLowerCase(), word));
  if (alertname && !alertname.includes(alert.labels.alertname ?? '')) return false;
  if (all && !all.every(has)) return false;
  if (any && !any.some(has)) return false;
  if (none?.some(has)) return false;
  return Object.entries(labels ?? {}).every(([name, wanted]) => {
    const value = Object.hasOwn(alert.labels, name) ? alert.labels[name] : undefined;
    return value !== undefined && value !== '' && (wanted === '*' || value === wanted);
  });
}

function fits(wanted: string, word: string): boolean {
  return wanted.endsWith('*') ? word.startsWith(wanted.slice(0, -1)) : word === wanted;
}
