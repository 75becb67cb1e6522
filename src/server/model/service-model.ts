import type { ExecutionProviderPreference } from '../../core/execution-provider.js';
import type { Alert, Catalog, Decision, RecursionRule, RecursionStep } from '../../domain/index.js';
import { type EncodedCatalog, encodeCatalog } from '../../encoding/index.js';
import { answerProblem, type Problem } from '../../providers/local-trm/index.js';
import { TRMRemediationSelector } from '../../remediation/selectors/trm.js';
import type { RuntimeEvent } from '../../runtime/index.js';
import { bundledModelPath, RemediationReasoner, readModelFolder } from '../../trm/remediation/index.js';

/** What identifies a model that answers. */
export interface ModelIdentity {
  /** Name and version, such as `remediation-v1`. */
  readonly id: string;
  /** SHA-256 of its weights, in hexadecimal digits. */
  readonly sha256: string;
  /** Where it runs, such as `cpu`. */
  readonly executionProvider: string;
  /** How its confidence was calibrated: `isotonic` or `logistic`. */
  readonly calibration?: string | undefined;
  /** When its confidence was calibrated, in milliseconds since 1970; undefined where its folder does not say. */
  readonly calibratedAt?: number | undefined;
}

export interface SelectCall {
  readonly catalog?: Catalog | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ReasonCall {
  /** Default: the model's own rule. */
  readonly recursion?: RecursionRule | undefined;
  readonly signal: AbortSignal;
}

/** A loaded model, as the service uses it. */
export interface ServiceModel {
  readonly identity: ModelIdentity;
  /** Alerts in the batch, and alerts that wait for a place in it. */
  readonly load: { readonly active: number; readonly waiting: number };
  /** Chooses a function for one alert. Rejects as `TRMRemediationSelector.select` does. */
  select(alert: Alert, call: SelectCall): Promise<Decision>;
  /** The answer to one problem after each supervision step, the final one last. Rejects as `select` does. */
  reason(problem: Problem, call: ReasonCall): Promise<readonly RecursionStep[]>;
  /** Called once, when nobody uses the model any more. */
  dispose(): Promise<void>;
}

/**
 * Loads the model of a folder, or the one shipped with this package when the path is undefined. Rejects with
 * ModelLoadError or ExecutionProviderError, and leaves nothing behind then.
 */
export type LoadModel = (path: string | undefined) => Promise<ServiceModel>;

export interface ServiceModelOptions {
  readonly executionProviders?: readonly ExecutionProviderPreference[] | undefined;
  /** Threads of one operator. Default: TRM_THREADS, else all cores. */
  readonly threads?: number | undefined;
  readonly precision?: 'float32' | 'int8' | undefined;
  /** Alerts that are computed together. Default 32. */
  readonly maxBatchSize?: number | undefined;
  /** Milliseconds that the first alert waits for others to share its batch, 0 to 1,000. Default 0. */
  readonly maxBatchWaitMs?: number | undefined;
  /** Supervision steps at most. Default: the model's. */
  readonly maxSteps?: number | undefined;
  /** Least confidence of an accepted decision, [0, 1]. Default: TRM_CONFIDENCE_THRESHOLD, else 0.7. */
  readonly confidenceThreshold?: number | undefined;
  /** Called when an execution provider is skipped or replaced, and when the worker is lost. */
  readonly onRuntimeEvent?: ((event: RuntimeEvent) => void) | undefined;
  /** Told how many alerts each step computes together. */
  readonly onBatch?: ((rows: number) => void) | undefined;
}

/** Loads models of this package, each in a worker thread of its own. */
export function createModelLoader(options: ServiceModelOptions = {}): LoadModel {
  const { executionProviders, threads, precision, maxBatchSize, maxBatchWaitMs, maxSteps } = options;
  const { confidenceThreshold, onRuntimeEvent, onBatch } = options;
  return async (path) => {
    const folder = await readModelFolder(path ?? (await bundledModelPath()));
    const reasoner = await RemediationReasoner.create(folder, {
      runtime: {
        ...(executionProviders && { executionProviders }),
        ...(threads !== undefined && { intraOpThreads: threads }),
        ...(onRuntimeEvent && { onEvent: onRuntimeEvent }),
      },
      ...(precision && { precision }),
      ...(maxBatchSize !== undefined && { maxBatchSize }),
      ...(maxBatchWaitMs !== undefined && { maxWaitMs: maxBatchWaitMs }),
      ...(maxSteps !== undefined && { maxSteps }),
      onBatch,
    });
    const selector = TRMRemediationSelector.over(
      folder,
      reasoner,
      confidenceThreshold === undefined ? {} : { confidenceThreshold },
    );
    const catalogs = new WeakMap<Catalog, EncodedCatalog>();
    const encoded = (catalog: Catalog): EncodedCatalog => {
      const known = catalogs.get(catalog) ?? encodeCatalog(catalog, reasoner.tokenizer);
      catalogs.set(catalog, known);
      return known;
    };
    const { name, version, files, training } = folder.manifest;
    return {
      identity: {
        id: `${name}-v${version}`,
        sha256: files.weights.sha256,
        executionProvider: reasoner.executionProvider,
        calibration: folder.calibration.isotonic ? 'isotonic' : 'logistic',
        calibratedAt: calibratedAt(training),
      },
      get load() {
        return reasoner.load;
      },
      select: (alert, { catalog, signal }) =>
        selector.select(alert, { ...(catalog && { catalog }), ...(signal && { signal }) }),
      reason: (problem, call) => answerProblem(problem, reasoner, call, encoded(problem.catalog)),
      dispose: () => selector.dispose(),
    };
  };
}

/** Reads `training.calibratedAt` of a manifest, an instant such as `2026-01-31T08:00:00Z`, which older ones do not have. */
function calibratedAt(training: Readonly<Record<string, unknown>>): number | undefined {
  const { calibratedAt: given } = training;
  const instant = typeof given === 'string' ? Date.parse(given) : Number.NaN;
  return Number.isFinite(instant) ? instant : undefined;
}
