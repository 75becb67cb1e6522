import { resolveConfig } from '../../config/index.js';
import { InvalidInputError } from '../../core/errors.js';
import {
  type Catalog,
  DEFAULT_CATALOG,
  type Decision,
  type DemonstrationInput,
  parseAlerts,
  parseCatalog,
  type TraceStep,
} from '../../domain/index.js';
import { type EncodedCatalog, encodeAlert, encodeCatalog, explain } from '../../encoding/index.js';
import type { ExecutionProviderPreference, RuntimeEvent } from '../../runtime/index.js';
import {
  bundledModelPath,
  type ModelFolder,
  type ModelManifest,
  type ReasoningStep,
  RemediationReasoner,
  readModelFolder,
} from '../../trm/remediation/index.js';
import { TrmMemory } from './trm-memory.js';

export interface TRMRemediationSelectorOptions {
  /** Folder of the model. Default: TRM_MODEL_PATH, else the model shipped with this package. */
  readonly modelPath?: string;
  /** Default: TRM_EXECUTION_PROVIDER, else DEVICE, else `['auto']`. */
  readonly executionProviders?: readonly ExecutionProviderPreference[];
  /** Fail when the first execution provider cannot start. Default false. */
  readonly strict?: boolean;
  /** Least confidence of an accepted decision, [0, 1]. Default: TRM_CONFIDENCE_THRESHOLD, else 0.7. */
  readonly confidenceThreshold?: number;
  /** Threads of one operator. Default: TRM_THREADS, else all cores. */
  readonly threads?: number;
  readonly precision?: 'float32' | 'int8';
  /** Alerts that are computed together. Default 32. */
  readonly maxBatchSize?: number;
  /** Supervision steps at most. Default: the model's. */
  readonly maxSteps?: number;
  /** Answered alerts to start with; see `remember`. */
  readonly demonstrations?: Iterable<DemonstrationInput>;
  /** Called when an execution provider is skipped or replaced, and when the worker is lost. */
  readonly onEvent?: (event: RuntimeEvent) => void;
}

export interface SelectOptions {
  /** Functions to choose from. Default: `DEFAULT_CATALOG`. */
  readonly catalog?: Catalog;
  /** Overrides the selector's threshold for this call. */
  readonly confidenceThreshold?: number;
  /** Answered alerts for this call only, beside those that the selector remembers. */
  readonly demonstrations?: readonly DemonstrationInput[];
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole call, waiting included. */
  readonly deadlineMs?: number;
}

/**
 * Chooses a remediation function and its parameters for a Prometheus alert with the local Tiny Recursive Model.
 *
 * @example
 * const selector = await TRMRemediationSelector.load({ confidenceThreshold: 0.7 });
 * const decision = await selector.select({ labels: { alertname: 'PodCrashLoopBackOff', pod: 'shop-0', namespace: 'shop' } });
 * if (decision.accepted && decision.lambdaFunction) call(decision.lambdaFunction, decision.parameters);
 * await selector.dispose();
 */
export class TRMRemediationSelector implements AsyncDisposable {
  readonly name = 'trm';
  /** The model's manifest: name, architecture, provenance, figures. */
  readonly manifest: ModelManifest;
  readonly confidenceThreshold: number;
  readonly #reasoner: RemediationReasoner;
  readonly #memory: TrmMemory;
  readonly #catalogs = new WeakMap<Catalog, EncodedCatalog>();

  private constructor(manifest: ModelManifest, confidenceThreshold: number, reasoner: RemediationReasoner) {
    this.manifest = manifest;
    this.confidenceThreshold = confidenceThreshold;
    this.#reasoner = reasoner;
    this.#memory = new TrmMemory(reasoner.tokenizer);
  }

  /**
   * Loads the model; from then on the selector owns a worker thread until `dispose()`.
   * Rejects with ModelLoadError, ConfigurationError or ExecutionProviderError.
   */
  static async load(options: TRMRemediationSelectorOptions = {}): Promise<TRMRemediationSelector> {
    const config = resolveConfig(options);
    const folder = await readModelFolder(config.modelPath.value ?? (await bundledModelPath()));
    const threads = config.threads.value;
    const reasoner = await RemediationReasoner.create(folder, {
      runtime: {
        executionProviders: config.executionProviders.value,
        ...(options.strict !== undefined && { strict: options.strict }),
        ...(threads !== undefined && { intraOpThreads: threads }),
        ...(options.onEvent && { onEvent: options.onEvent }),
      },
      ...(options.precision && { precision: options.precision }),
      ...(options.maxBatchSize !== undefined && { maxBatchSize: options.maxBatchSize }),
      ...(options.maxSteps !== undefined && { maxSteps: options.maxSteps }),
    });
    const selector = TRMRemediationSelector.over(folder, reasoner, {
      confidenceThreshold: config.confidenceThreshold.value,
    });
    try {
      if (options.demonstrations) selector.remember(options.demonstrations);
    } catch (error) {
      await selector.dispose();
      throw error;
    }
    return selector;
  }

