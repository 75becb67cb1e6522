import type { Split } from '../example.js';

/** Causes that the state of the named pod or workload must be looked at for; with others, doing nothing is fine too. */
export const STRONG_CAUSES: ReadonlySet<string> = new Set([
  'crash-loop',
  'oom-killed',
  'pod-not-ready',
  'pod-pending',
  'image-pull-failed',
  'replicas-mismatch',
  'rollout-stuck',
  'target-down',
  'instance-absent',
  'disk-filling',
  'disk-full',
  'reconcile-failed',
  'helm-release-failed',
]);

/** A label with what the generator knows about it. */
export interface TaggedLabel {
  readonly key: string;
  readonly value: string;
  /** What the value names; undefined when it names nothing that a function takes. */
  readonly role?: string;
  /** `target`: belongs to what is sick. `exporter`: to whoever measured it. `context`: says where. */
  readonly owner: 'target' | 'exporter' | 'context';
}

/** Which roles of an alert name the target of the default catalog's functions. */
export interface Target {
  readonly name?: string;
  readonly selector: readonly string[];
}

/** An alert before it is dressed up, with all that is known about it. */
export interface Situation {
  readonly group: string;
  readonly split: Split;
  readonly source: string;
  readonly alertName: string;
  readonly labels: readonly TaggedLabel[];
  readonly metrics: Readonly<Record<string, number | string>>;
  /** Sentences that may stand in annotations, most telling first. */
  readonly sentences: readonly string[];
  /** Said about every alert of this kind, such as the readings that decide the answer. */
  readonly facts: readonly string[];
  readonly cause: string;
  readonly intents: readonly string[];
  /** Functions of the default catalog that are right when the labels name the target, best first. */
  readonly defaultFunctions: readonly string[];
  readonly noneAcceptable: boolean;
  readonly target: Target;
  /** Word of the alert name that names the component, where a selector may be made of it. */
  readonly componentWord?: string;
}

/** Labels that name the given role and do not belong to the exporter. */
export function labelsOfRole(situation: Situation, role: string): TaggedLabel[] {
  return situation.labels.filter((label) => label.role === role && label.owner !== 'exporter');
}
