import {
  adamAtan2,
  adamW,
  add,
  cast,
  clipByGlobalNorm,
  div,
  exponentialMovingAverage,
  GraphBuilder,
  gradients,
  less,
  log,
  logSumExp,
  maximum,
  mul,
  not,
  pow,
  reduceMax,
  reduceMean,
  reduceSum,
  serializeModel,
  softplus,
  squeeze,
  stopGradient,
  sub,
  type Value,
} from '../../onnx/index.js';
import { inputWeights } from '../graph/weight-source.js';
import { type RemediationConfig, remediationParameters, UNTRAINED } from './config.js';
import { type AnswerHeads, remediationStep } from './step-graph.js';

/** Stands for a weight of 0 in a logarithm: exp(-69) of an unacceptable answer is nothing in float32. */
const UNACCEPTABLE = 1e-30;

/** Weights of the parts of the loss. */
export interface LossWeights {
  readonly pointer: number;
  readonly cause: number;
  readonly halt: number;
}

/**
 * Loss, gradients and per-row results of one supervision step, with the weights as inputs.
 *
 * Inputs beside those of the step: `function_target` [B, 1+F] and `pointer_target` [B, R, M+1], the weight
 * of every acceptable answer, (0, 1], and 0 for the others; `pointer_weight` [B, R], 1 for parameters that count; `cause_target` [B, causes], one-hot; `answerable` [B], 0 where q must be low whatever the answer.
 * Outputs: `loss`, `grad.<name>`, `z_H_out`, `z_L_out`, and for each row `function_correct`, `call_correct`
 * (function and every counted pointer right), `q_halt_logits`.
 */
export function buildRemediationGradients(config: RemediationConfig, lossWeights: LossWeights): Uint8Array {
  const graph = new GraphBuilder('remediation_gradients');
  const specs = remediationParameters(config);
  const weights = inputWeights(graph, specs);
  const { answers, carry } = remediationStep(weights, config);
  const { loss, functionCorrect, callCorrect, qHaltLogits } = remediationLoss(
    graph,
    answers.at(-1) as AnswerHeads,
    config,
    lossWeights,
  );
  graph.output('loss', loss);
  graph.output('function_correct', functionCorrect);
  graph.output('call_correct', callCorrect);
  graph.output('q_halt_logits', qHaltLogits);
  graph.output('z_H_out', carry.zH);
  graph.output('z_L_out', carry.zL);
  const trained = trainedNames(config);
  const results = gradients(
    graph,
    loss,
    trained.map((name) => weights.tensor(name)),
  );
  for (const [index, name] of trained.entries()) graph.output(`grad.${name}`, results[index] as Value);
  return serializeModel(graph);
}

/** Weights that training changes, in a fixed order. */
export function trainedNames(config: RemediationConfig): string[] {
  return [...remediationParameters(config).keys()].filter((name) => !UNTRAINED.has(name));
}

function remediationLoss(
  graph: GraphBuilder,
  answer: AnswerHeads,
  config: RemediationConfig,
  lossWeights: LossWeights,
): { loss: Value; functionCorrect: Value; callCorrect: Value; qHaltLogits: Value } {
  const functionTarget = graph.input('function_target', 'float32', ['batch', '(functions+1)']);
  const pointerTarget = graph.input('pointer_target', 'float32', ['batch', 'parameters', '(fields+1)']);
  const pointerWeight = graph.input('pointer_weight', 'float32', ['batch', 'parameters']);
  const causeTarget = graph.input('cause_target', 'float32', ['batch', config.causes]);
  const answerable = graph.input('answerable', 'float32', ['batch']);

  const functionLoss = acceptableLoss(answer.functionLogits, functionTarget);
  const counted = maximum(reduceSum(pointerWeight, [1]), 1);
  const pointerLoss = div(
    reduceSum(mul(acceptableLoss(answer.pointerLogits, pointerTarget), pointerWeight), [1]),
    counted,
  );
  const causeLoss = acceptableLoss(answer.causeLogits, causeTarget);

  const functionCorrect = chosenIsAcceptable(answer.functionLogits, functionTarget);
  const wrongPointers = reduceSum(
    mul(sub(1, chosenIsAcceptable(answer.pointerLogits, pointerTarget)), pointerWeight),
    [1],
  );
  const callCorrect = mul(functionCorrect, cast(less(wrongPointers, 0.5), 'float32'));
  const haltLoss = sub(
    softplus(answer.qHaltLogits),
    mul(answer.qHaltLogits, stopGradient(mul(callCorrect, answerable))),
  );
  const rows = add(
    add(functionLoss, mul(pointerLoss, lossWeights.pointer)),
    add(mul(causeLoss, lossWeights.cause), mul(haltLoss, lossWeights.halt)),
  );
  return { loss: reduceMean(rows), functionCorrect, callCorrect, qHaltLogits: answer.qHaltLogits };
}

