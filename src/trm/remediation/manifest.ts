import { z } from 'zod';
import { ModelLoadError } from '../../core/errors.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
const positive = z.int().min(1);
const file = z.object({ name: z.string().regex(/^[\w.-]+$/), sha256 });

const schema = z.object({
  formatVersion: z.literal(1),
  name: z.string().min(1),
  version: positive,
  architecture: z.literal('remediation-slot-trm'),
  config: z.object({
    hidden_size: positive,
    num_heads: positive,
    expansion: z.number().gt(0),
    L_layers: positive,
    H_cycles: positive,
    L_cycles: positive,
    encoder_layers: z.int().min(0),
    slots: z.int().min(4),
    match_width: z.int().min(1),
    vocab_size: positive,
    causes: positive,
    rms_norm_eps: z.number().gt(0),
  }),
  /** Supervision steps after which an answer is final in any case. */
  haltMaxSteps: positive,
  causes: z.array(z.string()).min(1),
  parameterCount: positive,
  files: z.object({ weights: file, vocabulary: file, calibration: file }),
  /** Where the model comes from: dataset hash, seed, settings, command. */
  training: z.record(z.string(), z.unknown()),
  /** Figures of the evaluation that came with the model. */
  metrics: z.record(z.string(), z.unknown()),
});

/** `manifest.json` of a model folder. */
export type ModelManifest = z.infer<typeof schema>;

/** Checks a manifest. Throws ModelLoadError naming what does not fit. */
export function parseManifest(value: unknown, where: string): ModelManifest {
  const result = schema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'manifest'}: ${issue.message}`);
    throw new ModelLoadError(`${where} is not a manifest of this package's models: ${problems.join('; ')}`);
  }
  const { config, causes } = result.data;
  if (config.causes !== causes.length) {
    throw new ModelLoadError(`${where}: config.causes is ${config.causes}, but ${causes.length} causes are named`);
  }
  return result.data;
}
