const EDGE = 0.01;

/** Log odds of a probability, kept within those of 0.01 and 0.99. */
export function boundedLogit(probability: number): number {
  const bounded = Math.min(Math.max(probability, EDGE), 1 - EDGE);
  return Math.log(bounded / (1 - bounded));
}

/** 1 / (1 + exp(-x)), without overflow. */
export function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
