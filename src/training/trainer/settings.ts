import { z } from 'zod';
import { TrainingError } from '../../core/errors.js';
import { DEFAULT_REMEDIATION_CONFIG } from '../../trm/remediation/index.js';

const share = z.number().min(0).max(1);
const phase = z.strictObject({
  /** Share of all steps at which the phase ends, (0, 1]. */
  until: z.number().gt(0).max(1),
  H_cycles: z.int().min(1),
  L_cycles: z.int().min(1),
  /** Catalogs that are presented: the default one, random ones, or both. */
  catalogs: z.enum(['default', 'random', 'both']).default('both'),
  /** Share of examples about the runbook's alerts. */
  runbookShare: share.default(0.2),
  /** Share of examples that induce a rule from demonstrations (RemedARC), and share that needs several hops. */
  remedarcShare: share.default(0.2),
  hopsShare: share.default(0.1),
  /** Share of input that is no alert; q is taught to be low on it. */
  outOfDomainShare: share.default(0.04),
  /** Share of the other examples about rules that call for a function of their own, in random catalogs. */
  ruleFunctionShare: share.default(0),
  /** Share of the other examples that are shown the default catalog, where both are. */
  defaultCatalogShare: share.default(0.36),
  /** Share of the other examples that get labels, words and readings that mean nothing. */
  noiseShare: share.default(0.15),
  /** Share of the other examples whose surroundings are called by words that mean something elsewhere. */
  wordLabelShare: share.default(0),
  /** Share of the other examples whose descriptions and annotations lose some of their words. */
  lostWordsShare: share.default(0),
  /** Share of the other examples that are shown answered alerts beside the query. */
  demonstrationShare: share.default(0.35),
});

const count = z.int().min(1);
const { hidden_size, num_heads, expansion, L_layers, encoder_layers, slots } = DEFAULT_REMEDIATION_CONFIG;
/** Shape of the network, but for its depth, which the curriculum sets. */
const network = z
  .strictObject({
    /** Width D; `num_heads` divides it. */
    hidden_size: count.default(hidden_size),
    num_heads: count.default(num_heads),
    expansion: z.number().gt(0).default(expansion),
    L_layers: count.default(L_layers),
    /** One-pass blocks over the alert's fields before the recursion. */
    encoder_layers: z.int().min(0).default(encoder_layers),
    /** Recursive answer slots. */
    slots: z.int().min(4).default(slots),
  })
  .refine((shape) => shape.hidden_size % shape.num_heads === 0, 'num_heads must divide hidden_size');

const schema = z.strictObject({
  seed: z.int().default(1),
  /** The defaults have about 7 M parameters with the default vocabulary. */
  network: network.prefault({}),
  /** Optimizer steps in all; one step is one supervision step of a whole batch. */
  steps: z.int().min(1).default(320),
  batchSize: z.int().min(1).default(32),
  /** Rows that are computed at a time; their gradients are added up. Bounds memory. Default: the whole batch. */
  microBatchSize: z.int().min(1).optional(),
  optimizer: z.enum(['adamw', 'adam-atan2']).default('adamw'),
  learningRate: z.number().gt(0).default(6e-4),
  warmUpSteps: z.int().min(0).default(40),
  /** Share of the steps at the end over which the learning rate falls linearly to a twentieth. */
  decayShare: share.default(0.4),
  beta1: share.default(0.9),
  beta2: share.default(0.98),
  weightDecay: z.number().min(0).default(0.05),
  clipNorm: z.number().gt(0).default(1),
  emaDecay: share.default(0.995),
  /**
   * Share of the first weights in the result of a run that starts from another model: keeps what fine-tuning forgets
   * (WiSE-FT, arXiv 2109.01903).
   */
  initialWeightsShare: share.default(0),
  /** Supervision steps after which a training row is replaced in any case. */
  haltMaxSteps: z.int().min(1).default(3),
  /** Probability that a row must go on for a random number of steps (reference: halt_exploration_prob). */
  haltExploration: share.default(0.1),
  lossWeights: z
    .strictObject({ pointer: z.number().min(0), cause: z.number().min(0), halt: z.number().min(0) })
    .default({ pointer: 1, cause: 0.5, halt: 0.5 }),
  /** Depth curriculum (CGAR, arXiv 2511.08653): shallow recursion first, full depth last; and what is shown when. */
  curriculum: z
    .array(phase)
    .min(1)
    .prefault([
      { until: 0.5, H_cycles: 1, L_cycles: 2 },
      { until: 0.75, H_cycles: 2, L_cycles: 4 },
      { until: 1, H_cycles: 3, L_cycles: 6 },
    ]),
  checkpointEverySteps: z.int().min(1).default(50),
  logEverySteps: z.int().min(1).default(20),
  vocabulary: z
    .strictObject({
      maxWords: z.int().min(1),
      minCount: z.int().min(1),
      hashBuckets: z.int().min(1),
      maxTokens: z.int().min(4),
      /** Generated alerts whose label keys, readings and annotations are read beside the facts. */
      examples: z.int().min(0).default(2_000),
    })
    .default({ maxWords: 8000, minCount: 2, hashBuckets: 16_384, maxTokens: 64, examples: 2_000 }),
});

/** Everything that decides the outcome of a training run beside the facts. */
export type TrainingSettings = z.infer<typeof schema>;

/** Checks settings and fills in defaults. Throws TrainingError naming every key that cannot be used. */
export function parseTrainingSettings(value: unknown = {}): TrainingSettings {
  const result = schema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`);
    throw new TrainingError(`Invalid training settings: ${problems.join('; ')}.`);
  }
  const { curriculum } = result.data;
  const ordered = curriculum.every(({ until }, index) => until > (curriculum[index - 1]?.until ?? 0));
  if (!ordered || curriculum.at(-1)?.until !== 1) {
    throw new TrainingError(
      'Invalid training settings: curriculum: the phases must end at rising shares, the last at 1.',
    );
  }
  const crowded = curriculum.findIndex(
    ({ remedarcShare, hopsShare, outOfDomainShare }) => remedarcShare + hopsShare + outOfDomainShare > 1 + 1e-9,
  );
  if (crowded >= 0) {
    throw new TrainingError(
      `Invalid training settings: curriculum.${crowded}: remedarcShare, hopsShare and outOfDomainShare are shares of all ` +
        'examples and must not come to more than 1 together.',
    );
  }
  return result.data;
}
