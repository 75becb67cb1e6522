import type { RuntimeOptions } from '../../runtime/index.js';
import { type ModelFolder, type ReasoningStep, RemediationReasoner } from '../../trm/remediation/index.js';
import type { Example } from '../dataset/index.js';
import { createRowEncoder } from '../trainer/row-source.js';

/** An example with everything that the model said about it. */
export interface AnsweredExample {
  readonly example: Example;
  readonly steps: readonly ReasoningStep[];
}

export interface AnswerOptions {
  readonly runtime?: RuntimeOptions;
  readonly precision?: 'float32' | 'int8';
  readonly maxBatchSize?: number;
  /** Supervision steps at most. Default: what the model was trained with. */
  readonly maxSteps?: number;
  /** Asked after each supervision step. Default: the model's own head. */
  readonly shouldHalt?: (cycles: readonly ReasoningStep[], step: number) => boolean;
  readonly signal?: AbortSignal;
  /** Called after each answer. */
  readonly onProgress?: (done: number) => void;
}

/** Rows that are encoded ahead; bounds memory for long lists. */
const CHUNK = 128;

/** Asks a model about many examples, in order. */
export async function answerExamples(
  folder: ModelFolder,
  examples: Iterable<Example>,
  options: AnswerOptions = {},
): Promise<AnsweredExample[]> {
  const reasoner = await RemediationReasoner.create(folder, {
    ...(options.runtime && { runtime: options.runtime }),
    ...(options.precision && { precision: options.precision }),
    maxBatchSize: options.maxBatchSize ?? 32,
    ...(options.maxSteps !== undefined && { maxSteps: options.maxSteps }),
  });
  try {
    const encode = createRowEncoder(reasoner.tokenizer);
    const answered: AnsweredExample[] = [];
    const answer = async (chunk: readonly Example[]): Promise<void> => {
      const results = await Promise.all(
        chunk.map(async (example) => ({
          example,
          steps: await reasoner.reason(encode(example).encoded, {
            signal: options.signal,
            shouldHalt: options.shouldHalt,
          }),
        })),
      );
      answered.push(...results);
      options.onProgress?.(answered.length);
    };
    let chunk: Example[] = [];
    for (const example of examples) {
      chunk.push(example);
      if (chunk.length < CHUNK) continue;
      await answer(chunk);
      chunk = [];
    }
    if (chunk.length > 0) await answer(chunk);
    return answered;
  } finally {
    await reasoner.dispose();
  }
}
