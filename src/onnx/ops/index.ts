export {
  abs,
  add,
  and,
  atan,
  cast,
  div,
  equal,
  exp,
  greater,
  less,
  log,
  maximum,
  minimum,
  mul,
  neg,
  not,
  type Operand,
  or,
  pow,
  reciprocal,
  relu,
  sigmoid,
  softplus,
  sqrt,
  stopGradient,
  sub,
  tanh,
  where,
} from './elementwise.js';
export { gather, scatterAddRows } from './indexing.js';
export { concat, expand, padAxis, reshape, reshapeLike, shapeOf, slice, squeeze, transpose, unsqueeze } from './layout.js';
export { dynamicQuantizeMatmul, type MatmulOptions, matmul } from './matmul.js';
export { addRmsNorm, rmsNorm } from './normalization.js';
export { argMax, logSumExp, reduceMax, reduceMean, reduceSum, softmax } from './reduction.js';
