import type { Catalog, ParameterSchema, RemediationFunction } from '../../domain/catalog/catalog.js';
import { type SchemaCheck, schemaCheck } from '../../domain/catalog/json-schema.js';
import { parameterSchema } from '../../domain/catalog/parameter-schema.js';
import { functionMatchWords } from '../match-words.js';
import { indexStems, type OverlapIndex } from '../overlap.js';
import type { EncodedText, Tokenizer } from '../text/tokenizer.js';
import { classifyParameter, type ParameterRole, textOfChoice } from './parameter-role.js';

/** A function as the model sees it. */
export interface EncodedFunction {
  readonly definition: RemediationFunction;
  readonly nameText: EncodedText;
  readonly descriptionText: EncodedText;
  /** Distinct tokens of name and description. */
  readonly matchWords: Int32Array;
  /** Share in [0, 1] of the words of name and description that the vocabulary does not hold. */
  readonly unknownShare: number;
  /** Share in {0, 0.5, 1} of name and description that training never showed. */
  readonly unseenShare: number;
  /** Checks a whole parameter object against the function's schema; compiled on first use. */
  readonly check: SchemaCheck;
}

/** A parameter that is filled by a pointer: one without `x-derive`. */
export interface EncodedParameter {
  /** Index into `functions`. */
  readonly functionIndex: number;
  readonly name: string;
  readonly schema: ParameterSchema;
  readonly nameText: EncodedText;
  readonly descriptionText: EncodedText;
  readonly role: ParameterRole;
  /** True when it may be left to the schema's default or left out. */
  readonly omittable: boolean;
  /** Checks one value against the parameter's schema; compiled on first use. */
  readonly check: SchemaCheck;
  /** Equal for parameters that any field fills in the same way. */
  readonly signature: string;
}

/** A catalog as the model sees it. */
export interface EncodedCatalog {
  readonly catalog: Catalog;
  readonly functions: readonly EncodedFunction[];
  /** Pointer parameters of all functions, in catalog and schema order. */
  readonly parameters: readonly EncodedParameter[];
  readonly overlapIndex: OverlapIndex;
}

/** Turns a catalog into texts, stems and parameter roles; do it once a catalog and keep the result. */
export function encodeCatalog(catalog: Catalog, tokenizer: Tokenizer): EncodedCatalog {
  const functions = catalog.map((definition): EncodedFunction => {
    const nameText = tokenizer.encodeText(definition.name);
    const descriptionText = tokenizer.encodeText(definition.description);
    return {
      definition,
      nameText,
      descriptionText,
      matchWords: functionMatchWords(nameText, descriptionText),
      unknownShare: tokenizer.unknownShare(`${definition.name} ${definition.description}`),
      unseenShare: unseenShare([definition.name, definition.description], tokenizer),
      check: schemaCheck(definition.parameters),
    };
  });
  const parameters = catalog.flatMap(({ parameters: declared }, functionIndex) => {
    const { properties, required = [] } = declared;
    return pointerNames(properties).map((name): EncodedParameter => {
      const schema = properties[name] as ParameterSchema;
      const role = classifyParameter(name, properties);
      const omittable = Object.hasOwn(schema, 'default') || !required.includes(name);
      const checked = parameterSchema(declared, name);
      return {
        functionIndex,
        name,
        schema,
        nameText: tokenizer.encodeText(name),
        descriptionText: tokenizer.encodeText(describeParameter(schema)),
        role,
        omittable,
        check: schemaCheck(checked),
        signature: JSON.stringify([checked, role]),
      };
    });
  });
  return { catalog, functions, parameters, overlapIndex: indexStems(catalog, tokenizer) };
}

function unseenShare(texts: readonly string[], tokenizer: Tokenizer): number {
  return texts.filter((text) => !tokenizer.knowsFunctionText(text)).length / texts.length;
}

function pointerNames(properties: Readonly<Record<string, ParameterSchema>>): string[] {
  return Object.keys(properties).filter((name) => properties[name]?.['x-derive'] === undefined);
}

function describeParameter({ description, enum: members }: ParameterSchema): string {
  const choices = members === undefined ? '' : ` One of ${members.slice(0, 16).map(textOfChoice).join(', ')}.`;
  return `${description ?? ''}${choices}`;
}
