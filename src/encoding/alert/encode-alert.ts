import type { Alert } from '../../domain/alert/alert.js';
import type { ParameterOrigin } from '../../domain/decision/decision.js';
import { alertMatchWords } from '../match-words.js';
import { collectOverlapWords, type OverlapWords } from '../overlap.js';
import type { EncodedText, Tokenizer } from '../text/tokenizer.js';
import { splitWords } from '../text/words.js';
import { type AnnotationChunk, chunkAnnotations } from './annotation-chunks.js';
import { findEchoes } from './echoes.js';
import { alertWordFacts, type EncodedField, FIELD_TYPE, labelFacts, metricFacts, NO_FACTS } from './field.js';
import { labelPriority } from './label-kinds.js';

/** How much of an alert the model sees. */
export interface AlertLimits {
  /** Fields in all (default 32). */
  readonly maxFields: number;
  /** Words of the alert's name (default 8). */
  readonly maxNameWords: number;
  /** Annotation chunks (default 4). */
  readonly maxAnnotationChunks: number;
}

export const DEFAULT_ALERT_LIMITS: AlertLimits = { maxFields: 32, maxNameWords: 8, maxAnnotationChunks: 4 };

/** An alert as the model sees it. */
export interface EncodedAlert {
  readonly alert: Alert;
  /** In an order that does not depend on the order of labels, annotations or metrics. */
  readonly fields: readonly EncodedField[];
  readonly overlapWords: OverlapWords;
  /** Distinct tokens of all but what names objects. */
  readonly matchWords: Int32Array;
  /** Share in [0, 1] of the words of its name that the vocabulary does not hold. */
  readonly unknownShare: number;
  /** `ECHO_FEATURES` numbers a field. */
  readonly echoes: Float32Array;
}

/**
 * Turns an alert into fields: the whole name, its words, labels, metrics, annotation chunks. When there are more than
 * fit, the labels that name objects stay longest (see `labelPriority`), and at least a few metrics and one chunk.
 * `lambda_function`, `lambda_parameters` and addresses are never read: they instruct or locate, they are no evidence.
 */
export function encodeAlert(alert: Alert, tokenizer: Tokenizer, limits?: Partial<AlertLimits>): EncodedAlert {
  const { maxFields, maxNameWords, maxAnnotationChunks } = { ...DEFAULT_ALERT_LIMITS, ...limits };
  const name = alert.labels.alertname ?? '';
  const words = [...new Set(splitWords(name))].slice(0, Math.min(maxNameWords, Math.max(0, maxFields - 1)));
  const labels = Object.keys(alert.labels)
    .filter((key) => key !== 'alertname' && (alert.labels[key] ?? '') !== '')
    .map((key) => ({ key, priority: labelPriority(key) }))
    .sort((left, right) => left.priority - right.priority || compareText(left.key, right.key))
    .map(({ key }) => key);
  const metrics = Object.keys(alert.metrics).sort(compareText);
  const chunks = chunkAnnotations(alert, tokenizer, maxAnnotationChunks);
  const room = shareRoom(Math.max(0, maxFields - 1 - words.length), labels.length, metrics.length, chunks.length);
  const fields = [
    makeField(tokenizer, FIELD_TYPE.alertName, 'alertname', name, { kind: 'label', key: 'alertname' }, NO_FACTS),
    ...words.map((word) =>
      makeField(tokenizer, FIELD_TYPE.alertNameWord, '', word, { kind: 'alert-name', word }, alertWordFacts(word)),
    ),
    ...labels
      .slice(0, room.labels)
      .sort(compareText)
      .map((key) => labelField(alert, key, tokenizer)),
    ...metrics.slice(0, room.metrics).map((key) => metricField(alert, key, tokenizer)),
    ...chunks.slice(0, room.chunks).map((chunk) => annotationField(chunk, tokenizer)),
  ];
  return {
    alert,
    fields,
    overlapWords: collectOverlapWords(name, fields, tokenizer),
    matchWords: alertMatchWords(fields),
    unknownShare: tokenizer.unknownShare(name),
    echoes: findEchoes(fields),
  };
}

/** Shares the fields left after the name: labels first, but a few metrics and one chunk are always kept. */
function shareRoom(
  room: number,
  labels: number,
  metrics: number,
  chunks: number,
): { labels: number; metrics: number; chunks: number } {
  const keptMetrics = Math.min(metrics, 4, Math.floor(room / 4));
  const keptChunks = Math.min(chunks, 1, Math.floor(room / 4));
  const takenLabels = Math.min(labels, room - keptMetrics - keptChunks);
  const takenChunks = Math.min(chunks, room - takenLabels - keptMetrics);
  return { labels: takenLabels, chunks: takenChunks, metrics: Math.min(metrics, room - takenLabels - takenChunks) };
}

function labelField(alert: Alert, key: string, tokenizer: Tokenizer): EncodedField {
  const value = alert.labels[key] ?? '';
  const facts = labelFacts(alert.labels, key, value);
  return makeField(tokenizer, FIELD_TYPE.label, key, value, { kind: 'label', key }, facts);
}

function metricField(alert: Alert, key: string, tokenizer: Tokenizer): EncodedField {
  const reading = alert.metrics[key] ?? '';
  return makeField(
    tokenizer,
    FIELD_TYPE.metric,
    key,
    String(reading),
    { kind: 'metric', key },
    metricFacts(key, reading),
  );
}

function annotationField({ key, text }: AnnotationChunk, tokenizer: Tokenizer): EncodedField {
  return makeField(tokenizer, FIELD_TYPE.annotation, key, text, { kind: 'annotation', key }, NO_FACTS);
}

function makeField(
  tokenizer: Tokenizer,
  type: EncodedField['type'],
  key: string,
  value: string,
  origin: ParameterOrigin,
  facts: EncodedField['facts'],
): EncodedField {
  // That a pod belongs to a Deployment stands in the pattern of its name, which no word tells.
  const keyText: EncodedText = tokenizer.encodeText(facts.owner === undefined ? key : `${key} deployment`);
  return { type, key, value, origin, keyText, valueText: tokenizer.encodeText(value), facts };
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
