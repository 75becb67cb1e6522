import { AbortedError, TrainingError } from '../../core/errors.js';
import { buildVocabulary, CAUSES, collate, Tokenizer, type Vocabulary } from '../../encoding/index.js';
import { Runtime, type RuntimeOptions, type Session, type Tensor } from '../../runtime/index.js';
import {
  buildAccumulate,
  buildRemediationGradients,
  buildUpdate,
  DEFAULT_REMEDIATION_CONFIG,
  type ModelFolder,
  type Parameter,
  type RemediationConfig,
  remediationParameters,
  trainedNames,
} from '../../trm/remediation/index.js';
import { datasetHash, type Facts, shownFunctionTexts, vocabularyTexts } from '../dataset/index.js';
import { drawRow } from './draw-row.js';
import { Meter, mean, type StepResults, type TrainingProgress } from './meter.js';
import {
  accumulateBindings,
  averagedWeights,
  carryNames,
  downloadState,
  initialState,
  interpolateWeights,
  microBatches,
  updateBindings,
  uploadState,
} from './optimizer-state.js';
import { PersistentBatch } from './row-source.js';
import { RunFolder, type TrainingCheckpoint } from './run-folder.js';
import { emaDecayAt, learningRateAt, phaseAt } from './schedule.js';
import type { TrainingSettings } from './settings.js';
import { collateTargets, type TrainingRow } from './targets.js';

export interface TrainOptions {
  readonly facts: Facts;
  readonly settings: TrainingSettings;
  /** Model whose weights and vocabulary the run starts from, in place of fresh ones (`settings.vocabulary` is unused then). */
  readonly from?: ModelFolder;
  /** Folder for settings, metrics and checkpoints. */
  readonly runFolder: string;
  /** Go on from the folder's checkpoint, where there is one. */
  readonly resume?: boolean;
  readonly runtime?: RuntimeOptions;
  /** Ends the run after the step in work; the checkpoint written then is where a resumed run goes on. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

export interface TrainedModel {
  readonly config: RemediationConfig;
  /** Averaged weights. */
  readonly weights: ReadonlyMap<string, Parameter>;
  readonly vocabulary: Vocabulary;
  readonly datasetHash: string;
  readonly steps: number;
  /** The model that the run started from. */
  readonly from?: Origin;
}

/** Enough to make a model again that another one was trained from. */
export interface Origin {
  readonly weightsSha256: string;
  /** `training` of its manifest. */
  readonly training: Readonly<Record<string, unknown>>;
}

/**
 * Trains a remediation model: deep supervision over a persistent batch, gradients through the last H cycle, every
 * step computed by onnxruntime on graphs of this package. Weights and optimizer state stay in the worker.
 *
 * @throws TrainingError for a run folder or a first model that does not fit, or a loss that is no longer finite
 * @throws AbortedError when the signal fired; the checkpoint has been written
 */
export async function train(options: TrainOptions): Promise<TrainedModel> {
  const { facts, settings, from } = options;
  const vocabulary =
    from?.vocabulary ??
    buildVocabulary(
      vocabularyTexts(facts, settings.vocabulary.examples),
      settings.vocabulary,
      shownFunctionTexts(facts),
    );
  const tokenizer = new Tokenizer(vocabulary);
  const config: RemediationConfig = {
    ...DEFAULT_REMEDIATION_CONFIG,
    ...settings.network,
    vocab_size: tokenizer.size,
    causes: CAUSES.length,
  };
  if (from) requireSameShape(from, config);
  else if (settings.initialWeightsShare > 0) {
    throw new TrainingError('initialWeightsShare is for a run that starts from another model (--from)');
  }
  const folder = new RunFolder(options.runFolder);
  const hash = datasetHash(facts);
  const weightsSha256 = from?.manifest.files.weights.sha256;
  const identity = { settings, datasetHash: hash, ...(weightsSha256 !== undefined && { weightsSha256 }) };
  await folder.open(identity, vocabulary, options.resume ?? false);
  const checkpoint = await folder.loadCheckpoint();
  const state = checkpoint?.tensors ?? initialState(config, settings, from?.weights);

  const runtime = new Runtime(options.runtime);
  try {
    await uploadState(runtime, state);
    const run = new TrainingRun(runtime, config, options, folder, tokenizer);
    await run.proceed([...state.keys()], checkpoint);
    const final = await downloadState(runtime, state.keys());
    const trained = averagedWeights(config, final);
    return {
      config,
      weights: from ? interpolateWeights(from.weights, trained, settings.initialWeightsShare) : trained,
      vocabulary,
      datasetHash: hash,
      steps: settings.steps,
      ...(from && weightsSha256 && { from: { weightsSha256, training: from.manifest.training } }),
    };
  } finally {
    await runtime.dispose();
  }
}

