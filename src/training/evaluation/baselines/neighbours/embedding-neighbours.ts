import { TrainingError } from '../../../../core/errors.js';
import type { Embedder } from '../../../../domain/index.js';
import { alertText } from '../../../../remediation/retrieval/index.js';
import type { Example } from '../../../dataset/example.js';
import type { Baseline } from '../baseline.js';
import { fitNeighbours, type LikenessScores } from './fit-neighbours.js';

export const EMBEDDING_NEIGHBOURS = 'embedding-neighbours';

/** Texts of one call. */
const BATCH = 32;

/**
 * The training examples whose embedded texts are most like the alert's decide, by cosine. Fitting and choosing reject
 * with TrainingError when the embedder does not give one vector of finite numbers a text, all of one length, and as the
 * embedder does.
 */
export function embeddingNeighbours(embedder: Embedder): Baseline {
  return {
    name: EMBEDDING_NEIGHBOURS,
    fit: (training) => fitNeighbours(training, (examples) => indexVectors(examples, embedder)),
  };
}

async function indexVectors(examples: readonly Example[], embedder: Embedder): Promise<LikenessScores> {
  const vectors: Float32Array[] = [];
  for (let at = 0; at < examples.length; at += BATCH) {
    const texts = examples.slice(at, at + BATCH).map(({ alert }) => alertText(alert));
    vectors.push(...(await embedUnits(texts, embedder, vectors[0]?.length)));
  }
  const known = new Map(examples.map(({ alert }, index) => [alert, vectors[index] as Float32Array]));
  const width = vectors[0]?.length;
  return async (alert) => {
    const query = known.get(alert) ?? (await embedUnits([alertText(alert)], embedder, width))[0];
    return Float64Array.from(vectors, (vector) => dot(query as Float32Array, vector));
  };
}

/** Vectors of texts, each of length 1; a vector of zeros stays as it is, and is like nothing. */
async function embedUnits(
  texts: readonly string[],
  embedder: Embedder,
  width: number | undefined,
): Promise<readonly Float32Array[]> {
  const vectors = await embedder(texts);
  if (vectors.length !== texts.length) {
    throw new TrainingError(
      `the embedder gave ${vectors.length} vectors for ${texts.length} texts; it must give one for each`,
    );
  }
  const wanted = width ?? vectors[0]?.length ?? 0;
  return vectors.map((vector) => {
    const length = Math.sqrt(dot(vector, vector));
    if (vector.length !== wanted || !Number.isFinite(length)) {
      throw new TrainingError(
        `the embedder gave a vector of ${vector.length} numbers and of length ${length}; ` +
          `expected ${wanted} finite numbers, as many for every text`,
      );
    }
    return length === 0 ? vector : vector.map((value) => value / length);
  });
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] as number) * (right[index] as number);
  return sum;
}
