import { schemaCheck } from '../../../domain/catalog/json-schema.js';
import type { Alert, ParameterOrigin, RemediationFunction } from '../../../domain/index.js';
import { classifyParameter } from '../../../encoding/catalog/parameter-role.js';
import {
  buildVocabulary,
  type EncodedAlert,
  type EncodedParameter,
  encodeAlert,
  pointerColumn,
  Tokenizer,
} from '../../../encoding/index.js';
import type { ParameterOrigins } from './default-answer.js';

/** Answers that the model can give: it only fills parameters from fields that the pointer masks allow. */
export interface Reach {
  /** The origins that can be pointed at; undefined when a required parameter is left without any. */
  reachable(definition: RemediationFunction, parameters: ParameterOrigins): ParameterOrigins | undefined;
}

// Only the masks matter here, so the smallest vocabulary does.
const tokenizer = new Tokenizer(buildVocabulary([], { maxWords: 64, minCount: 1, hashBuckets: 8, maxTokens: 1 }));
const noText = tokenizer.encodeText('');
const encoded = new WeakMap<RemediationFunction, readonly EncodedParameter[]>();

/** Prepares the check of answers for one alert. */
export function createReach(alert: Alert): Reach {
  let made: EncodedAlert | undefined;
  return {
    reachable(definition, parameters) {
      // Annotations fill no parameter, so they need not be read.
      made ??= encodeAlert({ ...alert, annotations: {} }, tokenizer);
      const encodedAlert = made;
      const kept: Record<string, readonly ParameterOrigin[]> = {};
      for (const parameter of parametersOf(definition)) {
        const wanted = parameters[parameter.name] ?? [];
        const found = wanted.filter((origin) => pointerColumn(encodedAlert, parameter, origin) !== undefined);
        if (found.length > 0) kept[parameter.name] = found;
        else if (parameter.omittable) kept[parameter.name] = [{ kind: 'default' }];
        else return undefined;
      }
      return meetsAlternatives(definition, kept) ? kept : undefined;
    },
  };
}

/** Pointer parameters as the encoder sees them, without texts. */
function parametersOf(definition: RemediationFunction): readonly EncodedParameter[] {
  let made = encoded.get(definition);
  if (made === undefined) {
    const { properties, required = [] } = definition.parameters;
    made = Object.entries(properties).flatMap(([name, schema]): EncodedParameter[] => {
      if (schema['x-derive'] !== undefined) return [];
      const { description: _, ...constraints } = schema;
      return [
        {
          functionIndex: 0,
          name,
          schema,
          nameText: noText,
          descriptionText: noText,
          role: classifyParameter(name, properties),
          omittable: Object.hasOwn(schema, 'default') || !required.includes(name),
          check: schemaCheck(constraints),
          signature: `${definition.name}/${name}`,
        },
      ];
    });
    encoded.set(definition, made);
  }
  return made;
}

/** One of the alternatives of `anyOf: [{required: [...]}, ...]` is filled by a field. */
function meetsAlternatives({ parameters }: RemediationFunction, kept: ParameterOrigins): boolean {
  const { anyOf } = parameters as { readonly anyOf?: readonly { readonly required: readonly string[] }[] };
  if (anyOf === undefined) return true;
  const filled = (name: string): boolean => kept[name]?.some((origin) => origin.kind !== 'default') === true;
  return anyOf.some(({ required }) => required.every(filled));
}
