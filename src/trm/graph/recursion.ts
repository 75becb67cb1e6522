import { add, stopGradient, type Value } from '../../onnx/index.js';

export interface Carry<T> {
  readonly zH: T;
  readonly zL: T;
}

export interface RecursionOptions {
  /** The one network that plays both roles. */
  readonly net: (hidden: Value) => Value;
  /** Input injection, of the shape of z_L or broadcast to it. */
  readonly x: Value;
  readonly carry: Carry<Value>;
  readonly hCycles: number;
  readonly lCycles: number;
}

/**
 * One supervision step (paper, figure 3; reference `TinyRecursiveReasoningModel_ACTV1_Inner.forward`):
 * H_cycles times { L_cycles times z_L <- net(z_L + z_H + x); z_H <- net(z_H + z_L) }.
 * Gradients flow through the last H cycle only; everything before it counts as a constant.
 *
 * @returns the carry after every H cycle, the last one last
 */
export function recurse({ net, x, carry, hCycles, lCycles }: RecursionOptions): Carry<Value>[] {
  let { zH, zL } = carry;
  const cycles: Carry<Value>[] = [];
  for (let hCycle = 0; hCycle < hCycles; hCycle++) {
    for (let lCycle = 0; lCycle < lCycles; lCycle++) zL = net(add(zL, add(zH, x)));
    zH = net(add(zH, zL));
    cycles.push({ zH, zL });
    if (hCycle < hCycles - 1) {
      zH = stopGradient(zH);
      zL = stopGradient(zL);
    }
  }
  return cycles;
}
