import {
  add,
  addRmsNorm,
  concat,
  matmul,
  mul,
  neg,
  reshape,
  sigmoid,
  slice,
  softmax,
  transpose,
  type Value,
} from '../../onnx/index.js';
import type { WeightSource } from './weight-source.js';

/** Rounds the inner width of SwiGLU up as the reference does: a multiple of 256 over two thirds of expansion x D. */
export function innerWidth(width: number, expansion: number): number {
  return Math.ceil(Math.round((expansion * width * 2) / 3) / 256) * 256;
}

/** `down(silu(gate) * up)` with gate and up in one weight, gate first (Shazeer 2020). `hidden` [..., D] -> [..., D]. */
export function swiglu(weights: WeightSource, hidden: Value, prefix: string): Value {
  const both = weights.linear(hidden, `${prefix}.gate_up_proj.weight`);
  const axis = both.shape.length - 1;
  const inner = (both.shape[axis] as number) / 2;
  const gate = slice(both, axis, 0, inner);
  const up = slice(both, axis, inner, 2 * inner);
  return weights.linear(mul(mul(gate, sigmoid(gate)), up), `${prefix}.down_proj.weight`);
}

/** Queries, keys and values by head: [B, positions, D] -> [B, heads, positions, D / heads]. */
export function splitHeads(value: Value, heads: number): Value {
  const width = value.shape.at(-1) as number;
  return transpose(reshape(value, [0, 0, heads, width / heads]), [0, 2, 1, 3]);
}

/** The inverse of `splitHeads`. */
export function mergeHeads(value: Value): Value {
  const [, heads, , headWidth] = value.shape as number[];
  return reshape(transpose(value, [0, 2, 1, 3]), [0, 0, (heads as number) * (headWidth as number)]);
}

/**
 * softmax(q k^T / sqrt(head width) + mask) v, not causal.
 * @param mask added to the scores, broadcast to [B, heads, queries, keys]; a large negative number hides a key
 */
export function attend(query: Value, key: Value, value: Value, mask?: Value): Value {
  const headWidth = query.shape.at(-1) as number;
  const scores = matmul(query, key, { transposeRight: true, alpha: 1 / Math.sqrt(headWidth) });
  return matmul(softmax(mask ? add(scores, mask) : scores), value);
}

/** Rotary position tables, [positions, head width] each (Su et al. 2021; half-split layout as in GPT-NeoX). */
export function rotaryTables(
  weights: WeightSource,
  positions: number,
  headWidth: number,
  theta: number,
): { readonly cos: Value; readonly sin: Value } {
  const cos = new Float32Array(positions * headWidth);
  const sin = new Float32Array(positions * headWidth);
  const half = headWidth / 2;
  for (let position = 0; position < positions; position++) {
    for (let index = 0; index < headWidth; index++) {
      const angle = position * theta ** ((-2 * (index % half)) / headWidth);
      cos[position * headWidth + index] = Math.cos(angle);
      sin[position * headWidth + index] = Math.sin(angle);
    }
  }
  return {
    cos: weights.graph.constant('rotary.cos', [positions, headWidth], cos),
    sin: weights.graph.constant('rotary.sin', [positions, headWidth], sin),
  };
}

/** Rotates queries or keys [B, heads, positions, head width] by their positions. */
export function rotate(value: Value, tables: { readonly cos: Value; readonly sin: Value }): Value {
  const width = value.shape.at(-1) as number;
  const turned = concat([neg(slice(value, 3, width / 2, width)), slice(value, 3, 0, width / 2)], 3);
  return add(mul(value, tables.cos), mul(turned, tables.sin));
}

/** The second half of every block: `rms(h + SwiGLU(h))`. */
export function feedForward(weights: WeightSource, hidden: Value, prefix: string, epsilon: number): Value {
  return addRmsNorm(hidden, swiglu(weights, hidden, `${prefix}.mlp`), epsilon);
}
