import { isObject } from '../../../core/is-object.js';
import type { ToolDefinition } from '../../../domain/text/index.js';

/** What FunctionGemma was trained to read before its declarations. */
export const GEMMA_INSTRUCTION = 'You are a model that can do function calling with the following functions';

/** Tools in FunctionGemma's own grammar, for providers that do not render tools themselves. */
export function gemmaDeclarations(tools: readonly ToolDefinition[]): string {
  return tools
    .map(
      ({ name, description, parameters }) =>
        `<start_function_declaration>declaration:${name}{description:${escaped(description)},` +
        `parameters:${schemaText(parameters)}}<end_function_declaration>`,
    )
    .join('');
}

/** The keywords that the grammar has, in the order in which the chat template writes them. */
function schemaText(schema: Readonly<Record<string, unknown>>): string {
  const { description, enum: choices, properties, required, type } = schema;
  const parts = [
    ...(typeof description === 'string' ? [`description:${escaped(description)}`] : []),
    ...(Array.isArray(choices) ? [`enum:[${choices.map((choice) => escaped(String(choice))).join(',')}]`] : []),
    ...(isObject(properties) ? [`properties:{${Object.entries(properties).map(propertyText).join(',')}}`] : []),
    ...(Array.isArray(required) ? [`required:[${required.map((name) => escaped(String(name))).join(',')}]`] : []),
    `type:${escaped(String(type ?? 'string').toUpperCase())}`,
  ];
  return `{${parts.join(',')}}`;
}

function propertyText([name, schema]: [string, unknown]): string {
  return `${name}:${schemaText(isObject(schema) ? schema : {})}`;
}

function escaped(text: string): string {
  return `<escape>${text.replaceAll('<escape>', '')}<escape>`;
}
