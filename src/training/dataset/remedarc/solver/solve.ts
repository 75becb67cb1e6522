import type { Alert, ParameterOrigin } from '../../../../domain/index.js';
import type { Example } from '../../example.js';
import type { Column } from '../columns.js';
import { featuresOf } from './features.js';
import { predict, predictLabel } from './predict.js';

/** What the demonstrations prove about the query. */
export type Solution =
  | {
      readonly kind: 'unique';
      readonly lambdaFunction: string | null;
      readonly parameterOrigins: Readonly<Record<string, ParameterOrigin>>;
    }
  /** The simplest rules disagree, or none applies. */
  | { readonly kind: 'ambiguous' };

const AMBIGUOUS: Solution = { kind: 'ambiguous' };

/** The ceiling: what follows from the demonstrations alone, by `predict` for the function and `predictLabel`. */
export function solve(example: Example): Solution {
  const demonstrations = example.demonstrations ?? [];
  if (demonstrations.length === 0) return AMBIGUOUS;
  const features = featuresOf(columnsOf([...demonstrations.map(({ alert }) => alert), example.alert]));
  const names = [...new Set(demonstrations.map(({ lambdaFunction }) => lambdaFunction))];
  const answers = demonstrations.map(({ lambdaFunction }) => names.indexOf(lambdaFunction));
  const predicted = predict(features, answers).answers;
  const [answer] = predicted;
  if (predicted.size !== 1 || answer === undefined) return AMBIGUOUS;
  const lambdaFunction = names[answer] ?? null;
  if (lambdaFunction === null) return { kind: 'unique', lambdaFunction, parameterOrigins: {} };
  const parameterOrigins: Record<string, ParameterOrigin> = {};
  const calls = demonstrations.filter((one) => one.lambdaFunction === lambdaFunction);
  for (const parameter of new Set(calls.flatMap((one) => Object.keys(one.parameterOrigins)))) {
    const origins = demonstrations.map((one) => one.parameterOrigins[parameter]);
    const texts = origins.map((origin) => JSON.stringify(origin));
    const labels = texts.map((text) => (text === undefined ? undefined : texts.indexOf(text)));
    const found = predictLabel(features, answers, labels, answer);
    const [place] = found;
    const origin = place === undefined ? undefined : origins[place];
    if (found.size !== 1 || origin === undefined) return AMBIGUOUS;
    parameterOrigins[parameter] = origin;
  }
  return { kind: 'unique', lambdaFunction, parameterOrigins };
}

/** The labels (with the alert's name) and metrics of alerts, key by key. */
function columnsOf(alerts: readonly Alert[]): Column[] {
  const keysOf = (read: (alert: Alert) => object): string[] => [
    ...new Set(alerts.flatMap((alert) => Object.keys(read(alert)))),
  ];
  return [
    ...keysOf(({ labels }) => labels).map(
      (key): Column => ({ kind: 'label', key, cells: alerts.map(({ labels }) => labels[key]) }),
    ),
    ...keysOf(({ metrics }) => metrics).map(
      (key): Column => ({ kind: 'metric', key, cells: alerts.map(({ metrics }) => metrics[key]) }),
    ),
  ];
}
