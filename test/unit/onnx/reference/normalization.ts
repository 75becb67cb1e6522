import { at, type Tensor, tabulate, withAxis } from './tensor.js';

/** gain * x / sqrt(mean(x^2) + epsilon) over the last axis. */
export function rmsNorm(x: Tensor, epsilon: number, gain?: Tensor): Tensor {
  const last = x.shape.length - 1;
  const width = x.shape[last] as number;
  return tabulate(x.shape, (index) => {
    let squares = 0;
    for (let position = 0; position < width; position++) squares += at(x, withAxis(index, last, position)) ** 2;
    const scale = gain ? (gain.data[index[last] as number] as number) : 1;
    return (scale * at(x, index)) / Math.sqrt(squares / width + epsilon);
  });
}
