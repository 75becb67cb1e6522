/**
 * The forward pass of the reference TRM in plain loops and float64, row by row, as the paper and the official code
 * describe it: the oracle for shapes that no golden file covers. Slow and obvious on purpose.
 */
export interface PlainModel {
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>;
  readonly heads: number;
  readonly layers: number;
  readonly hCycles: number;
  readonly lCycles: number;
  /** Positions of the puzzle prefix. */
  readonly prefix: number;
  readonly positions: 'rope' | 'learned' | 'none';
  readonly theta: number;
  readonly epsilon: number;
  readonly mlp: boolean;
}

/** [positions][width]. */
export type Grid = number[][];

export interface PlainStep {
  readonly logits: Grid;
  readonly qHalt: number;
  readonly qContinue: number;
  readonly zH: Grid;
  readonly zL: Grid;
}

/** One supervision step of one row; without a state it starts from H_init and L_init. */
export function plainStep(
  model: PlainModel,
  tokens: readonly number[],
  puzzle: number,
  state?: { readonly zH: Grid; readonly zL: Grid },
): PlainStep {
  const x = embed(model, tokens, puzzle);
  let zH = state?.zH ?? x.map(() => vector(model, 'H_init'));
  let zL = state?.zL ?? x.map(() => vector(model, 'L_init'));
  for (let h = 0; h < model.hCycles; h++) {
    for (let l = 0; l < model.lCycles; l++) zL = net(model, sum(zL, sum(zH, x)));
    zH = net(model, sum(zH, zL));
  }
  const q = linear(model, 'q_head.weight', zH[0]!).map((value, index) => value + vector(model, 'q_head.bias')[index]!);
  const logits = zH.slice(model.prefix).map((position) => linear(model, 'lm_head.weight', position));
  return { logits, qHalt: q[0]!, qContinue: q[1]!, zH, zL };
}

function embed(model: PlainModel, tokens: readonly number[], puzzle: number): Grid {
  const table = matrix(model, 'embed_tokens.embedding_weight');
  const width = table[0]!.length;
  const rows: Grid = [];
  if (model.prefix > 0) {
    const flat = [...matrix(model, 'puzzle_emb.weights')[puzzle]!];
    while (flat.length < model.prefix * width) flat.push(0);
    for (let position = 0; position < model.prefix; position++) {
      rows.push(flat.slice(position * width, (position + 1) * width));
    }
  }
  for (const token of tokens) rows.push([...table[token]!]);
  const learned = model.positions === 'learned' ? matrix(model, 'embed_pos.embedding_weight') : undefined;
  return rows.map((row, position) =>
    row.map(
      (value, index) => Math.sqrt(width) * (learned ? (value + learned[position]![index]!) / Math.sqrt(2) : value),
    ),
  );
}

function net(model: PlainModel, input: Grid): Grid {
  let hidden = input;
  for (let layer = 0; layer < model.layers; layer++) {
    const prefix = `L_level.layers.${layer}`;
    if (model.mlp) {
      // Across positions: the norm comes before turning back, so it runs over the positions of each channel.
      const across = flip(hidden);
      hidden = flip(
        normalize(
          sum(
            across,
            across.map((row) => swiglu(model, `${prefix}.mlp_t`, row)),
          ),
          model.epsilon,
        ),
      );
    } else {
      hidden = normalize(sum(hidden, attention(model, `${prefix}.self_attn`, hidden)), model.epsilon);
    }
    const mixed = hidden.map((row) => swiglu(model, `${prefix}.mlp`, row));
    hidden = normalize(sum(hidden, mixed), model.epsilon);
  }
  return hidden;
}

function attention(model: PlainModel, prefix: string, hidden: Grid): Grid {
  const width = hidden[0]!.length;
  const headWidth = width / model.heads;
  const projected = hidden.map((row) => linear(model, `${prefix}.qkv_proj.weight`, row));
  const merged: Grid = hidden.map(() => new Array<number>(width).fill(0));
  for (let head = 0; head < model.heads; head++) {
    const part = (which: number): Grid =>
      projected.map((row) => row.slice(which * width + head * headWidth, which * width + (head + 1) * headWidth));
    const turn = (rows: Grid): Grid =>
      model.positions === 'rope' ? rows.map((row, position) => rotate(row, position, model.theta)) : rows;
    const [queries, keys, values] = [turn(part(0)), turn(part(1)), part(2)];
    for (const [position, query] of queries.entries()) {
      const scores = keys.map((key) => dot(query, key) / Math.sqrt(headWidth));
      const highest = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - highest));
      const total = powers.reduce((sumSoFar, power) => sumSoFar + power, 0);
      for (const [other, value] of values.entries()) {
        for (const [index, element] of value.entries()) {
          merged[position]![head * headWidth + index]! += (powers[other]! / total) * element;
        }
      }
    }
  }
  return merged.map((row) => linear(model, `${prefix}.o_proj.weight`, row));
}

/** Half-split rotary positions: element i turns with element i + half. */
function rotate(row: readonly number[], position: number, theta: number): number[] {
  const half = row.length / 2;
  return row.map((value, index) => {
    const angle = position / theta ** ((2 * (index % half)) / row.length);
    const partner = index < half ? -row[index + half]! : row[index - half]!;
    return value * Math.cos(angle) + partner * Math.sin(angle);
  });
}

function swiglu(model: PlainModel, prefix: string, row: readonly number[]): number[] {
  const both = linear(model, `${prefix}.gate_up_proj.weight`, row);
  const inner = both.length / 2;
  const gated = Array.from({ length: inner }, (_, index) => {
    const gate = both[index]!;
    return (gate / (1 + Math.exp(-gate))) * both[inner + index]!;
  });
  return linear(model, `${prefix}.down_proj.weight`, gated);
}

function normalize(rows: Grid, epsilon: number): Grid {
  return rows.map((row) => {
    const scale = 1 / Math.sqrt(dot(row, row) / row.length + epsilon);
    return row.map((value) => value * scale);
  });
}

/** Weight [out, in] times a vector. */
function linear(model: PlainModel, name: string, input: readonly number[]): number[] {
  return matrix(model, name).map((row) => dot(row, input));
}

function dot(left: readonly number[], right: readonly number[]): number {
  let total = 0;
  for (let index = 0; index < left.length; index++) total += left[index]! * right[index]!;
  return total;
}

function sum(left: Grid, right: Grid): Grid {
  return left.map((row, position) => row.map((value, index) => value + right[position]![index]!));
}

function flip(rows: Grid): Grid {
  return rows[0]!.map((_, column) => rows.map((row) => row[column]!));
}

const matrices = new WeakMap<PlainModel, Map<string, Grid>>();

function matrix(model: PlainModel, name: string): Grid {
  const known = matrices.get(model) ?? new Map<string, Grid>();
  matrices.set(model, known);
  let rows = known.get(name);
  if (!rows) {
    const { shape, data } = model.weights.get(name)!;
    const columns = shape[1]!;
    rows = Array.from({ length: shape[0]! }, (_, row) =>
      Array.from({ length: columns }, (_unused, column) => data[row * columns + column]!),
    );
    known.set(name, rows);
  }
  return rows;
}

function vector(model: PlainModel, name: string): number[] {
  return Array.from(model.weights.get(name)!.data);
}
