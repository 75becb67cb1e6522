import type { ParameterOrigin } from '../../../domain/index.js';
import type { Example } from '../../dataset/example.js';

/** What a baseline sees of an example: never the label, nor anything made from it. */
export type Question = Pick<Example, 'alert' | 'catalog'>;

/** The function that a baseline chooses, `null` for none. */
export interface Choice {
  readonly lambdaFunction: string | null;
  /** How sure it is, in [0, 1]; not calibrated. Comparable within one baseline only. */
  readonly confidence: number;
}

/** A choice with its parameters filled, as `judge` wants it. */
export interface BaselineAnswer extends Choice {
  readonly parameterOrigins: Readonly<Record<string, ParameterOrigin>>;
}

/** A baseline that has seen its training examples. */
export type Chooser = (question: Question) => Choice | Promise<Choice>;

/** A simple way to choose a function, to compare a model with. */
export interface Baseline {
  /** Unique among those that are compared, such as `bm25-neighbours`. */
  readonly name: string;
  /** Learns from examples; rejects with TrainingError where they do not suffice. */
  fit(training: readonly Example[]): Promise<Chooser>;
}
