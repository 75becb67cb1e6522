import { add, mul, reciprocal, sqrt, sub } from '../ops/elementwise.js';
import { reduceMean } from '../ops/reduction.js';
import { normalizeAxis, sameShape } from '../shape.js';
import type { GradientContext, InferContext, OperatorTable, OutputSpec, Value } from '../types.js';
import { unbroadcast } from './unbroadcast.js';

/**
 * n = r v with r = (mean(v^2) + eps)^-1/2 and y = n w, so with h = g w: dv = r (h - n mean(h n)) and dw = g n, summed
 * over the rows. r itself is recomputed: onnxruntime does not hand it out on every provider. A gain of ones costs
 * nothing.
 */
function gradientOfRms(sum: Value, gain: Value, context: GradientContext): { sum: Value; gain: () => Value } {
  const { gradient } = context;
  const variance = add(reduceMean(mul(sum, sum), [-1], true), epsilonOf(context));
  const r = reciprocal(sqrt(variance));
  const gainFree = gain.graph.holdsOnly(gain, 1);
  const n = gainFree ? (context.outputs[0] as Value) : mul(sum, r);
  const h = gainFree ? gradient : mul(gradient, gain);
  return {
    sum: mul(r, sub(h, mul(n, reduceMean(mul(h, n), [-1], true)))),
    gain: () => unbroadcast(mul(gradient, n), gain),
  };
}

/** Both operators normalise the last axis of float32 tensors; the gain is the input at `gainIndex`. */
function inferRms(context: InferContext, gainIndex: number): OutputSpec {
  const { dtype, shape } = context.input(0);
  const gain = context.input(gainIndex);
  if (shape.length === 0) throw context.fail('a scalar has no axis to normalise');
  for (let index = 0; index <= gainIndex; index++) {
    if (context.input(index).dtype !== 'float32') throw context.fail('takes float32 operands');
  }
  if (gain.shape.length !== 1 || gain.shape[0] !== shape.at(-1)) {
    throw context.fail(`the gain must have the shape of the last axis, [${shape.at(-1)}]`);
  }
  return { dtype, shape };
}

const epsilonOf = (context: GradientContext): number => {
  const attribute = context.node.attributes.epsilon;
  return attribute?.kind === 'float' ? attribute.value : 1e-5;
};

export const NORMALIZATION: OperatorTable = {
  SimplifiedLayerNormalization: {
    infer: (context) => {
      const spec = inferRms(context, 1);
      const axis = normalizeAxis(context.int('axis', -1), spec.shape.length);
      if (axis !== spec.shape.length - 1) throw context.fail('only the last axis can be normalised');
      return [spec];
    },
    gradient: (context) => {
      const [value, gain] = context.inputs as [Value, Value];
      const parts = gradientOfRms(value, gain, context);
      return [parts.sum, context.needs(1) ? parts.gain() : undefined];
    },
  },
  SkipSimplifiedLayerNormalization: {
    domain: 'com.microsoft',
    infer: (context) => {
      const spec = inferRms(context, 2);
      if (!sameShape(spec.shape, context.input(1).shape)) {
        throw context.fail('the second operand must have the shape of the first');
      }
      if (spec.shape.length !== 2 && spec.shape.length !== 3) throw context.fail('takes operands of two or three axes');
      return [spec];
    },
    gradient: (context) => {
      const [left, right, gain] = context.inputs as [Value, Value, Value];
      const parts = gradientOfRms(add(left, right), gain, context);
      return [parts.sum, parts.sum, context.needs(2) ? parts.gain() : undefined];
    },
  },
};
