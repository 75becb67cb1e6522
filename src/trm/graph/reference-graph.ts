import {
  add,
  addRmsNorm,
  cast,
  concat,
  div,
  equal,
  GraphBuilder,
  gather,
  gradients,
  greater,
  less,
  log,
  maximum,
  minimum,
  mul,
  neg,
  padAxis,
  reciprocal,
  reduceMax,
  reduceSum,
  reshape,
  rmsNorm,
  serializeModel,
  slice,
  softplus,
  squeeze,
  stopGradient,
  sub,
  transpose,
  unsqueeze,
  type Value,
  where,
} from '../../onnx/index.js';
import type { TRMConfig } from '../config.js';
import type { TRMShapes } from '../shapes.js';
import { attend, feedForward, mergeHeads, rotaryTables, rotate, splitHeads, swiglu } from './layers.js';
import { type Carry, recurse } from './recursion.js';
import {
  constantWeights,
  inputWeights,
  type ParameterMap,
  quantizedWeights,
  type WeightSource,
} from './weight-source.js';

/** Names of the tensors in a checkpoint that are never trained. */
const BUFFERS = new Set(['H_init', 'L_init', 'puzzle_emb.weights']);

interface StepGraph {
  readonly logits: Value;
  readonly qHalt: Value;
  readonly qContinue: Value;
  readonly carry: Carry<Value>;
}

/**
 * One supervision step of the reference TRM as an ONNX model with the weights inside.
 *
 * Inputs: `inputs` int32 [batch, seq], `puzzle_identifiers` int32 [batch] (only with a puzzle prefix), `z_H`, `z_L`
 * float32 [batch, S, D], `halted` bool [batch] (true starts the row afresh). Outputs: `logits` [batch, seq, V],
 * `q_halt_logits`, `q_continue_logits` [batch], `z_H_out`, `z_L_out` [batch, S, D].
 *
 * @param precision `int8` quantises the linear weights of the blocks, where nearly all the work is; embeddings and
 *   output heads stay float32
 */
export function buildReferenceStep(
  config: TRMConfig,
  shapes: TRMShapes,
  parameters: ParameterMap,
  precision: 'float32' | 'int8' = 'float32',
): Uint8Array {
  const graph = new GraphBuilder('trm_step');
  const weights = constantWeights(graph, parameters);
  const step = stepGraph(precision === 'int8' ? withQuantizedBlocks(weights, parameters) : weights, config, shapes);
  graph.output('logits', step.logits);
  graph.output('q_halt_logits', step.qHalt);
  graph.output('q_continue_logits', step.qContinue);
  graph.output('z_H_out', step.carry.zH);
  graph.output('z_L_out', step.carry.zL);
  return serializeModel(graph);
}

/**
 * Loss and gradients of one supervision step, as an ONNX model whose weights are inputs.
 *
 * Further inputs beside those of `buildReferenceStep`: `labels` int32 [batch, seq], where a negative number means
 * "not counted". Outputs: `loss` [] = sum over rows of the mean stablemax cross-entropy over counted cells
 * + 0.5 * sum of the binary cross-entropy of q_halt against "row all correct", `z_H_out`, `z_L_out`, and
 * `grad.<name>` of every trained weight (the puzzle table has an optimizer of its own in the reference and is left
 * out).
 */
export function buildReferenceGradients(
  config: TRMConfig,
  shapes: TRMShapes,
  parameters: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): Uint8Array {
  const graph = new GraphBuilder('trm_gradients');
  const weights = inputWeights(graph, parameters);
  const step = stepGraph(weights, config, shapes);
  const loss = referenceLoss(graph, step, shapes);
  graph.output('loss', loss);
  graph.output('z_H_out', step.carry.zH);
  graph.output('z_L_out', step.carry.zL);
  const trained = [...parameters.keys()].filter((name) => !BUFFERS.has(name));
  const results = gradients(
    graph,
    loss,
    trained.map((name) => weights.tensor(name)),
  );
  for (const [index, name] of trained.entries()) graph.output(`grad.${name}`, results[index] as Value);
  return serializeModel(graph);
}

function withQuantizedBlocks(weights: WeightSource, parameters: ParameterMap): WeightSource {
  const quantized = quantizedWeights(weights.graph, parameters);
  return {
    ...weights,
    linear: (input, name) => (name.startsWith('L_level.') ? quantized : weights).linear(input, name),
  };
}

function stepGraph(weights: WeightSource, config: TRMConfig, shapes: TRMShapes): StepGraph {
  const { graph } = weights;
  const positions = shapes.sequenceLength + shapes.prefixLength;
  const width = shapes.hiddenSize;
  const x = embedInputs(weights, config, shapes);
  const stateShape = ['batch', positions, width] as const;
  const halted = unsqueeze(graph.input('halted', 'bool', ['batch']), [1, 2]);
  const start = (name: string, init: string): Value =>
    where(halted, weights.tensor(init), graph.input(name, 'float32', stateShape));
  const carry = { zH: start('z_H', 'H_init'), zL: start('z_L', 'L_init') };
  const net = referenceNet(weights, config, shapes);
  const cycles = recurse({ net, x, carry, hCycles: config.H_cycles, lCycles: config.L_cycles });
  const last = cycles.at(-1) as Carry<Value>;
  const answer = slice(last.zH, 1, shapes.prefixLength, positions);
  const first = squeeze(slice(last.zH, 1, 0, 1), [1]);
  const q = add(weights.linear(first, 'q_head.weight'), weights.tensor('q_head.bias'));
  return {
    logits: weights.linear(answer, 'lm_head.weight'),
    qHalt: squeeze(slice(q, 1, 0, 1), [1]),
    qContinue: squeeze(slice(q, 1, 1, 2), [1]),
    carry: last,
  };
}

