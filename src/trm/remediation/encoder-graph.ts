import {
  ECHO_FEATURES,
  FUNCTION_FEATURES,
  MAX_DEMONSTRATIONS,
  POINTER_FEATURES,
  SHOWN_FEATURES,
  SHOWN_VOTES,
} from '../../encoding/index.js';
import {
  add,
  addRmsNorm,
  cast,
  concat,
  div,
  equal,
  gather,
  matmul,
  maximum,
  mul,
  not,
  reduceSum,
  reshape,
  rmsNorm,
  slice,
  softmax,
  squeeze,
  unsqueeze,
  type Value,
} from '../../onnx/index.js';
import { hide } from '../graph/hide.js';
import { attend, feedForward, mergeHeads, splitHeads } from '../graph/layers.js';
import type { WeightSource } from '../graph/weight-source.js';
import type { RemediationConfig } from './config.js';
import { matchWords } from './late-interaction.js';

/** Fields of a demonstration are added up, not averaged, since one of them may decide; this keeps the sum in bounds. */
const EVIDENCE_SCALE = 0.25;

/** Most features are 0; this keeps the others from drowning in what the texts say. */
const FEATURE_SCALE = 3;

/** Everything about alert and catalog that does not change while the slots recurse. */
export interface Encoded {
  /** [B, M, D]. */
  readonly fields: Value;
  /** [B, F, D]. */
  readonly functions: Value;
  /** What stands for "none applies", [B, 1, D]. */
  readonly none: Value;
  /** [B, R, D]. */
  readonly parameters: Value;
  /** Fields, fields of demonstrations, and functions, [B, M+E+F, D]. */
  readonly memory: Value;
  /** Added to attention scores, [B, 1, 1, slots+M+E+F]. */
  readonly memoryMask: Value;
  /** Input injection of the slots, [B, slots, D]. */
  readonly slots: Value;
  /** Added to function scores, [B, F]. */
  readonly functionMask: Value;
  readonly overlap: Value;
  readonly noneVotes: Value;
  /** [B, R, M, POINTER_FEATURES]. */
  readonly pointerOverlap: Value;
  readonly pointerMask: Value;
}

