import type { Random } from '../../../core/random.js';
import { splitWords } from '../../../encoding/index.js';

const PREFIXES = ['Homelab', 'Kube', 'Prod', 'K8s', 'Staging', 'Kubernetes', 'Eu', 'Sre'] as const;
const SUFFIXES = ['Critical', 'Warning', 'Alert'] as const;

/**
 * Rewrites an alert name as another team would spell it: as it stands (60 %), snake_case, kebab-case, spaced,
 * Sentence case or upper snake case, sometimes with a prefix or suffix that says nothing. The words stay in order, so
 * the split key stays the same.
 */
export function restyleAlertName(name: string, random: Random): string {
  const prefix = random.chance(0.1) ? random.pick(PREFIXES) : '';
  const suffix = random.chance(0.05) ? random.pick(SUFFIXES) : '';
  const share = random.next();
  if (share < 0.6) return /[ _-]/.test(name) ? name : `${prefix}${name}${suffix}`;
  const all = [prefix, name, suffix].flatMap(splitWords);
  if (share < 0.74) return all.join('_');
  if (share < 0.86) return all.join('-');
  if (share < 0.92) return all.join(' ');
  if (share < 0.96) return all.map((word, index) => (index === 0 ? capitalise(word) : word)).join(' ');
  return all.map(capitalise).join('');
}

/** First letter upper-case. */
export function capitalise(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
