import { readFile } from 'node:fs/promises';
import { type ChainConfigOptions, resolveChainConfig } from '../../config/index.js';
import { ConfigurationError } from '../../core/errors.js';
import { memoizeAsync } from '../../core/memoize-async.js';
import { describeValue, quote } from '../../domain/describe.js';
import type { Catalog, Selector, TextProvider } from '../../domain/index.js';
import { createOllamaProvider, type OllamaProviderOptions } from '../../providers/index.js';
import { createFileIncidentStore, type IncidentStore } from '../retrieval/incidents/index.js';
import { createRunbookIndex } from '../retrieval/index.js';
import { createAnnotationSelector } from '../selectors/annotation.js';
import { createFewShotSelector } from '../selectors/few-shot.js';
import { createFunctionCallingSelector } from '../selectors/function-calling.js';
import { createRagSelector } from '../selectors/rag.js';
import { createRulesSelector, parseRules } from '../selectors/rules/index.js';
import { TRMRemediationSelector, type TRMRemediationSelectorOptions } from '../selectors/trm.js';
import { fromIncidents, fromRunbooks } from '../selectors/trm-demonstrations.js';
import { createTrmSelector, type TrmReasoner, type TrmSelectorOptions } from '../selectors/trm-phase.js';
import { type ChainPhase, checkThreshold, checkTimeout } from './phase.js';
import { RemediationChain } from './remediation-chain.js';

/** Phases of the default chain, in the order in which they are asked. */
export const DEFAULT_PHASES = ['annotation', 'trm', 'rag', 'few-shot', 'function-calling', 'rules'] as const;
export type DefaultPhase = (typeof DEFAULT_PHASES)[number];

/** Options of the default chain. What has an environment variable takes it when the option is left out. */
export interface CreateRemediationChainOptions extends ChainConfigOptions {
  /** Functions to choose from. Default: `DEFAULT_CATALOG`. */
  readonly catalog?: Catalog | undefined;
  /** Phases by name and selectors of one's own, in the order in which they are asked. Default: `DEFAULT_PHASES`. */
  readonly phases?: readonly (DefaultPhase | ChainPhase | Selector)[] | undefined;
  /** Least confidence, 0 to 1, of single phases. */
  readonly thresholds?: Readonly<Partial<Record<DefaultPhase, number>>> | undefined;
  /** Milliseconds of single phases. */
  readonly timeouts?: Readonly<Partial<Record<DefaultPhase, number>>> | undefined;
  /** A TRM that is there already, which stays the caller's, or how to load one. Default: one is loaded in the background. */
  readonly trm?: TrmReasoner | TRMRemediationSelectorOptions | undefined;
  /** Past incidents, which stay the caller's. Default: the file `incidents`. */
  readonly incidentStore?: IncidentStore | undefined;
  /** Model for function calling, which stays the caller's. Default: Ollama, where OLLAMA_MODEL is set. */
  readonly provider?: TextProvider | undefined;
  /** Whether the provider also chooses among what runbooks and incidents name. Default false: they decide alone. */
  readonly providerInRetrieval?: boolean | undefined;
  /** Called with what could not be read and was done without. */
  readonly onWarning?: ((warning: string) => void) | undefined;
}

/** Where Ollama is when OLLAMA_URL does not say. */
export const DEFAULT_OLLAMA_URL = 'http://127.0.0.1:11434';

/**
 * The decision path of an SRE agent: annotation, TRM, runbooks, past incidents, function calling, rules, and then nobody.
 * A phase that has nothing to work with (no runbooks, no incidents, no provider) is skipped and says so in its attempt.
 * The chain disposes what it made itself.
 *
 * Rejects with ConfigurationError that names the option, variable or file; InvalidInputError for a faulty catalog.
 *
 * @example
 * await using chain = await createRemediationChain({ runbooks: ['RUNBOOK.md'], incidents: 'incidents.jsonl' });
 * const { lambdaFunction, parameters, phase, attempts } = await chain.decide(alert);
 */
