import type { EncodedAlert } from '../../encoding/alert/encode-alert.js';
import { baseKey } from '../../encoding/alert/label-kinds.js';
import type { EncodedParameter } from '../../encoding/catalog/encode-catalog.js';
import type { PointerOptions } from '../../encoding/catalog/pointer-options.js';

/** What speaks for a column, in the order in which it counts. */
const NAMED = 8;
const KIND = 4;
const EXPORTED = 1;
const ANY = 0.5;
/** A parameter that may be left out is, unless a label is called like it or names an object of its kind. */
export const LEFT_OUT = 2;

/**
 * How well each field fits a parameter by its label's name alone, for phases that have no network to point with: a
 * label that is called like the parameter, then one of the kind that the parameter names, the first kind best. A label
 * `exported_x` goes before `x`, which names the exporter then. One number a field; -Infinity where the field may not
 * fill the parameter.
 */
export function preferOptions(
  alert: EncodedAlert,
  parameter: EncodedParameter,
  options: PointerOptions,
): readonly number[] {
  return alert.fields.map((field, column) => {
    if (options[column] === undefined) return Number.NEGATIVE_INFINITY;
    const { kind } = field.facts;
    const exported = field.key.startsWith('exported_') ? EXPORTED : 0;
    const rank = kind === undefined ? -1 : (parameter.role.kinds ?? []).indexOf(kind);
    const byKind = rank < 0 ? 0 : KIND - rank / 10;
    const byName = isCalled(field.key, parameter.name) ? NAMED : 0;
    return ANY + byName + byKind + exported;
  });
}

/** Whether a label's key says what a parameter's name says: `namespace`, `exported_namespace`; `pod_name` and `pod`. */
function isCalled(key: string, parameter: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll('-', '_');
  const bare = (text: string): string => plain(text).replace(/_name$/, '');
  return plain(baseKey(key)) === plain(parameter) || bare(baseKey(key)) === bare(parameter);
}