/**
 * -log of the probability that falls on acceptable answers, each counted by its weight, over the last axis. A weight
 * below 1 lets an answer stand while the gradient still moves towards the better one.
 */
function acceptableLoss(logits: Value, weights: Value): Value {
  const axis = logits.shape.length - 1;
  const acceptable = add(logits, log(maximum(weights, UNACCEPTABLE)));
  return squeeze(sub(logSumExp(logits, axis), logSumExp(acceptable, axis)), [axis]);
}

/** 1 where the largest logit belongs to an answer of any weight, else 0. */
function chosenIsAcceptable(logits: Value, weights: Value): Value {
  const axis = logits.shape.length - 1;
  const best = reduceMax(logits, [axis]);
  const refused = cast(less(weights, UNACCEPTABLE), 'float32');
  const bestAcceptable = reduceMax(add(logits, mul(refused, -1e9)), [axis]);
  return cast(not(less(bestAcceptable, best)), 'float32');
}

/**
 * Adds the gradients of one micro-batch to those before it: `grad.<name>.out` = `keep` * `grad.<name>` +
 * `share` * `part.<name>`, the scalars `keep` (0 for the first micro-batch, then 1) and `share` (of the batch's rows).
 */
export function buildAccumulate(config: RemediationConfig): Uint8Array {
  const graph = new GraphBuilder('remediation_accumulate');
  const specs = remediationParameters(config);
  const [keep, share] = [graph.input('keep', 'float32', []), graph.input('share', 'float32', [])];
  for (const name of trainedNames(config)) {
    const shape = specs.get(name)?.shape ?? [];
    const before = mul(graph.input(`grad.${name}`, 'float32', shape), keep);
    graph.output(`grad.${name}.out`, add(before, mul(graph.input(`part.${name}`, 'float32', shape), share)));
  }
  return serializeModel(graph);
}

export interface UpdateOptions {
  readonly optimizer: 'adamw' | 'adam-atan2';
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  /** Largest global norm of the gradient. */
  readonly clipNorm: number;
}

/**
 * One optimizer step over all trained weights. Inputs: `<name>`, `grad.<name>`, `m.<name>`, `v.<name>`,
 * `ema.<name>`, the scalars `learning_rate`, `step` (from 1) and `ema_decay`. Outputs: the same names with `.out`
 * behind, but for the gradients, and `gradient_norm` before clipping.
 */
export function buildUpdate(config: RemediationConfig, options: UpdateOptions): Uint8Array {
  const graph = new GraphBuilder('remediation_update');
  const specs = remediationParameters(config);
  const learningRate = graph.input('learning_rate', 'float32', []);
  const step = graph.input('step', 'float32', []);
  const emaDecay = graph.input('ema_decay', 'float32', []);
  const correction = (beta: number): Value => sub(1, pow(graph.literal([beta], 'float32', []), step));
  const adam = {
    ...options,
    learningRate,
    correction1: correction(options.beta1),
    correction2: correction(options.beta2),
  };
  const names = trainedNames(config);
  const tensor = (prefix: string, name: string): Value =>
    graph.input(`${prefix}${name}`, 'float32', specs.get(name)?.shape ?? []);
  const { gradients: clipped, norm } = clipByGlobalNorm(
    names.map((name) => tensor('grad.', name)),
    options.clipNorm,
  );
  graph.output('gradient_norm', norm);
  for (const [index, name] of names.entries()) {
    const state = {
      parameter: tensor('', name),
      gradient: clipped[index] as Value,
      m: tensor('m.', name),
      v: tensor('v.', name),
    };
    // Gains, biases and single vectors are not decayed: shrinking them only moves the scale of a score.
    const decays = (specs.get(name)?.shape.length ?? 0) > 1;
    const settings = decays ? adam : { ...adam, weightDecay: 0 };
    const next =
      options.optimizer === 'adamw' ? adamW(state, { ...settings, epsilon: 1e-8 }) : adamAtan2(state, settings);
    graph.output(`${name}.out`, next.parameter);
    graph.output(`m.${name}.out`, next.m);
    graph.output(`v.${name}.out`, next.v);
    graph.output(`ema.${name}.out`, exponentialMovingAverage(tensor('ema.', name), next.parameter, emaDecay));
  }
  return serializeModel(graph);
}