/** Only the depth may differ: the curriculum sets it. Throws TrainingError otherwise. */
function requireSameShape({ path, manifest }: ModelFolder, config: RemediationConfig): void {
  const wanted = { ...config, H_cycles: manifest.config.H_cycles, L_cycles: manifest.config.L_cycles };
  const keys = Object.keys(wanted) as (keyof RemediationConfig)[];
  const different = keys.filter((key) => manifest.config[key] !== wanted[key]);
  if (different.length > 0) {
    const list = different.map((key) => `${key} is ${manifest.config[key]}, expected ${wanted[key]}`).join('; ');
    throw new TrainingError(`training cannot start from ${path}: ${list}`);
  }
  if (manifest.causes.some((cause, index) => cause !== CAUSES[index])) {
    throw new TrainingError(`training cannot start from ${path}: its causes are not those of this package`);
  }
}

class TrainingRun {
  readonly #runtime: Runtime;
  readonly #config: RemediationConfig;
  readonly #options: TrainOptions;
  readonly #folder: RunFolder;
  readonly #tokenizer: Tokenizer;
  #accumulator: Session | undefined;

  constructor(
    runtime: Runtime,
    config: RemediationConfig,
    options: TrainOptions,
    folder: RunFolder,
    tokenizer: Tokenizer,
  ) {
    this.#runtime = runtime;
    this.#config = config;
    this.#options = options;
    this.#folder = folder;
    this.#tokenizer = tokenizer;
  }