/** Encodes alert, demonstrations and catalog, once a supervision step. */
export function encode(weights: WeightSource, config: RemediationConfig): Encoded {
  const { graph } = weights;
  const width = config.hidden_size;
  const epsilon = config.rms_norm_eps;
  const texts = encodeTexts(weights, graph.input('text_tokens', 'int32', ['texts', 'tokens']), epsilon);
  const textInput = (name: string, axis: string): Value => gather(texts, graph.input(name, 'int32', ['batch', axis]));
  const project: Project = (name, axis, weight = `${name}.weight`) => weights.linear(textInput(name, axis), weight);

  const functionMask = hide(graph.input('function_mask', 'float32', ['batch', 'functions']));
  const named = addRmsNorm(
    project('function_name', 'functions'),
    project('function_description', 'functions'),
    epsilon,
  );
  const functions = feedForward(weights, named, 'function_encoder', epsilon);

  const owner = graph.input('parameter_function', 'int32', ['batch', 'parameters']);
  const owners = gatherAcross(functions, owner, width);
  const parameters = addRmsNorm(
    add(project('parameter_name', 'parameters'), project('parameter_description', 'parameters')),
    weights.linear(owners, 'parameter_function.weight'),
    epsilon,
  );

  const { isField, fields, fieldMask, shown, shownMask, shownMember } = encodeAlerts(weights, config, {
    project,
    functions,
    parameters,
  });
  const met = graph.input('overlap', 'float32', ['batch', 'functions', FUNCTION_FEATURES]);
  const overlap = concat([met, matchWords(weights, config.match_width, epsilon)], 2);
  // Demonstrations mark what they answer with, so that functions whose texts say nothing can be told apart, and what
  // their fields say about the query goes straight to it.
  const indexRows = weights.tensor('shown_index.embedding_weight');
  const evidence = mul(weights.linear(shown, 'shown_evidence.weight'), EVIDENCE_SCALE);
  const hear = (calls: Value): Value =>
    add(matmul(calls, indexRows), matmul(matmul(calls, shownMember, { transposeRight: true }), evidence));
  const called = graph.input('function_shown', 'float32', ['batch', 'functions', 1 + MAX_DEMONSTRATIONS]);
  const marked = addRmsNorm(functions, hear(called), epsilon);
  const notCalled = unsqueeze(graph.input('none_shown', 'float32', ['batch', 1 + MAX_DEMONSTRATIONS]), [1]);
  const presented = add(
    add(marked, weights.tensor('function_encoder.type')),
    weights.linear(overlap, 'function_encoder.overlap.weight'),
  );

  const count = maximum(reduceSum(isField, [1], true), 1);
  const alert = div(reduceSum(mul(fields, unsqueeze(isField, [2])), [1]), count);
  const slots = add(
    weights.tensor('slots.embedding_weight'),
    unsqueeze(weights.linear(alert, 'slots.alert.weight'), [1]),
  );
  const slotMask = graph.literal(
    Array.from({ length: config.slots }, () => 0),
    'float32',
    [1, config.slots],
  );
  // Adding a zero for each row gives the slots' part of the mask the length of the batch.
  const batchSlotMask = add(slotMask, mul(slice(fieldMask, 1, 0, 1), 0));
  return {
    fields,
    functions: marked,
    // A score of none is not divided by the root of the width, as those of functions are.
    none: add(mul(hear(notCalled), 1 / Math.sqrt(width)), weights.tensor('function_head.none')),
    parameters,
    memory: concat([fields, shown, presented], 1),
    memoryMask: unsqueeze(concat([batchSlotMask, fieldMask, shownMask, functionMask], 1), [1, 2]),
    slots,
    functionMask,
    overlap,
    noneVotes: graph.input('none_votes', 'float32', ['batch', SHOWN_VOTES]),
    pointerOverlap: graph.input('pointer_overlap', 'float32', ['batch', 'parameters', 'fields', POINTER_FEATURES]),
    pointerMask: graph.input('pointer_mask', 'float32', ['batch', 'parameters', '(fields+1)']),
  };
}

/** Attention-pooled token embeddings of every distinct text: [texts, tokens] -> [texts, D]; row 0 stays near zero. */
function encodeTexts(weights: WeightSource, tokens: Value, epsilon: number): Value {
  const embedded = gather(weights.tensor('embed_tokens.embedding_weight'), tokens);
  const present = cast(not(equal(tokens, 0)), 'float32');
  const scores = add(squeeze(weights.linear(embedded, 'text_pool.weight'), [2]), hide(present));
  const shares = mul(softmax(scores), present);
  const pooled = squeeze(matmul(unsqueeze(shares, [1]), embedded), [1]);
  return rmsNorm(pooled, epsilon);
}

/** Projects the texts that an input refers to: (name of the input, axis, weight) -> [B, axis, D]. */
type Project = (name: string, axis: string, weight?: string) => Value;

/**
 * The fields of the alert and those of the demonstrations beside it. Both go through the same blocks and see each
 * other, so that a field meets its like in an answered alert. A field of a demonstration also knows which of them it
 * belongs to, what was called there, and which parameter it filled.
 */
