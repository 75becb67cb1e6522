import {
  type Catalog,
  DEFAULT_CATALOG,
  parseAlerts,
  type RemediationFunction,
} from '../../../../../src/domain/index.js';
import type { Example } from '../../../../../src/training/dataset/example.js';
import { groupOf } from '../../../../../src/training/dataset/splits.js';

let made = 0;

/** A labelled alert; its group is that of its name. Without functions nothing should be done. */
export function example(
  alertname: string,
  functions: readonly string[],
  more: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly summary?: string;
    readonly catalog?: Catalog;
    readonly noneAcceptable?: boolean;
  } = {},
): Example {
  made += 1;
  const { labels = { pod: 'web-0', namespace: 'shop' }, summary } = more;
  const [alert] = parseAlerts({
    labels: { alertname, ...labels },
    annotations: summary === undefined ? {} : { summary },
  });
  return {
    id: `example-${made}`,
    group: groupOf(alertname),
    source: 'test',
    alert: alert as Example['alert'],
    catalog: more.catalog ?? DEFAULT_CATALOG,
    functions,
    noneAcceptable: more.noneAcceptable ?? functions.length === 0,
    parameters: Object.fromEntries(functions.map((name) => [name, {}])),
    cause: 'unknown',
    split: 'train',
  };
}

/** A function that acts on a pod. */
export function podFunction(name: string, description: string): RemediationFunction {
  return {
    name,
    description,
    parameters: { type: 'object', properties: { pod: { type: 'string' } }, required: ['pod'] },
    risk: 'mutating',
  };
}
