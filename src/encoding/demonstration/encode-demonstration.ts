import type { ParameterOrigin } from '../../domain/decision/decision.js';
import type { Demonstration } from '../../domain/decision/demonstration.js';
import { type EncodedAlert, encodeAlert } from '../alert/encode-alert.js';
import type { EncodedCatalog } from '../catalog/encode-catalog.js';
import { compareWords } from '../overlap.js';
import type { Tokenizer } from '../text/tokenizer.js';
import { compareFields, isTwin } from './compare-fields.js';

/** Answered alerts that one query may be shown. */
export const MAX_DEMONSTRATIONS = 4;

/** A demonstration shows less of its alert than a query does. */
const LIMITS = { maxFields: 12, maxNameWords: 3, maxAnnotationChunks: 1 } as const;

/** A demonstration as the model sees it beside one query. */
export interface EncodedDemonstration {
  readonly alert: EncodedAlert;
  /** Index into the catalog's functions; -1 = nothing was called. */
  readonly functionIndex: number;
  /** A field: the index of the catalog's pointer parameter that it filled, or -1. */
  readonly filled: readonly number[];
  /** Likeness of the demonstration's words to the query's, each in [0, 1]: of the alert names, of all fields. */
  readonly likeness: readonly [number, number];
  /** `COMPARISONS` numbers a field: how it compares with the query's field of the same key. */
  readonly comparisons: Float32Array;
  /** Fields of the query, by index, whose key is that of a field that filled a parameter here. */
  readonly points: readonly number[];
}

/** The alert of a demonstration, encoded once and kept; what it answers depends on the catalog of the query. */
export function encodeDemonstrationAlert(demonstration: Demonstration, tokenizer: Tokenizer): EncodedAlert {
  return encodeAlert(demonstration.alert, tokenizer, LIMITS);
}

/**
 * Demonstrations beside a query, in their order. Those whose function the catalog does not offer say nothing that the
 * query could be answered with, and are left out; so are those over `MAX_DEMONSTRATIONS`.
 */
export function encodeDemonstrations(
  demonstrations: readonly { readonly demonstration: Demonstration; readonly alert: EncodedAlert }[],
  query: EncodedAlert,
  catalog: EncodedCatalog,
): EncodedDemonstration[] {
  return demonstrations
    .flatMap(({ demonstration, alert }): EncodedDemonstration[] => {
      const { lambdaFunction, parameterOrigins } = demonstration;
      const functionIndex = catalog.functions.findIndex(({ definition }) => definition.name === lambdaFunction);
      if (lambdaFunction !== null && functionIndex < 0) return [];
      const filled = alert.fields.map(({ origin }) =>
        catalog.parameters.findIndex((parameter) => {
          const used = parameter.functionIndex === functionIndex ? parameterOrigins[parameter.name] : undefined;
          return used !== undefined && isSameField(used, origin);
        }),
      );
      const { name, all } = compareWords(query.overlapWords, alert.overlapWords);
      const twins = alert.fields.map((field) => query.fields.findIndex((other) => isTwin(field, other)));
      const comparisons = compareFields(
        alert.fields,
        twins.map((twin) => query.fields[twin]),
      );
      const points = twins.filter((twin, index) => twin >= 0 && (filled[index] ?? -1) >= 0);
      return [{ alert, functionIndex, filled, likeness: [name, all], comparisons, points }];
    })
    .slice(0, MAX_DEMONSTRATIONS);
}

/** A rule that read a label counts as that label. */
function isSameField(used: ParameterOrigin, field: ParameterOrigin): boolean {
  if (used.kind === 'alert-name') return field.kind === 'alert-name' && field.word === used.word.toLowerCase();
  const kind = used.kind === 'rule' ? 'label' : used.kind;
  return kind === field.kind && 'key' in used && 'key' in field && used.key === field.key;
}