function encodeAlerts(
  weights: WeightSource,
  config: RemediationConfig,
  { project, functions, parameters }: { project: Project; functions: Value; parameters: Value },
): { isField: Value; fields: Value; fieldMask: Value; shown: Value; shownMask: Value; shownMember: Value } {
  const { graph } = weights;
  const { hidden_size: width, rms_norm_eps: epsilon } = config;
  const pooled = (prefix: string, axis: string): { isField: Value; vectors: Value } => {
    const type = graph.input(`${prefix}_type`, 'int32', ['batch', axis]);
    const text = add(
      project(`${prefix}_key`, axis, 'field_key.weight'),
      project(`${prefix}_value`, axis, 'field_value.weight'),
    );
    const typeRows = gather(weights.tensor('field_type.embedding_weight'), type);
    return { isField: cast(not(equal(type, 0)), 'float32'), vectors: addRmsNorm(text, typeRows, epsilon) };
  };
  const field = pooled('field', 'fields');
  const example = pooled('shown', 'shown');

  const shownInput = (name: string): Value => graph.input(name, 'int32', ['batch', 'shown']);
  // Zeros of [B, 1, D].
  const nothing = mul(reduceSum(functions, [1], true), 0);
  const calls = concat([add(nothing, reshape(weights.tensor('shown_function.none'), [1, 1, width])), functions], 1);
  const call = weights.linear(gatherAcross(calls, shownInput('shown_function'), width), 'shown_function.weight');
  const slots = concat([nothing, parameters], 1);
  const slot = weights.linear(gatherAcross(slots, shownInput('shown_parameter'), width), 'shown_parameter.weight');
  const membership = graph.input('shown_member', 'float32', ['batch', 'shown', 1 + MAX_DEMONSTRATIONS]);
  const index = matmul(membership, weights.tensor('shown_index.embedding_weight'));
  const features = mul(
    weights.linear(
      graph.input('shown_features', 'float32', ['batch', 'shown', SHOWN_FEATURES]),
      'shown_features.weight',
    ),
    FEATURE_SCALE,
  );
  const answered = addRmsNorm(example.vectors, add(add(index, features), add(call, slot)), epsilon);
  const echoes = graph.input('field_echoes', 'float32', ['batch', 'fields', ECHO_FEATURES]);
  const pointed = graph.input('field_shown', 'float32', ['batch', 'fields', 1 + MAX_DEMONSTRATIONS]);
  const marks = matmul(pointed, weights.tensor('shown_index.embedding_weight'));
  const asked = add(field.vectors, weights.linear(echoes, 'field_echoes.weight'));

  const [fieldMask, shownMask] = [hide(field.isField), hide(example.isField)];
  const mask = unsqueeze(concat([fieldMask, shownMask], 1), [1, 2]);
  let [fields, shown] = [addRmsNorm(asked, marks, epsilon), answered];
  for (let layer = 0; layer < config.encoder_layers; layer++) {
    const prefix = `field_encoder.layers.${layer}`;
    const [own, other] = [fields, shown].map((hidden) => keysAndValues(weights, config, hidden, prefix)) as [
      KeysAndValues,
      KeysAndValues,
    ];
    const key = concat([own.key, other.key], 2);
    const value = concat([own.value, other.value], 2);
    [fields, shown] = [fields, shown].map((hidden) => {
      const query = splitHeads(weights.linear(hidden, `${prefix}.self_attn.q_proj.weight`), config.num_heads);
      const mixed = weights.linear(mergeHeads(attend(query, key, value, mask)), `${prefix}.self_attn.o_proj.weight`);
      return feedForward(weights, addRmsNorm(hidden, mixed, epsilon), prefix, epsilon);
    }) as [Value, Value];
  }
  return { isField: field.isField, fields: add(fields, marks), fieldMask, shown, shownMask, shownMember: membership };
}

interface KeysAndValues {
  readonly key: Value;
  readonly value: Value;
}

export function keysAndValues(
  weights: WeightSource,
  config: RemediationConfig,
  hidden: Value,
  prefix: string,
): KeysAndValues {
  const width = config.hidden_size;
  const both = weights.linear(hidden, `${prefix}.self_attn.kv_proj.weight`);
  return {
    key: splitHeads(slice(both, 2, 0, width), config.num_heads),
    value: splitHeads(slice(both, 2, width, 2 * width), config.num_heads),
  };
}

/** Rows of a batch of tables by their position in all of them: [B, N, D] and int32 [B, R] (row b * N + n) -> [B, R, D]. */
function gatherAcross(tables: Value, rows: Value, width: number): Value {
  return gather(reshape(tables, [-1, width]), rows);
}
