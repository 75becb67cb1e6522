import {
  type Alert,
  type Catalog,
  DEFAULT_CATALOG,
  type GenerateCall,
  parseAlerts,
  type SelectorOutcome,
} from '../../../../../src/domain/index.js';
import {
  createFunctionCallingSelector,
  type FunctionCallingOptions,
} from '../../../../../src/remediation/selectors/function-calling.js';
import {
  createFakeTextProvider,
  type FakeReply,
  type FakeScript,
  type FakeTextProvider,
  type FakeTextProviderOptions,
} from '../../../../../src/testing/index.js';

export const ALERT = alertOf({ pod: 'shop-0', namespace: 'shop', container: 'app', severity: 'critical' });
export const TARGET = { name: 'shop-0', namespace: 'shop' };
export const CHOSEN = { lambdaFunction: 'pod-restart', parameters: { ...TARGET, type: 'pod' } };
export const ANSWER = JSON.stringify({ lambda_function: 'pod-restart', parameters: TARGET });
export const GEMMA =
  '<start_function_call>call:pod-restart{name:<escape>shop-0<escape>,namespace:<escape>shop<escape>}<end_function_call>';
export const toolReply = (name: string, args: unknown = TARGET): FakeReply => ({
  toolCalls: [{ name, arguments: args }],
});
export const TOOLS = { toolCalls: true };
export const SCHEMA = { jsonSchema: true };

export function alertOf(labels: Record<string, string>, annotations: Record<string, string> = {}): Alert {
  return parseAlerts({
    labels: { alertname: 'PodCrashLoopBackOff', ...labels },
    annotations: { summary: 'The pod restarts over and over.', ...annotations },
  })[0]!;
}

export interface Run {
  readonly outcome: SelectorOutcome;
  readonly provider: FakeTextProvider;
}

export async function run(
  script: FakeScript,
  options: Partial<FunctionCallingOptions> & {
    readonly fake?: FakeTextProviderOptions;
    readonly alert?: Alert;
    readonly catalog?: Catalog;
  } = {},
): Promise<Run> {
  const { fake, alert = ALERT, catalog = DEFAULT_CATALOG, ...rest } = options;
  const provider = createFakeTextProvider(script, fake);
  const selector = createFunctionCallingSelector({ provider, ...rest });
  return { outcome: await selector.doSelect({ alert, catalog, signal: new AbortController().signal }), provider };
}

export const systemOf = (call: GenerateCall | undefined): string => call?.messages[0]?.content ?? '';
export const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, entry]) => [key, ...keysOf(entry)])
    : [];
