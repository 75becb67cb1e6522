import type { ParameterOrigin } from '../../domain/decision/decision.js';
import type { EncodedAlert } from '../alert/encode-alert.js';
import { type EncodedField, FIELD_TYPE } from '../alert/field.js';
import { labelPriority } from '../alert/label-kinds.js';
import { cleanText } from '../text/words.js';
import { causePhrase } from './causes.js';
import type { DecodedAnswer } from './decode-answer.js';

const MAX_VALUE = 80;

/**
 * One sentence for people on what was understood and what follows, made from the decoded answer alone, e.g. "Cause
 * crash-loop: pod checkout-7d9f8b6c5-x2x4z in namespace shop keeps restarting -> pod-restart with name from label pod,
 * namespace from label namespace, type by rule kind-of from pod."
 */
export function explain(answer: DecodedAnswer, alert: EncodedAlert): string {
  const understood = `Cause ${answer.cause}: ${describeSubject(answer, alert)} ${causePhrase(answer.cause)}`;
  return `${understood} -> ${describeConsequence(answer)}.`;
}

function describeConsequence(answer: DecodedAnswer): string {
  const { topFunction, lambdaFunction } = answer;
  if (topFunction === null) return 'none of the presented functions applies';
  if (answer.abstainReason === 'missing-parameter') {
    return `no call, since the alert does not name ${answer.missingParameters.join(' or ')} for ${show(topFunction)}`;
  }
  if (lambdaFunction === null) return `no call, since the parameters break the schema of ${show(topFunction)}`;
  const origins = Object.entries(answer.parameterOrigins).map(
    ([name, origin]) => `${show(name)} ${describeOrigin(origin)}`,
  );
  return origins.length === 0 ? show(lambdaFunction) : `${show(lambdaFunction)} with ${origins.join(', ')}`;
}

function describeOrigin(origin: ParameterOrigin): string {
  switch (origin.kind) {
    case 'default':
      return 'by default';
    case 'proposal':
      return `as ${show(origin.by)} proposed`;
    case 'alert-name':
      return `from the word ${show(origin.word)} of the alert name`;
    case 'rule':
      return origin.key === undefined ? `by rule ${origin.rule}` : `by rule ${origin.rule} from ${show(origin.key)}`;
    default:
      return `from ${origin.kind} ${show(origin.key)}`;
  }
}

/** The object that the answer is about, else the most telling one that the labels name, else the alert itself. */
function describeSubject(answer: DecodedAnswer, { alert, fields }: EncodedAlert): string {
  const labels = fields.filter((field) => field.type === FIELD_TYPE.label && field.facts.targetClass === 'target');
  const pointed = Object.values(answer.parameterOrigins).flatMap((origin) =>
    origin.kind === 'label' || origin.kind === 'rule' ? [origin.key] : [],
  );
  const objects = labels.filter((field) => field.facts.kind !== undefined && !field.facts.namespaceKey);
  const subject =
    labels.find((field) => pointed.includes(field.key) && !field.facts.namespaceKey) ?? mostTelling(objects);
  const namespace =
    labels.find((field) => field.facts.namespaceKey && pointed.includes(field.key)) ??
    labels.find((field) => field.facts.namespaceKey);
  const place = namespace === undefined ? '' : ` in namespace ${show(namespace.value)}`;
  if (subject === undefined) return `what ${show(alert.labels.alertname ?? 'the alert')} watches${place}`;
  return `${subject.facts.kind ?? show(subject.key)} ${show(subject.value)}${place}`;
}

function mostTelling(objects: readonly EncodedField[]): EncodedField | undefined {
  const rank = ({ key, facts }: EncodedField): number => (facts.kind === 'pod' ? -1 : labelPriority(key));
  return [...objects].sort((left, right) => rank(left) - rank(right))[0];
}

/** A value as it may stand in a sentence: without control and format characters, cut to 80 characters. */
function show(text: string): string {
  const clean = cleanText(text).trim();
  return clean.length > MAX_VALUE ? `${clean.slice(0, MAX_VALUE)}...` : clean;
}
