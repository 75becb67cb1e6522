import { ECHO_FEATURES } from '../alert/echoes.js';
import type { HostTensor } from '../host-tensor.js';
import type { TextTable } from '../text/text-table.js';
import { FIELD_COMPARISONS } from './compare-fields.js';
import { type EncodedDemonstration, MAX_DEMONSTRATIONS } from './encode-demonstration.js';

/** Numbers beside every field of a demonstration: likeness of the alerts, echoes, comparisons. */
export const SHOWN_FEATURES = 2 + ECHO_FEATURES + FIELD_COMPARISONS;

/**
 * The fields of the demonstrations of a batch; a row's follow one another. `shown_type`, `shown_key`, `shown_value` [B,E] as
 * those of an alert; `shown_member` [B,E,1+N], 1 at its demonstration; `shown_function` [B,E] = row * (1+F), plus 1 + index of
 * the function that was called; `shown_parameter` [B,E] = row * (1+R), plus 1 + index of the parameter that the field
 * filled; `shown_features` [B,E,27].
 */
export class ShownFields {
  readonly #batch: number;
  readonly #length: number;
  readonly #functions: number;
  readonly #parameters: number;
  readonly #type: Int32Array;
  readonly #key: Int32Array;
  readonly #value: Int32Array;
  readonly #member: Float32Array;
  readonly #function: Int32Array;
  readonly #parameter: Int32Array;
  readonly #features: Float32Array;
  readonly #written: number[];

  constructor(rows: readonly (readonly EncodedDemonstration[])[], functions: number, parameters: number) {
    this.#batch = rows.length;
    this.#length = rows.reduce(
      (most, demonstrations) =>
        Math.max(
          most,
          demonstrations.reduce((sum, { alert }) => sum + alert.fields.length, 0),
        ),
      1,
    );
    this.#functions = functions;
    this.#parameters = parameters;
    const ints = (): Int32Array => new Int32Array(this.#batch * this.#length);
    this.#type = ints();
    this.#key = ints();
    this.#value = ints();
    this.#member = new Float32Array(this.#batch * this.#length * (1 + MAX_DEMONSTRATIONS));
    this.#function = ints();
    this.#parameter = ints();
    this.#features = new Float32Array(this.#batch * this.#length * SHOWN_FEATURES);
    this.#written = rows.map(() => 0);
  }

  write(row: number, index: number, demonstration: EncodedDemonstration, texts: TextTable): void {
    const { alert, functionIndex, filled, likeness, comparisons } = demonstration;
    for (const [position, field] of alert.fields.entries()) {
      const at = row * this.#length + (this.#written[row] as number);
      this.#written[row] = (this.#written[row] as number) + 1;
      this.#type[at] = field.type;
      this.#key[at] = texts.rowOf(field.keyText);
      this.#value[at] = texts.rowOf(field.valueText);
      this.#member[at * (1 + MAX_DEMONSTRATIONS) + 1 + index] = 1;
      this.#function[at] = row * (1 + this.#functions) + 1 + functionIndex;
      this.#parameter[at] = row * (1 + this.#parameters) + 1 + (filled[position] ?? -1);
      const features = at * SHOWN_FEATURES;
      this.#features.set(likeness, features);
      this.#features.set(alert.echoes.subarray(position * ECHO_FEATURES, (position + 1) * ECHO_FEATURES), features + 2);
      this.#features.set(
        comparisons.subarray(position * FIELD_COMPARISONS, (position + 1) * FIELD_COMPARISONS),
        features + 2 + ECHO_FEATURES,
      );
    }
  }

  tensors(): Record<string, HostTensor> {
    const dims = [this.#batch, this.#length];
    const int32 = (data: Int32Array): HostTensor => ({ type: 'int32', data, dims });
    return {
      shown_type: int32(this.#type),
      shown_key: int32(this.#key),
      shown_value: int32(this.#value),
      shown_member: { type: 'float32', data: this.#member, dims: [...dims, 1 + MAX_DEMONSTRATIONS] },
      shown_function: int32(this.#function),
      shown_parameter: int32(this.#parameter),
      shown_features: { type: 'float32', data: this.#features, dims: [...dims, SHOWN_FEATURES] },
    };
  }
}