  /**
   * A selector over a reasoner that is loaded already and is asked other things too; `dispose()` disposes it.
   * Throws ConfigurationError.
   */
  static over(
    folder: Pick<ModelFolder, 'manifest'>,
    reasoner: RemediationReasoner,
    options: Pick<TRMRemediationSelectorOptions, 'confidenceThreshold'> = {},
  ): TRMRemediationSelector {
    const { confidenceThreshold } = resolveConfig(options);
    return new TRMRemediationSelector(folder.manifest, confidenceThreshold.value, reasoner);
  }

  /** Answered alerts that the selector knows. */
  get remembered(): number {
    return this.#memory.size;
  }

  /**
   * Adds answered alerts: from the next call on, alerts like them are answered with them in view, without any training.
   * Alerts that are like none of them are answered as before.
   *
   * @throws InvalidInputError naming the field; nothing is added then
   *
   * @example
   * selector.remember([{ alert: pastAlert, lambdaFunction: 'scale-deployment', parameters: { name: 'checkout', namespace: 'shop' } }]);
   */
  remember(demonstrations: Iterable<DemonstrationInput>): void {
    this.#memory.remember(demonstrations);
  }

  /** Forgets all answered alerts. */
  forget(): void {
    this.#memory.forget();
  }

  /** The execution provider that runs the model. */
  get executionProvider(): RemediationReasoner['executionProvider'] {
    return this.#reasoner.executionProvider;
  }

  /**
   * Answers one alert: a plain {labels, annotations, metrics}, or an envelope (webhook, CloudEvent) that holds exactly
   * one. Rejects with InvalidInputError naming the field, AbortedError, DeadlineExceededError or InferenceError.
   */
  async select(alert: unknown, options: SelectOptions = {}): Promise<Decision> {
    const alerts = parseAlerts(alert);
    if (alerts.length !== 1) {
      throw new InvalidInputError('alerts', `expected one alert, received ${alerts.length}; use selectAll for many`);
    }
    return (await this.selectAll(alerts, options))[0] as Decision;
  }

  /**
   * Answers every alert of an array, an Alertmanager webhook or a CloudEvent, in order, in shared batches.
   * Rejects as `select` does.
   */
  async selectAll(alerts: unknown, options: SelectOptions = {}): Promise<Decision[]> {
    const parsed = parseAlerts(alerts);
    const catalog = this.#encodedCatalog(options.catalog ?? DEFAULT_CATALOG);
    const threshold = resolveConfig({ confidenceThreshold: options.confidenceThreshold ?? this.confidenceThreshold })
      .confidenceThreshold.value;
    const shown = this.#memory.read(options.demonstrations ?? []);
    const submit = { signal: options.signal, deadlineMs: options.deadlineMs };
    return Promise.all(
      parsed.map(async (alert) => {
        const encoded = encodeAlert(alert, this.#reasoner.tokenizer);
        const demonstrations = this.#memory.beside(encoded, catalog, shown);
        const row = { alert: encoded, catalog, demonstrations };
        const steps = await this.#reasoner.reason(row, submit);
        return toDecision(steps, explain((steps.at(-1) as ReasoningStep).answer, row.alert), threshold);
      }),
    );
  }

  /** Rejects what waits, awaits what runs, and ends the worker. */
  async dispose(): Promise<void> {
    await this.#reasoner.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #encodedCatalog(catalog: Catalog): EncodedCatalog {
    let encoded = this.#catalogs.get(catalog);
    if (!encoded) {
      encoded = encodeCatalog(catalog === DEFAULT_CATALOG ? catalog : parseCatalog(catalog), this.#reasoner.tokenizer);
      this.#catalogs.set(catalog, encoded);
    }
    return encoded;
  }
}

function toDecision(steps: readonly ReasoningStep[], reasoning: string, threshold: number): Decision {
  const { answer, confidence, step } = steps.at(-1) as ReasoningStep;
  return {
    lambdaFunction: answer.lambdaFunction,
    parameters: answer.parameters,
    parameterOrigins: answer.parameterOrigins,
    confidence,
    accepted: confidence >= threshold,
    ...(answer.abstainReason && { abstainReason: answer.abstainReason }),
    reasoning,
    cause: answer.cause,
    method: 'trm_recursive_reasoning',
    iterations: step,
    candidates: answer.candidates,
    trace: steps.map(
      (trace): TraceStep => ({
        step: trace.step,
        hCycle: trace.hCycle,
        lambdaFunction: trace.answer.lambdaFunction,
        parameters: trace.answer.parameters,
        confidence: trace.confidence,
      }),
    ),
  };
}