export async function createRemediationChain(options: CreateRemediationChainOptions = {}): Promise<RemediationChain> {
  const config = resolveChainConfig(options);
  const given = options.phases ?? DEFAULT_PHASES;
  checkOptions(options);
  const owned: { dispose?(): Promise<void> }[] = [];
  const own = <T extends { dispose?(): Promise<void> }>(made: T): T => {
    owned.push(made);
    return made;
  };
  const release = async (): Promise<void> => {
    const results = await Promise.allSettled(owned.reverse().map(async (made) => made.dispose?.()));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (failures.length > 0) throw new AggregateError(failures, 'parts of the chain could not be disposed');
  };

  const ollama = options.provider ? undefined : createDefaultProvider(options);
  const provider = options.provider ?? (ollama && own(ollama));
  const inRetrieval = options.providerInRetrieval === true && provider ? { provider } : {};
  const { onWarning } = options;
  const runbooks = config.runbooks.value;
  const index = runbooks.length === 0 ? undefined : own(createRunbookIndex({ runbooks, onWarning }));
  const path = config.incidents.value;
  const store = options.incidentStore ?? (path === undefined ? undefined : own(createFileIncidentStore({ path })));
  const demonstrations = [...(store ? [fromIncidents(store)] : []), ...(index ? [fromRunbooks(index)] : [])];
  const make: Readonly<Record<DefaultPhase, () => Selector | Promise<Selector> | string>> = {
    annotation: () => createAnnotationSelector(),
    trm: () => (config.useTrm.value ? trmOf(options.trm, { demonstrations }, own) : 'USE_TRM is false'),
    rag: () =>
      index
        ? own(createRagSelector({ runbooks: index, ...inRetrieval, onWarning }))
        : 'there are no runbooks; set runbooks or TRM_RUNBOOKS',
    'few-shot': () =>
      store
        ? own(createFewShotSelector({ store, ...inRetrieval, onWarning }))
        : 'there are no past incidents; set incidents or TRM_INCIDENTS',
    'function-calling': () =>
      provider ? createFunctionCallingSelector({ provider }) : 'there is no language model; set OLLAMA_MODEL',
    rules: async () => {
      const file = config.rules.value;
      return createRulesSelector(file === undefined ? {} : { rules: parseRules(await readRules(file), file) });
    },
  };

  try {
    const phases: (ChainPhase | Selector)[] = [];
    for (const phase of given) {
      if (typeof phase !== 'string') {
        phases.push(phase);
        continue;
      }
      const create = Object.hasOwn(make, phase) ? make[phase] : undefined;
      if (!create) {
        const expected = `${DEFAULT_PHASES.join(', ')} or a selector`;
        throw new ConfigurationError(`phases: expected ${expected}, received ${quote(phase)}`);
      }
      const made = await create();
      const { thresholds = {}, timeouts = {} } = options;
      const place = { threshold: thresholds[phase], timeoutMs: timeouts[phase] };
      const asked = typeof made === 'string' ? { selector: unused(phase), skip: made } : { selector: made };
      phases.push({ ...place, ...asked });
    }
    return new RemediationChain({
      phases,
      catalog: options.catalog,
      threshold: config.confidenceThreshold.value,
      timeoutMs: config.timeoutMs.value,
      release,
    });
  } catch (error) {
    await release().catch(() => undefined);
    throw error;
  }
}

/** Throws ConfigurationError that names the option, so that a typing error does not leave a phase as it was. */
function checkOptions(options: CreateRemediationChainOptions): void {
  const { phases, thresholds, timeouts, incidentStore, provider, trm } = options;
  if (phases !== undefined && !Array.isArray(phases)) {
    const expected = 'a list of names of phases and selectors';
    throw new ConfigurationError(`phases: expected ${expected}, received ${describeValue(phases)}`);
  }
  checkEach('thresholds', thresholds, checkThreshold);
  checkEach('timeouts', timeouts, checkTimeout);
  const parts: readonly (readonly [option: string, value: unknown, method: string])[] = [
    ['incidentStore', incidentStore, 'nearest'],
    ['provider', provider, 'doGenerate'],
  ];
  for (const [option, value, method] of parts) {
    const fits = typeof value === 'object' && value !== null && typeof Reflect.get(value, method) === 'function';
    if (value === undefined || fits) continue;
    throw new ConfigurationError(`${option}: expected one that has ${method}(), received ${describeValue(value)}`);
  }
  if (trm === undefined || (typeof trm === 'object' && trm !== null)) return;
  throw new ConfigurationError(`trm: expected a TRM or options to load one, received ${describeValue(trm)}`);
}

function checkEach(option: string, values: unknown, check: (value: unknown, where: string) => void): void {
  if (values === undefined) return;
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new ConfigurationError(`${option}: expected an object by phase, received ${describeValue(values)}`);
  }
  const known: readonly string[] = DEFAULT_PHASES;
  for (const [name, value] of Object.entries(values)) {
    if (!known.includes(name)) {
      throw new ConfigurationError(`${option}: expected phases out of ${known.join(', ')}, received ${quote(name)}`);
    }
    if (value !== undefined) check(value, `${option}.${name}`);
  }
}

/**
 * The language model that the chain asks when it is given none: Ollama at OLLAMA_URL, where OLLAMA_MODEL is set, else
 * undefined. For those who share one between the chain and something else. Throws ConfigurationError.
 *
 * @param onBreaker told of every change of its circuit breaker, which is closed at first
 */
export function createDefaultProvider(
  options: Pick<ChainConfigOptions, 'ollamaUrl' | 'ollamaModel'> = {},
  onBreaker?: OllamaProviderOptions['onBreaker'],
): TextProvider | undefined {
  const { ollamaUrl, ollamaModel } = resolveChainConfig(options);
  const model = ollamaModel.value;
  return model === undefined
    ? undefined
    : createOllamaProvider({ baseUrl: ollamaUrl.value ?? DEFAULT_OLLAMA_URL, model, onBreaker });
}

function trmOf(
  given: CreateRemediationChainOptions['trm'],
  selectorOptions: TrmSelectorOptions,
  own: <T extends { dispose?(): Promise<void> }>(made: T) => T,
): Selector {
  if (given && 'select' in given) return createTrmSelector(given, selectorOptions);
  const loads = memoizeAsync<'trm', TRMRemediationSelector>();
  own({
    async dispose() {
      for (const [, loading] of loads.entries()) await (await loading.catch(() => undefined))?.dispose();
    },
  });
  const load = (): Promise<TRMRemediationSelector> => loads.get('trm', () => TRMRemediationSelector.load(given));
  // From the start, so that the first alert does not wait for it; what fails here fails again when the phase asks.
  load().catch(() => undefined);
  return createTrmSelector(load, selectorOptions);
}

/** Stands in for a phase that is never asked. */
function unused(name: string): Selector {
  return {
    specificationVersion: 'v1',
    name,
    doSelect: async () => ({ kind: 'abstained', reason: 'no-evidence', detail: 'it is switched off' }),
  };
}

async function readRules(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`rules: ${path} cannot be read: ${message}`, { cause: error });
  }
}
