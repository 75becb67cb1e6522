import { int, text, type Value } from '../types.js';
import { unsqueeze } from './layout.js';

/** Rows of a table: `table` [N, ...], `indices` int32 or int64 of any shape -> [...indices, ...]. */
export function gather(table: Value, indices: Value): Value {
  return table.graph.node('Gather', [table, indices], { axis: int(0) })[0] as Value;
}

/** A copy of `target` [N, ...] to which `updates` [K, ...] are added at the rows `indices` [K] (int64). */
export function scatterAddRows(target: Value, indices: Value, updates: Value): Value {
  return target.graph.node('ScatterND', [target, unsqueeze(indices, [-1]), updates], {
    reduction: text('add'),
  })[0] as Value;
}
