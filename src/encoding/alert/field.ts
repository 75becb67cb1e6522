import type { ParameterOrigin } from '../../domain/decision/decision.js';
import { isDnsLabel, isDnsSubdomain, ownerOfPod } from '../../domain/kubernetes-names.js';
import type { EncodedText } from '../text/tokenizer.js';
import { splitWords } from '../text/words.js';
import { kindOfLabel, targetClassOf } from './label-kinds.js';
import { type RenderedSelector, selectorOfAlertWord, selectorOfLabel } from './label-selector.js';

/** Codes of the graph input `field_type`; 0 is padding. */
export const FIELD_TYPE = { alertNameWord: 1, label: 2, annotation: 3, metric: 4, alertName: 5 } as const;
export type FieldType = (typeof FIELD_TYPE)[keyof typeof FIELD_TYPE];

/** One part of an alert, as the model sees it and as a pointer may use it. */
export interface EncodedField {
  readonly type: FieldType;
  /** Label, annotation or metric name; empty for the words of the alert's name. */
  readonly key: string;
  /** The raw value, which a pointer yields. */
  readonly value: string;
  readonly origin: ParameterOrigin;
  readonly keyText: EncodedText;
  readonly valueText: EncodedText;
  readonly facts: FieldFacts;
}

/** What the deterministic pointer masks need to know about a field, computed once an alert. */
export interface FieldFacts {
  readonly targetClass: 'target' | 'context' | 'never';
  readonly keyWords: ReadonlySet<string>;
  /** Kind of object that a label names, where known. */
  readonly kind?: string;
  readonly namespaceKey: boolean;
  /** No character that a shell, a path or a terminal gives a meaning to. */
  readonly safe: boolean;
  /** The same, but for single slashes between such texts, as in the name of an interface. */
  readonly safePath: boolean;
  readonly dnsLabel: boolean;
  readonly dnsSubdomain: boolean;
  readonly number?: number;
  readonly selector?: RenderedSelector;
  /** Deployment that owns the pod which a pod label names. */
  readonly owner?: string;
}

/** Words of a key or parameter name that stand for a namespace. */
export const NAMESPACE_WORDS: ReadonlySet<string> = new Set(['namespace', 'namespaces', 'ns', 'project', 'tenant']);

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/**
 * True for text that may leave this package as the value of a parameter: printable ASCII that begins with a letter,
 * digit or underscore and holds nothing that a shell, a path or a query could read as more than a name.
 */
export function isSafeValue(text: string): boolean {
  return text.length <= 1_024 && /^[A-Za-z0-9_][A-Za-z0-9_.:@+=,-]*$/.test(text) && !text.includes('..');
}

/**
 * True for such texts joined by single slashes (`xe-1/0/0`, `media/rips`): what takes them as a path stays below where it
 * starts.
 */
export function isSafePath(text: string): boolean {
  return text.length <= 1_024 && text.split('/').every(isSafeValue);
}

/** Facts about the label `key` of an alert. */
export function labelFacts(labels: Readonly<Record<string, string>>, key: string, value: string): FieldFacts {
  const keyWords = new Set(splitWords(key));
  const kind = kindOfLabel(labels, key);
  const selector = selectorOfLabel(key, value);
  const owner = kind === 'pod' ? ownerOfPod(value) : undefined;
  const number = NUMBER.test(value) ? Number(value) : undefined;
  return {
    targetClass: targetClassOf(key, value),
    keyWords,
    namespaceKey: [...keyWords].some((word) => NAMESPACE_WORDS.has(word)),
    safe: isSafeValue(value),
    safePath: isSafePath(value),
    dnsLabel: isDnsLabel(value),
    dnsSubdomain: isDnsSubdomain(value),
    ...(kind !== undefined && { kind }),
    ...(number !== undefined && { number }),
    ...(selector !== undefined && { selector }),
    ...(owner !== undefined && { owner }),
  };
}

/** Facts about a metric: only a number can be pointed at. */
export function metricFacts(key: string, reading: number | string): FieldFacts {
  const number = typeof reading === 'number' ? reading : NUMBER.test(reading) ? Number(reading) : undefined;
  return { ...NO_FACTS, keyWords: new Set(splitWords(key)), ...(number !== undefined && { number }) };
}

/** Facts about a word of the alert's name: it may become a selector, nothing else. */
export function alertWordFacts(word: string): FieldFacts {
  const selector = selectorOfAlertWord(word);
  return { ...NO_FACTS, ...(selector !== undefined && { selector }) };
}

/** Facts about a field that nothing may point at. */
export const NO_FACTS: FieldFacts = {
  targetClass: 'never',
  keyWords: new Set(),
  namespaceKey: false,
  safe: false,
  safePath: false,
  dnsLabel: false,
  dnsSubdomain: false,
};
