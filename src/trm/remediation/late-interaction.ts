import {
  add,
  cast,
  concat,
  equal,
  gather,
  matmul,
  mul,
  not,
  reduceSum,
  reshape,
  reshapeLike,
  rmsNorm,
  softmax,
  squeeze,
  unsqueeze,
  type Value,
} from '../../onnx/index.js';
import { hide } from '../graph/hide.js';
import type { WeightSource } from '../graph/weight-source.js';

/** Numbers a function: how far its words find their like in the alert, and those of the alert in it. */
export const MATCH_FEATURES = 2;

/** Sharpness of the choice of the word that matches best; similarities lie in [-1, 1]. */
const SHARPNESS = 12;
/** Brings the similarities to the size of the scores that they are added to. */
const SCALE = 4;

/**
 * Late interaction (ColBERT, arXiv 2004.12832): every word of a function looks for the word of the alert that is most
 * like it, and the reverse, in a small space of its own, so that what training learnt about words carries over to
 * functions that it never saw. How much a word counts is learnt too.
 *
 * Reads the inputs `alert_words` [B, W] and `function_words` [B, F, V], tokens with 0 as padding.
 *
 * @param width Width in which words are compared (`match_width`)
 * @returns [B, F, MATCH_FEATURES], each number within SCALE of 0
 */
export function matchWords(weights: WeightSource, width: number, epsilon: number): Value {
  const { graph } = weights;
  const alert = compare(weights, graph.input('alert_words', 'int32', ['batch', 'alert_words']), epsilon);
  const functions = compare(
    weights,
    graph.input('function_words', 'int32', ['batch', 'functions', 'function_words']),
    epsilon,
  );
  // [B, F*V, D'] x [B, W, D'] -> [B, F, V, W]
  const likeness = reshapeTo(
    matmul(reshape(functions.vectors, [0, -1, width]), alert.vectors, {
      transposeRight: true,
      alpha: 1 / width,
    }),
    functions.present,
    alert.present,
  );
  const found = bestOf(likeness, unsqueeze(alert.hidden, [1, 2]), 3);
  const answered = bestOf(likeness, unsqueeze(functions.hidden, [3]), 2);
  const features = [
    reduceSum(mul(found, functions.shares), [2], true),
    reduceSum(mul(answered, unsqueeze(alert.shares, [1])), [2], true),
  ];
  return mul(concat(features, 2), SCALE);
}

interface ComparedWords {
  /** [..., D']. */
  readonly vectors: Value;
  /** 1 where there is a token. */
  readonly present: Value;
  /** Added to a score to hide padding. */
  readonly hidden: Value;
  /** How much a word counts among those beside it; they add up to 1. */
  readonly shares: Value;
}

function compare(weights: WeightSource, tokens: Value, epsilon: number): ComparedWords {
  const embedded = gather(weights.tensor('embed_tokens.embedding_weight'), tokens);
  const present = cast(not(equal(tokens, 0)), 'float32');
  const hidden = hide(present);
  const axis = tokens.shape.length;
  const scores = add(squeeze(weights.linear(embedded, 'match_share.weight'), [axis]), hidden);
  return {
    vectors: rmsNorm(weights.linear(embedded, 'match.weight'), epsilon),
    present,
    hidden,
    shares: mul(softmax(scores), present),
  };
}

/** [B, F*V, W] -> [B, F, V, W], with the lengths of [B, F, V] and [B, W]. */
function reshapeTo(value: Value, functions: Value, alert: Value): Value {
  const like = mul(unsqueeze(functions, [3]), unsqueeze(alert, [1, 2]));
  return reshapeLike(value, like);
}

/** The similarity of the best match along one axis, softly chosen. */
function bestOf(likeness: Value, hidden: Value, axis: number): Value {
  const choice = softmax(add(mul(likeness, SHARPNESS), hidden), axis);
  return reduceSum(mul(choice, likeness), [axis]);
}
