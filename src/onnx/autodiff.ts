import { GraphError } from '../core/errors.js';
import { isFloat } from './data-type.js';
import type { GraphBuilder } from './graph.js';
import { OPERATORS } from './operators/index.js';
import { add } from './ops/elementwise.js';
import { formatShape, isStatic } from './shape.js';
import type { GraphNode, Value } from './types.js';

/**
 * Reverse-mode differentiation: adds to the graph the nodes that compute d loss / d parameter for each parameter,
 * by walking the nodes backwards and applying each operator's rule.
 *
 * @param graph the graph that holds them
 * @param loss a scalar (shape [] or all ones)
 * @param parameters inputs, constants or intermediate values of the same graph
 * @returns gradients in the order of `parameters`, each of its parameter's shape
 * @throws GraphError when the loss is no floating-point scalar, does not depend on a parameter, or meets an operator
 *   without a rule, and when loss or parameters belong to another graph
 */
export function gradients(graph: GraphBuilder, loss: Value, parameters: readonly Value[]): Value[] {
  if (!isStatic(loss.shape) || loss.shape.some((dimension) => dimension !== 1)) {
    throw new GraphError(`gradients: the loss must be a scalar, "${loss.name}" has shape ${formatShape(loss.shape)}`);
  }
  if (!isFloat(loss.dtype)) {
    throw new GraphError(`gradients: the loss must be floating-point, "${loss.name}" is ${loss.dtype}`);
  }
  for (const value of [loss, ...parameters]) {
    if (value.graph !== graph) {
      throw new GraphError(`gradients: "${value.name}" belongs to graph "${value.graph.name}", not to "${graph.name}"`);
    }
  }
  const nodes = [...graph.nodes];
  const active = reachable(nodes, parameters);
  const accumulated = new Map<string, Value>();
  accumulated.set(loss.name, graph.literal([1], loss.dtype, loss.shape));
  for (const node of nodes.reverse()) {
    const output = node.outputs[0] as Value;
    const gradient = accumulated.get(output.name);
    if (!gradient || !active.has(output.name) || node.stopsGradient) continue;
    backward(node, gradient, active, accumulated);
  }
  return parameters.map((parameter) => {
    const gradient = accumulated.get(parameter.name);
    if (!gradient) throw new GraphError(`gradients: "${loss.name}" does not depend on "${parameter.name}"`);
    return gradient;
  });
}

/** Names of all values that depend on a parameter without passing a stopGradient. */
function reachable(nodes: readonly GraphNode[], parameters: readonly Value[]): Set<string> {
  const active = new Set(parameters.map((parameter) => parameter.name));
  for (const node of nodes) {
    if (node.stopsGradient) continue;
    if (node.inputs.some((input) => input && active.has(input.name))) {
      for (const output of node.outputs) active.add(output.name);
    }
  }
  return active;
}

function backward(
  node: GraphNode,
  gradient: Value,
  active: ReadonlySet<string>,
  accumulated: Map<string, Value>,
): void {
  const needs = (index: number): boolean => active.has(node.inputs[index]?.name ?? '');
  if (!node.inputs.some((_, index) => needs(index))) return;
  const rule = OPERATORS[node.op]?.gradient;
  if (!rule) throw new GraphError(`gradients: ${node.op} (${(node.outputs[0] as Value).name}) has no gradient rule`);
  const inputs = node.inputs.map((input) => input as Value);
  const contributions = rule({ node, inputs, outputs: node.outputs, gradient, needs });
  for (const [index, contribution] of contributions.entries()) {
    const input = node.inputs[index];
    if (!contribution || !input || !needs(index)) continue;
    const previous = accumulated.get(input.name);
    accumulated.set(input.name, previous ? add(previous, contribution) : contribution);
  }
}
