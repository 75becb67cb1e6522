import type { ParameterOrigin } from '../../domain/decision/decision.js';
import type { Demonstration } from '../../domain/decision/demonstration.js';
import { type EncodedAlert, encodeAlert } from '../alert/encode-alert.js';
import type { EncodedCatalog } from '../catalog/encode-catalog.js';
import { compareWords } from '../overlap.js';
import type { Tokenizer } from '../text/tokenizer.js';
import { compareFields, DECIDING, FIELD_COMPARISONS, isTwin } from './compare-fields.js';

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
  /** `FIELD_COMPARISONS` numbers a field, see `compareFields`. */
  readonly comparisons: Float32Array;
  /** The deciding ones of them, added up over the fields. */
  readonly deciding: readonly number[];
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
  const offered = demonstrations.flatMap(({ demonstration, alert }) => {
    const { lambdaFunction } = demonstration;
    const functionIndex = catalog.functions.findIndex(({ definition }) => definition.name === lambdaFunction);
    return lambdaFunction !== null && functionIndex < 0 ? [] : [{ demonstration, alert, functionIndex }];
  });
  const shown = offered.slice(0, MAX_DEMONSTRATIONS);
  return shown.map(({ demonstration, alert, functionIndex }, index): EncodedDemonstration => {
    const filled = alert.fields.map(({ origin }) =>
      catalog.parameters.findIndex((parameter) => {
        const used =
          parameter.functionIndex === functionIndex ? demonstration.parameterOrigins[parameter.name] : undefined;
        return used !== undefined && isSameField(used, origin);
      }),
    );
    const { name, all } = compareWords(query.overlapWords, alert.overlapWords);
    const others = shown.filter((_, other) => other !== index);
    const answersSame = (other: { readonly functionIndex: number }): boolean => other.functionIndex === functionIndex;
    const comparisons = compareFields(
      alert.fields,
      query,
      others.filter(answersSame).map((other) => other.alert),
      others.filter((other) => !answersSame(other)).map((other) => other.alert),
    );
    const points = query.fields.flatMap((field, at) =>
      alert.fields.some((other, place) => (filled[place] ?? -1) >= 0 && isTwin(field, other)) ? [at] : [],
    );
    return { alert, functionIndex, filled, likeness: [name, all], comparisons, deciding: addUp(comparisons), points };
  });
}

function addUp(comparisons: Float32Array): number[] {
  const sums = new Array<number>(DECIDING).fill(0);
  for (let at = 0; at < comparisons.length; at += FIELD_COMPARISONS) {
    const deciding = comparisons.subarray(at + FIELD_COMPARISONS - DECIDING, at + FIELD_COMPARISONS);
    for (const [index, value] of deciding.entries()) sums[index] = (sums[index] as number) + value;
  }
  return sums;
}

/** A rule that read a label counts as that label. */
function isSameField(used: ParameterOrigin, field: ParameterOrigin): boolean {
  if (used.kind === 'alert-name') return field.kind === 'alert-name' && field.word === used.word.toLowerCase();
  const kind = used.kind === 'rule' ? 'label' : used.kind;
  return kind === field.kind && 'key' in used && 'key' in field && used.key === field.key;
}
