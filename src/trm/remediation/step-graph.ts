import {
  add,
  addRmsNorm,
  concat,
  GraphBuilder,
  matmul,
  reshape,
  rmsNorm,
  serializeModel,
  slice,
  squeeze,
  stopGradient,
  unsqueeze,
  type Value,
  where,
} from '../../onnx/index.js';
import { hide } from '../graph/hide.js';
import { attend, feedForward, mergeHeads, splitHeads } from '../graph/layers.js';
import { type Carry, recurse } from '../graph/recursion.js';
import { constantWeights, type ParameterMap, quantizedWeights, type WeightSource } from '../graph/weight-source.js';
import { type RemediationConfig, SLOT } from './config.js';
import { type Encoded, encode, keysAndValues } from './encoder-graph.js';

/** What one supervision step says after one H cycle. */
export interface AnswerHeads {
  /** [B, 1+F], index 0 = none applies. */
  readonly functionLogits: Value;
  /** [B, R, M+1], the last column = default. */
  readonly pointerLogits: Value;
  /** [B, causes]. */
  readonly causeLogits: Value;
  /** [B]. */
  readonly qHaltLogits: Value;
}

export interface RemediationStep {
  /** One entry an H cycle. */
  readonly answers: readonly AnswerHeads[];
  readonly carry: Carry<Value>;
}

/**
 * One supervision step of the remediation model as an ONNX model with the weights inside, float32 or int8.
 * Inputs are those of `ModelInputs` plus `z_H`, `z_L` float32 [batch, slots, D] and `reset` bool [batch]. Outputs, one
 * row an H cycle: `function_logits` [C, batch, 1+functions], `pointer_logits` [C, batch, parameters, fields+1],
 * `cause_logits` [C, batch, causes], `q_halt_logits` [C, batch]; and `z_H_out`, `z_L_out`.
 */
export function buildRemediationStep(
  config: RemediationConfig,
  parameters: ParameterMap,
  precision: 'float32' | 'int8' = 'float32',
): Uint8Array {
  const graph = new GraphBuilder('remediation_step');
  const source = precision === 'int8' ? quantizedWeights : constantWeights;
  const { answers, carry } = remediationStep(source(graph, parameters), config);
  const stack = (pick: (answer: AnswerHeads) => Value): Value =>
    concat(
      answers.map((answer) => unsqueeze(pick(answer), [0])),
      0,
    );
  graph.output(
    'function_logits',
    stack((answer) => answer.functionLogits),
  );
  graph.output(
    'pointer_logits',
    stack((answer) => answer.pointerLogits),
  );
  graph.output(
    'cause_logits',
    stack((answer) => answer.causeLogits),
  );
  graph.output(
    'q_halt_logits',
    stack((answer) => answer.qHaltLogits),
  );
  graph.output('z_H_out', carry.zH);
  graph.output('z_L_out', carry.zL);
  return serializeModel(graph, { producer: 'agent-trm', architecture: 'remediation-slot-trm' });
}

/** Declares the inputs and adds the whole step to the graph of `weights`. */
export function remediationStep(weights: WeightSource, config: RemediationConfig): RemediationStep {
  const encoded = encode(weights, config);
  const carry = startingCarry(weights, config);
  const cycles = recurse({
    net: slotNet(weights, config, encoded),
    x: encoded.slots,
    carry,
    hCycles: config.H_cycles,
    lCycles: config.L_cycles,
  });
  return {
    answers: cycles.map(({ zH }) => readAnswer(weights, zH, encoded, config.rms_norm_eps)),
    carry: cycles.at(-1) as Carry<Value>,
  };
}

/**
 * The network that recurses over the slots. Fields and functions are positions that do not recurse: their keys and
 * values are made once and stand beside those of the slots in every call.
 */
function slotNet(weights: WeightSource, config: RemediationConfig, encoded: Encoded): (hidden: Value) => Value {
  const layers = Array.from({ length: config.L_layers }, (_, layer) => {
    const prefix = `L_level.layers.${layer}`;
    return { prefix, memory: keysAndValues(weights, config, encoded.memory, prefix) };
  });
  return (input) => {
    let hidden = input;
    for (const { prefix, memory } of layers) {
      const own = keysAndValues(weights, config, hidden, prefix);
      const query = splitHeads(weights.linear(hidden, `${prefix}.self_attn.q_proj.weight`), config.num_heads);
      const key = concat([own.key, memory.key], 2);
      const value = concat([own.value, memory.value], 2);
      const mixed = mergeHeads(attend(query, key, value, encoded.memoryMask));
      hidden = addRmsNorm(hidden, weights.linear(mixed, `${prefix}.self_attn.o_proj.weight`), config.rms_norm_eps);
      hidden = feedForward(weights, hidden, prefix, config.rms_norm_eps);
    }
    return hidden;
  };
}

function startingCarry(weights: WeightSource, config: RemediationConfig): Carry<Value> {
  const { graph } = weights;
  const shape = ['batch', config.slots, config.hidden_size] as const;
  const reset = unsqueeze(graph.input('reset', 'bool', ['batch']), [1, 2]);
  const start = (name: string, init: string): Value =>
    where(reset, stopGradient(weights.tensor(init)), graph.input(name, 'float32', shape));
  return { zH: start('z_H', 'H_init'), zL: start('z_L', 'L_init') };
}

function readAnswer(weights: WeightSource, zH: Value, encoded: Encoded, epsilon: number): AnswerHeads {
  const width = zH.shape.at(-1) as number;
  const alpha = 1 / Math.sqrt(width);
  const slot = (index: number): Value => slice(zH, 1, index, index + 1);
  const vector = (name: string): Value => reshape(weights.tensor(name), [1, width]);

  const functionQuery = weights.linear(slot(SLOT.function), 'function_head.query.weight');
  const functionKeys = weights.linear(encoded.functions, 'function_head.key.weight');
  const dense = squeeze(matmul(functionQuery, functionKeys, { transposeRight: true, alpha }), [1]);
  const lexical = squeeze(matmul(encoded.overlap, weights.tensor('function_head.overlap')), [2]);
  const unlike = squeeze(matmul(functionQuery, encoded.none, { transposeRight: true }), [1]);
  const none = add(unlike, matmul(encoded.noneVotes, weights.tensor('function_head.none_votes')));

  const argument = weights.linear(slot(SLOT.argument), 'pointer_head.slot.weight');
  const pointerQuery = weights.linear(rmsNorm(add(encoded.parameters, argument), epsilon), 'pointer_head.query.weight');
  const pointerKeys = weights.linear(encoded.fields, 'pointer_head.key.weight');
  const meant = matmul(pointerQuery, pointerKeys, { transposeRight: true, alpha });
  const called = squeeze(matmul(encoded.pointerOverlap, weights.tensor('pointer_head.overlap')), [3]);
  const pointers = add(meant, called);
  const byDefault = matmul(pointerQuery, vector('pointer_head.default'), { transposeRight: true });

  return {
    functionLogits: concat([none, add(add(dense, lexical), encoded.functionMask)], 1),
    pointerLogits: add(concat([pointers, byDefault], 2), hide(encoded.pointerMask)),
    causeLogits: squeeze(weights.linear(slot(SLOT.cause), 'cause_head.weight'), [1]),
    qHaltLogits: squeeze(
      add(weights.linear(squeeze(slot(SLOT.halt), [1]), 'q_head.weight'), weights.tensor('q_head.bias')),
      [1],
    ),
  };
}
