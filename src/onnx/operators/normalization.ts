import { add, mul, reciprocal, sqrt, sub } from '../ops/elementwise.js';
import { reduceMean } from '../ops/reduction.js';
import { broadcast } from '../shape.js';
import type { GradientContext, OperatorTable, Value } from '../types.js';

/**
 * y = r v with r = (mean(v^2) + eps)^-1/2, so dv = r (g - y mean(g y)). r itself is recomputed: onnxruntime does not
 * hand it out on every provider.
 */
function gradientOfRms(sum: Value, epsilon: number, { outputs, gradient }: GradientContext): Value {
  const y = outputs[0] as Value;
  const variance = add(reduceMean(mul(sum, sum), [-1], true), epsilon);
  const r = reciprocal(sqrt(variance));
  return mul(r, sub(gradient, mul(y, reduceMean(mul(gradient, y), [-1], true))));
}

const epsilonOf = (context: GradientContext): number => {
  const attribute = context.node.attributes.epsilon;
  return attribute?.kind === 'float' ? attribute.value : 1e-5;
};

export const NORMALIZATION: OperatorTable = {
  SimplifiedLayerNormalization: {
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      if (context.input(1).shape.at(-1) !== shape.at(-1)) throw context.fail('the gain must be as long as the last axis');
      return [{ dtype, shape }];
    },
    gradient: (context) => [gradientOfRms(context.inputs[0] as Value, epsilonOf(context), context), undefined],
  },
  SkipSimplifiedLayerNormalization: {
    domain: 'com.microsoft',
    infer: (context) => {
      const { dtype, shape } = context.input(0);
      const sum = broadcast(shape, context.input(1).shape);
      if (!sum || sum.some((dimension, axis) => dimension !== shape[axis])) {
        throw context.fail('the second operand must have the shape of the first');
      }
      if (context.input(2).shape.at(-1) !== shape.at(-1)) throw context.fail('the gain must be as long as the last axis');
      return [{ dtype, shape }];
    },
    gradient: (context) => {
      const [left, right] = context.inputs as [Value, Value];
      const shared = gradientOfRms(add(left, right), epsilonOf(context), context);
      return [shared, shared, undefined];
    },
  },
};