/** sqrt(D) times the embedded puzzle prefix and tokens, [batch, S, D]. */
function embedInputs(weights: WeightSource, config: TRMConfig, shapes: TRMShapes): Value {
  const { graph } = weights;
  const { prefixLength, hiddenSize: width, puzzleEmbeddingSize } = shapes;
  const tokens = graph.input('inputs', 'int32', ['batch', shapes.sequenceLength]);
  let x = gather(weights.tensor('embed_tokens.embedding_weight'), tokens);
  if (prefixLength > 0) {
    const identifiers = graph.input('puzzle_identifiers', 'int32', ['batch']);
    const vectors = gather(weights.tensor('puzzle_emb.weights'), identifiers);
    const padded = padAxis(vectors, 1, 0, prefixLength * width - puzzleEmbeddingSize);
    x = concat([reshape(padded, [0, prefixLength, width]), x], 1);
  }
  if (config.pos_encodings === 'learned') x = mul(add(x, weights.tensor('embed_pos.embedding_weight')), Math.SQRT1_2);
  return mul(x, Math.sqrt(width));
}

/** The blocks of L_level; post-norm, no bias, no gain, no padding mask. */
function referenceNet(weights: WeightSource, config: TRMConfig, shapes: TRMShapes): (hidden: Value) => Value {
  const width = shapes.hiddenSize;
  const epsilon = config.rms_norm_eps;
  const rotary =
    config.pos_encodings === 'rope' && !config.mlp_t
      ? rotaryTables(weights, shapes.sequenceLength + shapes.prefixLength, width / shapes.heads, config.rope_theta)
      : undefined;
  const attention = (hidden: Value, prefix: string): Value => {
    const qkv = weights.linear(hidden, `${prefix}.self_attn.qkv_proj.weight`);
    const [query, key, value] = [0, 1, 2].map((part) =>
      splitHeads(slice(qkv, 2, part * width, (part + 1) * width), shapes.heads),
    ) as [Value, Value, Value];
    const attended = rotary ? attend(rotate(query, rotary), rotate(key, rotary), value) : attend(query, key, value);
    return weights.linear(mergeHeads(attended), `${prefix}.self_attn.o_proj.weight`);
  };
  const mixPositions = (hidden: Value, prefix: string): Value => {
    // The norm comes before transposing back, so in this variant it runs over the positions.
    const across = transpose(hidden, [0, 2, 1]);
    return transpose(rmsNorm(add(across, swiglu(weights, across, `${prefix}.mlp_t`)), epsilon), [0, 2, 1]);
  };
  return (input) => {
    let hidden = input;
    for (let layer = 0; layer < shapes.layers; layer++) {
      const prefix = `L_level.layers.${layer}`;
      hidden = config.mlp_t ? mixPositions(hidden, prefix) : addRmsNorm(hidden, attention(hidden, prefix), epsilon);
      hidden = feedForward(weights, hidden, prefix, epsilon);
    }
    return hidden;
  };
}

function referenceLoss(graph: GraphBuilder, step: StepGraph, shapes: TRMShapes): Value {
  const labels = graph.input('labels', 'int32', ['batch', shapes.sequenceLength]);
  const counted = cast(greater(labels, -1), 'float64');
  const counts = maximum(reduceSum(counted, [1]), 1);
  const classes = graph.literal(
    Array.from({ length: shapes.vocabularySize }, (_, index) => index),
    'int32',
  );
  const target = cast(equal(unsqueeze(labels, [2]), classes), 'float64');
  const score = stablemax(cast(step.logits, 'float64'));
  const share = div(reduceSum(mul(score, target), [2]), reduceSum(score, [2]));
  // A cell that is not counted has no target; its share is replaced before the logarithm sees a zero.
  const logShare = log(where(greater(labels, -1), share, 1));
  const cells = neg(div(reduceSum(logShare, [1]), counts));
  const right = rowsAllCorrect(step.logits, labels, classes);
  const halt = sub(softplus(step.qHalt), mul(step.qHalt, stopGradient(right)));
  return add(cast(reduceSum(cells), 'float32'), mul(reduceSum(halt), 0.5));
}

/** s(x) = x + 1 for x >= 0 and 1 / (1 - x) below (Prieto et al. 2025). */
function stablemax(x: Value): Value {
  return where(less(x, 0), reciprocal(sub(1, minimum(x, 0))), add(x, 1));
}

/** 1 for rows whose counted cells all have their largest logit at the label, else 0; float32 [batch]. */
function rowsAllCorrect(logits: Value, labels: Value, classes: Value): Value {
  const best = reduceMax(logits, [2], true);
  const labelLogit = reduceSum(where(equal(unsqueeze(labels, [2]), classes), logits, 0), [2], true);
  const wrong = where(greater(labels, -1), squeeze(cast(less(labelLogit, best), 'float32'), [2]), 0);
  return cast(less(reduceSum(wrong, [1]), 0.5), 'float32');
}