  /** Trains on from a checkpoint or from the start; the state called `stateNames` is in the worker. */
  async proceed(stateNames: readonly string[], from?: TrainingCheckpoint): Promise<void> {
    const { settings, facts, signal } = this.#options;
    const done = from?.step ?? 0;
    const batch = new PersistentBatch(drawRow(facts, settings, this.#tokenizer), settings, from?.batch);
    const save = async (step: number): Promise<void> =>
      this.#folder.saveCheckpoint({
        step,
        tensors: await downloadState(this.#runtime, stateNames),
        batch: batch.state,
      });
    const update = await this.#runtime.createSession(buildUpdate(this.#config, settings), { name: 'update' });
    const meter = new Meter(done, settings);
    let graph: { key: string; session: Session } | undefined;

    for (let step = done + 1; step <= settings.steps; step++) {
      const { H_cycles, L_cycles } = phaseAt(step, settings);
      const depth = { H_cycles, L_cycles };
      const key = `${depth.H_cycles}x${depth.L_cycles}`;
      if (graph?.key !== key) {
        await graph?.session.dispose();
        const model = buildRemediationGradients({ ...this.#config, ...depth }, settings.lossWeights);
        graph = { key, session: await this.#runtime.createSession(model, { name: `gradients ${key}` }) };
      }
      const running = this.#gradientStep(graph.session, batch);
      batch.drawAhead(step + 1);
      const results = await running;
      const gradientNorm = await this.#updateStep(update, step);
      batch.advance(results.qHaltLogits, step + 1);
      meter.add({ ...results, gradientNorm });
      if (!Number.isFinite(results.loss)) {
        throw new TrainingError(`the loss is ${results.loss} at step ${step}; lower learningRate or clipNorm`);
      }
      if (step % settings.logEverySteps === 0 || step === settings.steps) {
        const progress = meter.report(step, learningRateAt(step, settings), depth);
        await this.#folder.log({ ...progress });
        this.#options.onProgress?.(progress);
      }
      if (step % settings.checkpointEverySteps === 0 || step === settings.steps || signal?.aborted) await save(step);
      if (signal?.aborted)
        throw new AbortedError(`training stopped after step ${step}; resume it from ${this.#folder.path}`);
    }
  }

  /** Computes the gradients of the whole batch, one micro-batch after the other; they stay in the worker. */
  async #gradientStep(session: Session, batch: PersistentBatch): Promise<StepResults> {
    const parts = microBatches(this.#options.settings);
    const { rows, reset, stepsDone } = batch;
    const results: { rows: number; loss: number; functions: number[]; calls: number[]; q: number[] }[] = [];
    for (const [index, { start, end }] of parts.entries()) {
      const part = await this.#partStep(session, rows.slice(start, end), reset.slice(start, end), index);
      results.push(part);
      if (parts.length > 1) await this.#accumulate(index, (end - start) / rows.length);
    }
    return {
      loss: results.reduce((sum, part) => sum + part.loss * part.rows, 0) / rows.length,
      functionAccuracy: mean(results.flatMap(({ functions }) => functions)),
      callCorrect: results.flatMap(({ calls }) => calls),
      stepsDone,
      qHaltLogits: results.flatMap(({ q }) => q),
    };
  }

  async #partStep(session: Session, rows: readonly TrainingRow[], reset: Uint8Array, index: number) {
    const feeds: Record<string, Tensor> = {
      ...collate(rows.map(({ encoded }) => encoded)).tensors,
      ...collateTargets(rows, CAUSES),
      reset: { type: 'bool', data: reset, dims: [rows.length] },
    };
    const { zH, zL } = carryNames(index);
    const prefix = microBatches(this.#options.settings).length > 1 ? 'part' : 'grad';
    const inputs: Record<string, string> = { z_H: zH, z_L: zL };
    for (const name of session.inputNames) if (!(name in feeds) && !(name in inputs)) inputs[name] = name;
    const outputs = Object.fromEntries(trainedNames(this.#config).map((name) => [`grad.${name}`, `${prefix}.${name}`]));
    const results = await session.run(feeds, {
      transfer: true,
      resident: { inputs, outputs: { ...outputs, z_H_out: zH, z_L_out: zL } },
    });
    const numbers = (name: string): number[] => Array.from((results[name] as Tensor).data as Float32Array);
    return {
      rows: rows.length,
      loss: numbers('loss')[0] as number,
      functions: numbers('function_correct'),
      calls: numbers('call_correct'),
      q: numbers('q_halt_logits'),
    };
  }

  async #accumulate(index: number, share: number): Promise<void> {
    if (!this.#accumulator) {
      this.#accumulator = await this.#runtime.createSession(buildAccumulate(this.#config), { name: 'accumulate' });
      for (const [name, { shape }] of remediationParameters(this.#config)) {
        const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
        await this.#runtime.setResident(`grad.${name}`, { type: 'float32', data, dims: shape });
      }
    }
    const feeds = { keep: scalar(index === 0 ? 0 : 1), share: scalar(share) };
    await this.#accumulator.run(feeds, { resident: accumulateBindings(this.#config) });
  }

  async #updateStep(session: Session, step: number): Promise<number> {
    const { settings } = this.#options;
    const results = await session.run(
      {
        learning_rate: scalar(learningRateAt(step, settings)),
        step: scalar(step),
        ema_decay: scalar(emaDecayAt(step, settings)),
      },
      { resident: updateBindings(this.#config) },
    );
    const norm = results.gradient_norm?.data as Float32Array;
    return norm[0] as number;
  }
}

function scalar(value: number): Tensor {
  return { type: 'float32', data: Float32Array.of(value), dims: [] };
}
