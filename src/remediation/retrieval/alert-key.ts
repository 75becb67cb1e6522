import { splitWords } from '../../encoding/text/words.js';

/** Words of an identifier: `KubePodCrashLooping`, `kube_pod_crash_looping`. */
const IDENTIFIER = /[\p{L}_][\p{L}\p{N}_:-]{1,127}/gu;

/**
 * What an alert's name is compared by: its words, joined. `PodCrashLooping`, `pod_crash_looping` and the title
 * "Pod crash looping" are one.
 */
export function alertKey(name: string): string {
  return splitWords(name.slice(0, 256)).join('');
}

/** Keys of a text and of each of its words, such as those of `A, B` for the alerts A and B; empty ones are left out. */
export function alertKeysIn(text: string): string[] {
  const words = text.slice(0, 1_024).match(IDENTIFIER) ?? [];
  return [...new Set([text, ...words].map(alertKey))].filter((key) => key.length > 1);
}

/** Keys of a title: of all of it, and of each word that is written as an identifier. */
export function alertKeysOfTitle(title: string): string[] {
  const text = title.replace(/^\s*alerts?\s*[:-]\s*/i, '');
  const words = (text.slice(0, 1_024).match(IDENTIFIER) ?? []).filter((word) => /\p{Ll}\p{Lu}|\w_\w/u.test(word));
  return [...new Set([text, ...words].map(alertKey))].filter((key) => key.length > 1);
}
